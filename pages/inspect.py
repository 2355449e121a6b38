"""Inspect: every head on the learner's own sentence, down to the arithmetic of a cell."""

from __future__ import annotations

from ui import inspect, inspect_film, stage

shown = stage.reading()
inspect.explore(stage.current(), shown)
inspect.through_the_layers(shown)
inspect_film.how_it_came(stage.current(), shown)

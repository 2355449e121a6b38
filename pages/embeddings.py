"""Lesson 6, tokens and embeddings: how a word becomes numbers."""

from __future__ import annotations

from ui import lesson, stage
from ui.lessons import tokens, tokens_map, tokens_rows, tokens_workshop

shown, model = stage.reading(), stage.current().model
made = tokens.bet(shown)
tokens.four_cuts(shown, made)
if made is not None:
    tokens.what_you_see(shown, made)
    tokens_rows.picked_rows(model, shown)
    tokens_map.vocabulary_map(model, shown)
    tokens_rows.formula(model, shown)
    tokens_rows.cost(shown)
    tokens_workshop.workshop(shown)
    lesson.code("model/layers.py", "embed", "math.sqrt")

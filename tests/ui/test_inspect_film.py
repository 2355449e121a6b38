"""The film of a shipped model: its last moment is the model itself; a sentence that was not kept has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figures.film import as_bytes
from model.checkpoints import Checkpoint, write_checkpoint
from model.saved import parameters_of
from ui import first, inspect_film, readings, sentences
from ui.shipped import shipped


@pytest.mark.parametrize("model", readings.trained_names())
def test_the_last_moment_is_the_model_as_it_is(model: str) -> None:
    if model != "toy" and shipped(inspect_film.NAME, model) is None:
        pytest.skip("the model has changed since: python -m ui.first MODEL film --run FOLDER")
    shown = readings.reading(model, sentences.DEFAULT)
    found = inspect_film.watched(model, shown)
    assert found is not None and len(found.steps) == len(found.weights["cross"]) and list(found.steps) == sorted(set(found.steps))
    assert found.produced == shown.target_out and found.source == shown.source_pieces
    for kind, name in inspect_film.ATTENTIONS.items():
        now = as_bytes(np.stack([shown.arrays[f"{attention}.weights"] for attention in shown.attention_names(name)]))
        assert np.abs(found.weights[kind][-1].astype(int) - now).max() <= 1, kind  # frames keep parameters in float16


def test_a_sentence_that_was_not_kept_has_no_film() -> None:
    assert inspect_film.watched(first.DEFAULT, readings.reading(first.DEFAULT, "A dog sleeps on a chair.")) is None


def test_maps_are_made_from_the_checkpoints_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One earlier checkpoint, all zeros: every head looks everywhere alike; then the model itself."""
    saved = readings.loaded("toy")
    zeros = {name: 0 * values for name, values in parameters_of(saved.model).items()}
    for step in (100, int(saved.card["step"]) + 1):  # the second is past the shipped model and left out
        write_checkpoint(tmp_path, Checkpoint(step, zeros, {}, {}, {}), keep=9)
    monkeypatch.setattr(sentences, "examples", lambda model: (sentences.DEFAULT,))
    arrays, about = inspect_film.measured(saved, tmp_path)
    assert about["steps"] == [100, saved.card["step"]] and about["sources"] == (sentences.DEFAULT,)
    even = arrays["0.encoder"][0]
    assert even.shape[-1] == 12 and np.all(even == round(255 / 12))
    assert arrays["0.encoder"][1].max() > 100

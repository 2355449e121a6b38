"""What is shipped with a model: written by one command, read without torch and without a pickle, never another model's."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import numpy as np
import pytest

from ui import first, readings
from ui.shipped import shipped


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what is shipped, and one measured thing that needs no model."""
    monkeypatch.setattr(first, "FIRST", tmp_path)
    measure = types.ModuleType("measure")
    measure.count = lambda saved: ({"counts": np.arange(6, dtype=np.uint8)}, {"sentences": 500})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "measure", measure)
    monkeypatch.setattr(first, "MEASURED", {"counts": "measure:count"})
    return tmp_path


def saved(sha256: str) -> types.SimpleNamespace:
    return types.SimpleNamespace(sha256=sha256)


def test_what_was_measured_comes_back(assets: Path) -> None:
    path = first.write_measured("toy", "counts", saved(first.sha256_of("toy")))  # type: ignore[arg-type]
    assert path == assets / "toy-counts.npz"
    facts = shipped("counts", "toy")
    assert facts is not None and facts.about["sentences"] == 500
    np.testing.assert_array_equal(facts.arrays["counts"], np.arange(6))
    with pytest.raises(ValueError, match="read-only"):
        facts.arrays["counts"][0] = 1


def test_another_models_is_never_shown(assets: Path) -> None:
    first.write_measured("toy", "counts", saved("0" * 64))  # type: ignore[arg-type]
    assert shipped("counts", "toy") is None


@pytest.mark.parametrize("model", ["toy:untrained", "run:abc", "nobody", "../../toy", ""])
def test_other_models_have_nothing(assets: Path, model: str) -> None:
    assert shipped("counts", model) is None


def test_no_objects_are_written() -> None:
    with pytest.raises(ValueError):
        first.packed({"bad": np.array([{}], dtype=object)}, {})


@pytest.mark.parametrize("model", readings.trained_names())
def test_every_measured_name_is_written(model: str) -> None:
    """Run `python -m ui.first MODEL NAME` where this fails: the model has changed since."""
    for name in first.names_of(model):
        assert shipped(name, model) is not None, name
        assert first.measured_file(model, name).stat().st_size < 500_000

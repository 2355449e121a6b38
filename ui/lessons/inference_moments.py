"""At which moment of its training a model is looked at: as it is, or as it was while it still hesitated. Knows no torch until asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from model import limits
from ui import readings, train_models
from ui.first import MODELS

if TYPE_CHECKING:
    from model.saved import SavedModel

SHARES = (0.018, 0.04, 0.07, 0.11, 0.22)  # of the steps of a training: from babble to nearly sure
USUAL = 0.11  # knows what to write, and is not sure of it


def moments(model: str) -> tuple[int, ...]:
    """The steps of training a model can be looked at, its last one not counted; none where it has no film."""
    if readings.is_untrained(model):
        return ()
    steps = sorted(int(path.stem) for path in (folder(model) / "frames").glob("[0-9]*.safetensors"))
    if len(steps) < len(SHARES) + 2:
        return ()
    return tuple(dict.fromkeys(min(steps[1:-1], key=lambda step: abs(step - share * steps[-1])) for share in SHARES))


def last_step(model: str) -> int:
    """After how many steps its training ended."""
    return max((int(path.stem) for path in (folder(model) / "frames").glob("[0-9]*.safetensors")), default=0)


def usual_moment(model: str) -> int | None:
    """The moment to begin with: one that hesitates; None (the model as it is) where there is no film."""
    known = moments(model)
    return min(known, key=lambda step: abs(step - USUAL * last_step(model))) if known else None


def folder(model: str) -> Path:
    return train_models.folder(model) if train_models.is_run(model) else MODELS / readings.trained(model)


def stamp(model: str) -> int:
    """What a cache must know besides the name: a run's model changes while it trains."""
    return train_models.stamp(model) if train_models.is_run(model) else 0


def loaded(model: str, moment: int | None) -> SavedModel:
    """The model as it is, or as it was after that step. Imports torch."""
    return readings.loaded(model) if moment is None else _at(model, moment, stamp(model))


@st.cache_resource(show_spinner=False, max_entries=limits.MODELS_IN_MEMORY)
def _at(model: str, moment: int, stamp: int) -> SavedModel:
    from model.frames import frame_paths, read_frame
    from model.saved import with_parameters

    saved = readings.loaded(model)
    parameters = read_frame(frame_paths(folder(model))[moment])
    return replace(saved, model=with_parameters(saved.config, parameters), sha256=f"{saved.sha256}, step {moment}")

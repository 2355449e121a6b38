"""Models and readings, cached for all visitors: frozen, never changed after they are made.

A reading comes from `assets/first/` where one is shipped for exactly this model (it is stamped with the SHA-256 of the
model's parameters), and is computed otherwise. torch is imported only then, so a first view needs none.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from model import limits
from model.errors import LabError
from model.reading import Reading
from model.tokenizers import Tokenizer, load_tokenizer
from ui import first, train_models
from ui.address import Stage
from ui.first import MODELS

if TYPE_CHECKING:
    from model.saved import SavedModel

UNTRAINED = ":untrained"
UNTRAINED_SEED = 0


@cache
def trained_names() -> tuple[str, ...]:
    """The shipped models by name, the usual one first."""
    names = sorted(path.parent.name for path in MODELS.glob("*/config.json"))
    return tuple(sorted(names, key=lambda name: name != first.DEFAULT))


def model_names() -> tuple[str, ...]:
    """Every name a stage may carry: the shipped models, and each with random parameters in the same shape."""
    return (*trained_names(), *(name + UNTRAINED for name in trained_names()))


def offered(chosen: str) -> tuple[str, ...]:
    """What the picker of models offers: the shipped ones, the visitor's own runs, and the chosen one, whosever it is."""
    return tuple(dict.fromkeys((*model_names(), *train_models.own_models(), chosen)))


def is_untrained(model: str) -> bool:
    return model.endswith(UNTRAINED)


def trained(model: str) -> str:
    """The model whose shape and tokenizer this one has."""
    return model.removesuffix(UNTRAINED)


def check_model(model: str) -> None:
    """Raises `LabError` for a name that is neither that of a shipped model nor `run:<id>`, with or without `:untrained`."""
    if train_models.is_run(model):
        train_models.check(model)
    elif model not in model_names():
        raise LabError(
            "unknown_model",
            "There is no model {name} here; the models are {known}.",
            "model",
            name=repr(model[:40]),
            known=", ".join(model_names()),
        )


def of(stage: Stage) -> Reading:
    """The reading of a stage. Raises `LabError` for a model, a sentence or a target that cannot be.

    An untrained model reads the translation of its trained sister as a forced target, so that pictures have one shape.
    """
    check_model(stage.model)
    if stage.target is None and is_untrained(stage.model):
        sister = of(Stage(trained(stage.model), stage.source))
        return reading(stage.model, stage.source, sister.target)
    return reading(stage.model, stage.source, stage.target)


def reading(model: str, source: str, target: str | None = None) -> Reading:
    """`source` through `model`, with `target` forced or with the model's own translation."""
    may_ship = target is None and not is_untrained(model) and not train_models.is_run(model)
    return (_shipped(model, source) if may_ship else None) or _computed(model, source, target, _stamp(model))


def own_translation(model: str, source: str) -> str:
    """What the model itself writes, whatever the stage's target is."""
    return reading(model, source).target


def tokenizer(model: str) -> Tokenizer:
    return _tokenizer(trained(model), _stamp(model))


@st.cache_resource(show_spinner=False, max_entries=limits.MODELS_IN_MEMORY)
def _tokenizer(model: str, stamp: int) -> Tokenizer:
    return load_tokenizer(_folder(model))


def loaded(model: str) -> SavedModel:
    """The model itself, for evaluation only. Imports torch."""
    return _loaded(model, _stamp(model))


@st.cache_resource(show_spinner=False, max_entries=limits.MODELS_IN_MEMORY)
def _loaded(model: str, stamp: int) -> SavedModel:
    from model.saved import load_model

    saved = load_model(_folder(model))
    return _with_random_parameters(saved) if is_untrained(model) else saved


def _folder(model: str) -> Path:
    return train_models.folder(model) if train_models.is_run(model) else MODELS / trained(model)


def _stamp(model: str) -> int:
    """What else a cache must know: a run's model gets better while it trains."""
    return train_models.stamp(model) if train_models.is_run(model) else 0


def _with_random_parameters(saved: SavedModel) -> SavedModel:
    from dataclasses import replace

    from model.transformer import new_model

    fresh = new_model(saved.config, UNTRAINED_SEED).requires_grad_(False).eval()
    return replace(saved, model=fresh, sha256=f"untrained, seed {UNTRAINED_SEED}")


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _computed(model: str, source: str, target: str | None, stamp: int) -> Reading:
    from model.read import read

    return read(loaded(model), source, target)


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _shipped(model: str, source: str) -> Reading | None:
    return first.load(model, source)


def card(model: str) -> dict[str, Any]:
    """What the model's card says of it."""
    return _card(trained(model), _stamp(model))


@st.cache_resource(show_spinner=False, max_entries=limits.MODELS_IN_MEMORY)
def _card(model: str, stamp: int) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((_folder(model) / "card.json").read_text(encoding="utf-8"))
    return values

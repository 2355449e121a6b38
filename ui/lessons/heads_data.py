"""What lesson 9 computes and looks up: the model without some heads, W^O, the shipped counts. torch only where a head is silenced."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from figures.heads import KINDS as SHORT_KINDS
from figures.heads import Axes, head_parts, long_name, short_name
from figures.payload import Tokens
from model import limits
from model.corpora import Gold
from model.corpora.grammar import recognize
from model.pronouns import OTHER, is_turned, ordinal_of, pronoun_written
from model.reading import KINDS, Reading
from ui import readings, train_models
from ui.shipped import Facts, shipped

Head = tuple[str, int]
SHIPPED = "toy"  # the model whose facts stand in where the stage's has none
ROOM = 12  # tokens a translation may grow by when heads are silent
MODES = ("zero", "mean")


def axes_of(shown: Reading) -> Axes:
    return Axes(Tokens(shown.source_pieces), Tokens(shown.target_in), Tokens(shown.target_out))


def maps_of(shown: Reading) -> dict[str, np.ndarray]:
    """Weights by kind (encoder, decoder, cross) [layer, head, n, m]."""
    found = {short: [shown.arrays[f"{name}.weights"] for name in shown.attention_names(kind)] for kind, short in SHORT_KINDS.items()}
    return {kind: np.stack(maps) for kind, maps in found.items() if maps}


def gold_of(source: str) -> Gold | None:
    """What the grammar knows of a sentence with an open pronoun; None for any other."""
    pair = recognize(source)
    return pair.gold if pair and pair.gold and pair.gold.referent else None


# Facts


def facts_of(model: str) -> tuple[str, Facts]:
    """The counts of the stage's model, or those of the shipped one, with its name."""
    own = shipped("heads", model)
    if own is not None:
        return model, own
    found = shipped("heads", SHIPPED)
    assert found is not None, "python -m ui.first toy heads writes them"
    return SHIPPED, found


def film_facts() -> Facts:
    found = shipped("heads_film", SHIPPED)
    assert found is not None, "python -m ui.first toy heads_film writes it"
    return found


# What each head writes


def output_matrices(model: str, attentions: tuple[str, ...]) -> dict[str, np.ndarray]:
    """W^O of each attention as stored [d_model, h · d_v]; of a model in a file without torch."""
    return _matrices(model, train_models.stamp(model) if train_models.is_run(model) else 0, attentions)


@st.cache_resource(show_spinner=False, max_entries=limits.MODELS_IN_MEMORY)
def _matrices(model: str, stamp: int, attentions: tuple[str, ...]) -> dict[str, np.ndarray]:
    if readings.is_untrained(model):
        found = {name: values.numpy() for name, values in readings.loaded(model).model.state_dict().items() if ".output." in name}
    else:
        from safetensors.numpy import load_file

        folder = train_models.folder(model) if train_models.is_run(model) else readings.MODELS / model
        found = load_file(folder / "model.safetensors")
    return {name: found[_parameter(name)].astype(np.float32) for name in attentions}


def _parameter(attention: str) -> str:
    side, layer, part = attention.split(".")
    return f"{side}.layers.{layer}.{part}_attention.output.weight"


@st.cache_resource(show_spinner=False, max_entries=32)
def parts_of(model: str, source: str, target: str | None, _shown: Reading) -> dict[str, np.ndarray]:
    """head_i · W^O_i of every attention under its short name [h, n, d_model]."""
    names = tuple(name for kind in KINDS for name in _shown.attention_names(kind))
    matrices = output_matrices(model, names)
    return {short_name(name): head_parts(_shown.arrays[f"{name}.heads"], matrices[name]) for name in names}


# Without some heads


@dataclass(frozen=True)
class Without:
    """What the model writes with some heads silent, and the probability it then gives to what it wrote before (natural logarithm)."""

    translation: str
    finished: bool
    log_probability: float


def without(model: str, source: str, before: str, heads: tuple[Head, ...], mode: str) -> Without:
    """Imports torch. Raises `LabError` where the model's mean cannot be had."""
    return _without(model, train_models.stamp(model) if train_models.is_run(model) else 0, source, before, tuple(sorted(heads)), mode)


@st.cache_resource(show_spinner=False, max_entries=4 * limits.READINGS)
def _without(model: str, stamp: int, source: str, before: str, heads: tuple[Head, ...], mode: str) -> Without:
    from model.ablation import rewritten, silencing
    from model.read import read

    saved = readings.loaded(model)
    edit = silencing(heads, means_of(model) if mode == "mean" else None)
    text, finished = rewritten(saved, source, edit, len(saved.tokenizer.encode(before).ids) + ROOM)
    return Without(text, finished, read(saved, source, before, edit).log_probability if before.strip() else -math.inf)


def means_of(model: str) -> dict[str, np.ndarray]:
    """What each head writes on average over the corpus: shipped, or computed once."""
    facts = shipped("heads", model)
    if facts is not None:
        return dict(zip(facts.about["attentions"], facts.arrays["means"], strict=True))
    return _computed_means(model, train_models.stamp(model) if train_models.is_run(model) else 0)


@st.cache_resource(show_spinner=False, max_entries=limits.MODELS_IN_MEMORY)
def _computed_means(model: str, stamp: int) -> dict[str, np.ndarray]:
    return _examined(model, stamp).mean_outputs()


@st.cache_resource(show_spinner=False, max_entries=2)
def _examined(model: str, stamp: int) -> Any:
    from model.ablation import examined
    from model.head_facts import sentences

    return examined(readings.loaded(model), sentences())


@st.cache_resource(show_spinner=False, max_entries=256)
def _loss(model: str, stamp: int, heads: tuple[Head, ...], mode: str) -> tuple[float, float]:
    from model.ablation import silencing

    found = _examined(model, stamp).loss(silencing(heads, means_of(model) if mode == "mean" else None))
    return found.loss, found.accuracy


def corpus_loss(model: str, heads: tuple[Head, ...], mode: str) -> tuple[float, float]:
    """Loss in nats a token and share of right tokens over the 500 sentences with those heads silent. Some tenths of a second."""
    return _loss(model, train_models.stamp(model) if train_models.is_run(model) else 0, tuple(sorted(heads)), mode)


# What the browser asks for


def asked_heads(asked: object, shown_attentions: tuple[str, ...], heads: int) -> tuple[tuple[Head, ...], str] | None:
    """Heads and mode out of what a browser sent; None where it is not what a board sends."""
    if not isinstance(asked, dict) or asked.get("kind") not in MODES or not isinstance(asked.get("heads"), list):
        return None
    found = []
    for entry in asked["heads"][: heads * len(shown_attentions)]:
        if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], str) or type(entry[1]) is not int:
            return None
        try:
            name = long_name(entry[0])
        except ValueError:
            return None
        if name not in shown_attentions or not 0 <= entry[1] < heads:
            return None
        found.append((name, entry[1]))
    return tuple(dict.fromkeys(found)), asked["kind"]


def turned(source: str, before: str, after: str) -> tuple[str, str] | None:
    """(il, elle) where the pronoun of the referent has turned; None for any other change."""
    gold = gold_of(source)
    if gold is None or not is_turned(before, after, ordinal_of(gold)):
        return None
    written = pronoun_written(before, ordinal_of(gold))
    assert written is not None
    return written, OTHER[written]

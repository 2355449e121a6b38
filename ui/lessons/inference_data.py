"""What lesson 15 draws, cached for all visitors: the steps of greedy decoding, beams, strategies, what breaks without the end token.

What is shipped for the first sentences (ui/lessons/inference_facts.py) needs no torch; all else is computed when asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from figures.inference import log_softmax
from model import limits
from model.config import END, START
from model.reading import Reading
from model.search_tree import SearchTree
from ui import readings
from ui.lessons import inference_moments as moments
from ui.lessons.inference_settings import NEVER, STRATEGIES, BeamSettings, Strategy, key_of
from ui.shipped import Facts, shipped

if TYPE_CHECKING:
    from model.decoding import Scorer
    from model.saved import SavedModel

NAME = "inference"
NEEDED = ("logits", "target.ids", "memory")  # and the weights of cross-attention: what the steps are drawn from


@dataclass(frozen=True)
class View:
    """What is looked at: a model, a moment of its training (None: as it is), a sentence."""

    model: str
    moment: int | None
    source: str


@dataclass(frozen=True)
class Found:
    """What a search found. `tokens` count the end token; `score` is normalized as the search was told to."""

    text: str
    log_probability: float
    score: float
    tokens: int
    finished: bool


def facts(model: str) -> Facts | None:
    return shipped(NAME, readings.trained(model)) if not readings.is_untrained(model) else None


def counted() -> Facts | None:
    """The counts over a corpus, which are the toy model's whatever the stage holds."""
    return shipped(NAME, "toy")


def greedy_reading(view: View) -> Reading:
    """What greedy decoding saw, the model's own translation. Raises `LabError`."""
    if view.moment is None:
        return readings.reading(view.model, view.source)
    return _shipped_reading(view) or _reading_at(view, moments.stamp(view.model))


def _shipped_reading(view: View) -> Reading | None:
    known = facts(view.model)
    name = key_of(view.moment, view.source)
    if known is None or name not in known.about["readings"]:
        return None
    return slim_reading(known, name, readings.reading(view.model, view.source))


def slim_reading(known: Facts, name: str, like: Reading) -> Reading:
    """A reading with the arrays the steps need, from what is shipped; the model's shape is that of `like`."""
    arrays = {array.removeprefix(f"{name}."): values for array, values in known.arrays.items() if array.startswith(f"{name}.")}
    about: dict[str, Any] = dict(known.about["readings"][name])
    about |= {field: tuple(about[field]) for field in ("source_pieces", "target_in", "target_out")}
    about |= {field: tuple((start, end) for start, end in about[field]) for field in ("source_spans", "target_spans")}
    return Reading(arrays=arrays, config=like.config, **about)


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _reading_at(view: View, stamp: int) -> Reading:
    from model.read import read

    return slimmed(read(moments.loaded(view.model, view.moment), view.source))


def slimmed(reading: Reading) -> Reading:
    names = (*NEEDED, *(f"{name}.weights" for name in reading.attention_names("decoder.cross")))
    return replace(reading, arrays={name: reading.arrays[name] for name in names})


def produced_ids(reading: Reading) -> tuple[int, ...]:
    """The tokens greedy decoding took, the end token last where it came to one."""
    fed = reading.arrays["target.ids"].tolist()
    last = np.argmax(_allowed(reading.arrays["logits"][-1]))
    return (*(int(token) for token in fed[1:]), int(last))


def _allowed(logits: np.ndarray) -> np.ndarray:
    values = logits.copy()
    values[list(NEVER)] = -np.inf
    return values


@dataclass(frozen=True, eq=False)
class Fork:
    """Where greedy hesitated most between two words: both words, what each path sums to, and the logits after each [2, V]."""

    step: int
    tokens: tuple[int, int]
    sums: tuple[float, float]
    logits: np.ndarray


def fork(view: View) -> Fork | None:
    """The most open step whose two best words both go on; None where there is none."""
    reading = greedy_reading(view)
    place = fork_of(reading)
    if place is None:
        return None
    known = facts(view.model)
    name = f"{key_of(view.moment, view.source)}.fork"
    rows = known.arrays[name] if known is not None and name in known.arrays else _fork(view, place, moments.stamp(view.model))
    return Fork(place[0], place[1], place[2], rows)


def fork_of(reading: Reading) -> tuple[int, tuple[int, int], tuple[float, float]] | None:
    """(step from 0, the two words, the two sums of logs up to and with them)."""
    logs = log_softmax(reading.arrays["logits"])
    logs[:, list(NEVER)] = -np.inf
    best = np.argsort(-logs, axis=1, kind="stable")[:, :2]
    values = np.take_along_axis(logs, best, axis=1)
    going_on = [step for step in range(len(best)) if END not in best[step]]
    if not going_on:
        return None
    step = min(going_on, key=lambda step: float(values[step, 0] - values[step, 1]))
    before = float(values[:step, 0].sum())
    first, second = (int(token) for token in best[step])
    return step, (first, second), (before + float(values[step, 0]), before + float(values[step, 1]))


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _fork(view: View, place: tuple[int, tuple[int, int], tuple[float, float]], stamp: int) -> np.ndarray:
    return fork_with(moments.loaded(view.model, view.moment), greedy_reading(view), place)


def fork_with(saved: SavedModel, reading: Reading, place: tuple[int, tuple[int, int], tuple[float, float]]) -> np.ndarray:
    """The logits after both prefixes, in one pass. Imports torch."""
    import torch

    step, tokens, _sums = place
    before = (START, *produced_ids(reading)[:step])
    source = torch.tensor([saved.tokenizer.encode(reading.source).ids] * 2)
    with torch.inference_mode():
        trace = saved.translator(source, torch.tensor([(*before, token) for token in tokens]))
    rows: np.ndarray = trace.logits[:, -1].numpy()
    return rows


def tree(view: View, settings: BeamSettings) -> SearchTree:
    known = facts(view.model)
    name = f"{key_of(view.moment, view.source)}.tree"
    if known is not None and settings == BeamSettings() and f"{name}.parents" in known.arrays:
        return SearchTree.from_arrays({field: known.arrays[f"{name}.{field}"] for field in SearchTree.__annotations__})
    return _tree(view, settings, moments.stamp(view.model))


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _tree(view: View, settings: BeamSettings, stamp: int) -> SearchTree:
    return tree_with(moments.loaded(view.model, view.moment), view.source, settings, produced_ids(greedy_reading(view)))


def tree_with(saved: SavedModel, source: str, settings: BeamSettings, greedy: Sequence[int]) -> SearchTree:
    """Run a beam and keep it as a tree. Imports torch."""
    from model.search_tree import tree_of
    from model.searches import Beam, beam

    ask, longest = _asked(saved, source)
    chosen = Beam(width=settings.width, alpha=settings.alpha, normalization=settings.kind)
    return tree_of(beam(ask, longest, chosen), greedy, dropped=4 if settings.width <= 4 else 3)


def strategies(view: View, seed: int) -> Mapping[str, Found]:
    """What every strategy finds, by its name."""
    known = facts(view.model)
    name = key_of(view.moment, view.source)
    if known is not None and seed == 0 and name in known.about["strategies"]:
        return {strategy: Found(**found) for strategy, found in known.about["strategies"][name].items()}
    return _strategies(view, seed, moments.stamp(view.model))


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _strategies(view: View, seed: int, stamp: int) -> Mapping[str, Found]:
    return strategies_with(moments.loaded(view.model, view.moment), view.source, seed)


def strategies_with(saved: SavedModel, source: str, seed: int) -> dict[str, Found]:
    """Imports torch."""
    return {strategy.name: _run(saved, source, strategy, seed) for strategy in STRATEGIES}


def _run(saved: SavedModel, source: str, strategy: Strategy, seed: int) -> Found:
    import torch

    from model.decoding import outcome
    from model.searches import Beam, Sampling, beam, greedy, sample

    ask, longest = _asked(saved, source)
    if strategy.beam:
        steps = beam(ask, longest, Beam(width=strategy.beam, alpha=strategy.alpha))
    elif strategy.temperature:
        drawn = Sampling(temperature=strategy.temperature, top_k=strategy.top_k, top_p=strategy.top_p)
        steps = sample(ask, longest, drawn, torch.Generator().manual_seed(seed))
    else:
        steps = greedy(ask, longest)
    best = outcome(steps)[0]
    return Found(saved.tokenizer.decode(best.words), best.log_probability, best.score, len(best.tokens), best.finished)


def unending(view: View) -> Found:
    """Greedy decoding that may never take the end token."""
    known = facts(view.model)
    name = key_of(view.moment, view.source)
    if known is not None and name in known.about["unending"]:
        return Found(**known.about["unending"][name])
    return _unending(view, moments.stamp(view.model))


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _unending(view: View, stamp: int) -> Found:
    return unending_with(moments.loaded(view.model, view.moment), view.source)


def unending_with(saved: SavedModel, source: str) -> Found:
    """Imports torch."""
    from model.decoding import outcome
    from model.search_counts import Unending
    from model.searches import greedy

    ask, longest = _asked(saved, source)
    best = outcome(greedy(Unending(ask), longest))[0]
    return Found(saved.tokenizer.decode(best.words), best.log_probability, best.score, len(best.tokens), END in best.tokens)


def _asked(saved: SavedModel, source: str) -> tuple[Scorer, list[int]]:
    """The scorer of one sentence, and how long its translation may be."""
    from model.decoding import longest_translations
    from model.scorer import pad, scorer_for

    ids = saved.tokenizer.encode(source).ids
    longest = longest_translations([len(ids)], saved.config)
    return scorer_for(saved.searcher, pad([ids])), [min(most, limits.SENTENCE_TOKENS) for most in longest]

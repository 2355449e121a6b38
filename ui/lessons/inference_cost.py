"""What decoding costs with and without a cache, by formula and by the clock; and what happens without the end token."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from figures.inference import cache_payload
from figures.payload import Tokens
from model.config import ModelConfig
from model.multiplications import step_cost
from model.reading import Reading
from ui import lesson
from ui.components import inference as pictures
from ui.lessons import inference_data as data
from ui.lessons import inference_moments as moments
from ui.lessons.inference_data import Found, View
from ui.lessons.inference_words import cache_words
from ui.prose import Said, heading, percent, say
from ui.shipped import Facts
from ui.words import _

if TYPE_CHECKING:
    from model.decoding import Scorer

RUNS = 7
RAISED = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


@dataclass(frozen=True)
class Timing:
    """Median milliseconds of decoding the sentence, and the largest difference between the log-probabilities of the two ways."""

    cached: float
    recomputed: float
    difference: float
    steps: int


def costs(config: ModelConfig, source: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Multiplications [2, steps, parts] (encoder, decoder, logits) and cells [2, steps]; first without a cache, then with one."""
    every = [[step_cost(config, source, step, cached) for step in range(1, steps + 1)] for cached in (False, True)]
    parts = np.array([[(one.encoder, one.decoder, one.logits) for one in way] for way in every], dtype=np.float64)
    return parts, np.array([[one.cells for one in way] for way in every], dtype=np.float64)


@st.fragment
def cache(view: View, reading: Reading) -> None:
    heading(_("Do not compute twice: the cache"))
    st.markdown(
        _(
            "A word already written never changes what came before it: the mask forbids it. So its keys and values are kept, and "
            "a step computes "
            "one new row. The memory's keys and values are computed in the first step, once. The number in a cell says how often "
            "it was computed."
        )
    )
    m, n = len(reading.source_pieces), len(reading.target_out)
    parts, cells = costs(reading.config, m, n)
    pictures.cache(cache_payload(parts, cells, Tokens(reading.target_out), cache_words()), key="inference_cache")
    st.button(_("Measure both now"), key="inference_measure", on_click=_ask_for, args=(view,))
    if st.session_state.get("inference_measured") == view:
        with st.spinner(_("Decoding both ways")):
            timing = measure(view)
        _told(timing)


def _ask_for(view: View) -> None:
    st.session_state["inference_measured"] = view


def _told(timing: Timing) -> None:
    say(
        _(
            "Measured now, on this machine, median of {runs} runs: {steps} steps take {cached} ms with the cache and "
            "{recomputed} ms without, "
            "{ratio} times as long. The largest difference between the two in any log-probability is {difference}: the same "
            "numbers, but for rounding."
        ),
        "inference_timed",
        runs=str(RUNS),
        steps=str(timing.steps),
        cached=Said(f"{timing.cached:.1f}"),
        recomputed=Said(f"{timing.recomputed:.1f}"),
        ratio=f"{timing.recomputed / timing.cached:.1f}",
        difference=Said(tiny(timing.difference)),
    )


def tiny(value: float) -> str:
    """5.7 × 10⁻⁶, 0 where there is none."""
    if value == 0:
        return "0"
    digits, power = f"{value:.1e}".split("e")
    return f"{digits} × 10{str(int(power)).translate(RAISED)}"


def measure(view: View) -> Timing:
    """The same pass with its cache and without, on the tokens greedy writes, in turn, timed now. Imports torch."""
    from model.interventions import NOTHING
    from model.scorer import RecomputingScorer, TracedScorer, pad

    saved = moments.loaded(view.model, view.moment)
    ids = data.produced_ids(data.greedy_reading(view))
    source = pad([saved.tokenizer.encode(view.source).ids])
    ways: tuple[Scorer, Scorer] = (TracedScorer(saved.translator, source, NOTHING), RecomputingScorer(saved.translator, source))
    times: tuple[list[float], list[float]] = ([], [])
    rows: list[list[np.ndarray]] = [[], []]
    for _run in range(RUNS):
        for number, way in enumerate(ways):
            start = time.perf_counter()
            rows[number] = decode(way, ids)
            times[number].append(1000 * (time.perf_counter() - start))
    difference = max(float(np.abs(a - b).max()) for a, b in zip(*rows, strict=True))
    return Timing(median(times[0]), median(times[1]), difference, len(ids))


def decode(scorer: Scorer, ids: tuple[int, ...]) -> list[np.ndarray]:
    """The log-probabilities of every step, the tokens given."""
    state, scores = scorer.start()
    found = [scores]
    for token in ids[:-1]:
        state, scores = scorer.extend(state, np.array([0]), np.array([token]))
        found.append(scores)
    return found


def without_end(view: View, reading: Reading) -> None:
    """Break it: the end token's probability is taken away."""
    broken = lesson.break_it("removed now", _("Take the end token away"), "inference_endless")
    whole = Found(reading.target, reading.log_probability, reading.log_probability, len(reading.target_out), reading.finished)
    found = data.unending(view) if broken else whole
    lesson.before_and_after(_("Tokens written"), str(whole.tokens), str(found.tokens) if broken else "\u2013")
    if not broken:
        say(_("With it, your translation ends where it should: {text}."), "inference_ended", text=Said(whole.text, "target"))
        return
    say(_("Without it the model has no way to stop: {text} \u2026"), "inference_unended", text=Said(found.text, "target"))
    known = data.counted()
    if known is not None and "ended" in known.about:
        _over_corpus(known, view)


def _over_corpus(known: Facts, view: View) -> None:
    moment = "now" if view.moment is None else str(view.moment)
    numbers = known.about["ended"].get(moment if view.model == "toy" else "now", known.about["ended"]["now"])
    whole, broken = numbers["whole"], numbers["broken"]
    say(
        _(
            "Over {count} held-out sentences of the grammar, for the toy model: exact matches fall from {before} to {after}, "
            "BLEU from {good} to {bad}, "
            "and a translation has {tokens} tokens in place of {usual}. The limit of length alone ends it."
        ),
        "inference_broken",
        count=str(known.about["sentences"]),
        before=percent(whole["exact"]),
        after=percent(broken["exact"]),
        good=f"{whole['bleu']:.0f}",
        bad=Said(f"{broken['bleu']:.0f}"),
        tokens=Said(f"{broken['tokens']:.0f}"),
        usual=f"{whole['tokens']:.0f}",
    )

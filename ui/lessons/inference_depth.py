"""Lesson 15 for those who go on: the formulas with their values, the expert fold, where to read on."""

from __future__ import annotations

import numpy as np
import streamlit as st

from figures.inference import log_softmax
from model.reading import Reading
from model.search_tree import FATES
from ui import lesson, readings
from ui.lesson import Symbol
from ui.lessons import inference_data as data
from ui.lessons.inference_counts import verdicts
from ui.lessons.inference_data import View
from ui.lessons.inference_settings import PAPER_ALPHA, PAPER_WIDTH, BeamSettings
from ui.prose import Said, grouped, percent, say
from ui.words import _

LATEX = (
    r"\begin{aligned} \log P(Y \mid X) &= \sum_{t=1}^{|Y|} \log P(y_t \mid y_{<t}, X) \\"
    r"s(Y) &= \frac{\log P(Y \mid X)}{lp(Y)} \\ lp(Y) &= \left(\frac{5 + |Y|}{6}\right)^{\alpha} \end{aligned}"
)


def formula(view: View, reading: Reading) -> None:
    """The sum and the score of greedy's own translation, symbol by symbol."""
    length = len(reading.target_out)
    penalty = ((5 + length) / 6) ** PAPER_ALPHA
    total = reading.log_probability
    lesson.formula(
        LATEX,
        [
            Symbol("X", _("the source, read once by the encoder"), _("{count} tokens").format(count=len(reading.source_pieces))),
            Symbol("Y", _("the translation, its end token counted"), _("{count} tokens").format(count=length)),
            Symbol(
                r"P(y_t \mid y_{<t}, X)",
                _("softmax of the logits of step t"),
                _("{count} probabilities").format(count=grouped(reading.config.vocabulary)),
            ),
            Symbol(r"\log P(Y \mid X)", _("the sum of logs of greedy's translation"), _number(total)),
            Symbol(r"\alpha", _("strength of the length penalty; 0 leaves the plain sum"), f"{PAPER_ALPHA:g}"),
            Symbol("lp(Y)", _("what the sum is divided by"), f"$((5 + {length}) / 6)^{{{PAPER_ALPHA:g}}} = {penalty:.3f}$"),
            Symbol(
                "s(Y)", _("the score finished translations are ranked by"), f"{_number(total)} / {penalty:.3f} = {_number(total / penalty)}"
            ),
        ],
        "6.1",
    )
    st.caption(
        _(
            "Logs are negative, so dividing by more makes a score better: a longer translation is forgiven its extra factors. "
            "Hugging Face divides by "
            "$|Y|^α$ instead; compare scores of one formula only."
        )
    )


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")


def for_experts(view: View, reading: Reading, searched: bool) -> None:
    """`searched`: the beam has been run, so that it costs nothing to speak of it."""
    if searched:
        _stopping(view)
    _nothing(view)
    _smoothing(reading)
    _counted()
    st.markdown(
        _(
            "- **What the beam keeps room for.** Here a finished translation leaves the beam and is set aside; it takes up a "
            "place in the step in "
            "which it ends only. Some libraries keep it in a place of its own to the end, and stop when all places are taken.\n"
            "- **Logits are not enough.** Ranking by sums of raw logits is a known bug: a row's logits can all be shifted by one "
            "number without changing "
            "its probabilities, so sums of different prefixes cannot be compared before log-softmax.\n"
            "- **Rows of a beam share the memory.** The encoder's keys and values stand once for all live prefixes; only the "
            "decoder's own cache is "
            "reordered when a prefix is dropped (`CachedRows.rows` in model/scorer.py).\n"
            "- **Cost.** A beam of w computes w rows a step; they go through the matrices together, so on one core a beam of 4 "
            "takes 1.5 times the time of greedy, not four times."
        )
    )


def _stopping(view: View) -> None:
    """When a search may stop: an exact bound."""
    found = data.tree(view, BeamSettings())
    beaten = int((found.fates == FATES.index("beaten")).sum())
    say(
        _(
            "When may a beam stop? A log-probability only falls, so no descendant of a live prefix can score above its sum divided by the "
            "largest penalty allowed. As soon as the best finished score passes that bound for every live prefix, nothing can "
            "change: here after "
            "step {step}, with {beaten} prefixes still alive."
        ),
        "inference_stopping",
        step=Said(str(int(found.steps.max()))),
        beaten=str(beaten),
    )


def _nothing(view: View) -> None:
    """How probable it is to write nothing."""
    reading = data.greedy_reading(view)
    end = readings.tokenizer(view.model).pieces.index("</s>")
    nothing = float(log_softmax(reading.arrays["logits"][:1])[0, end])
    say(
        _(
            "The shortest translation of all, nothing, has log-probability {nothing} here; greedy's has {greedy}. For long "
            "sentences the empty one can be "
            "the most probable of all (Stahlberg and Byrne, 2019): a perfect search would then find it. Narrow beams work "
            "because they do not search well."
        ),
        "inference_nothing",
        nothing=Said(_number(nothing)),
        greedy=Said(_number(reading.log_probability)),
    )


def _smoothing(reading: Reading) -> None:
    best = np.exp(log_softmax(reading.arrays["logits"]).max(axis=1))
    size = reading.config.vocabulary
    say(
        _(
            "Label smoothing of 0.1 asks for {asked} on the right token (0.9 + 0.1 / {size}) and spreads the rest: here the best "
            "token of a step has "
            "between {low} and {high}. That tail is why plain sampling goes wrong so soon: in {steps} steps the chance of never "
            "leaving the best token is {never}."
        ),
        "inference_smoothing",
        asked=percent(0.9 + 0.1 / size),
        size=grouped(size),
        low=percent(float(best.min())),
        high=percent(float(best.max())),
        steps=str(len(best)),
        never=percent(float(best.prod())),
    )


def _counted() -> None:
    """α does little where the model is good, and cannot save one that is not."""
    known = data.counted()
    if known is None or "sentences" not in known.about:
        return
    first = str(known.about["moments"][0])
    with_penalty, without = (known.arrays[f"counts.{first}.8.{alpha}.lengths"].mean() for alpha in ("0.6", "0"))
    lost = verdicts(known, first, f"{PAPER_WIDTH}.0", "log_probabilities")[2]
    say(
        _(
            "Length penalty, counted: after {step} steps a beam of 8 writes {without} tokens on average with α 0 and "
            "{with_penalty} with α 0.6. A beam of 4 with "
            "α 0, ranked by the plain sum, still ends below greedy in {lost} sentences: those are paths it dropped."
        ),
        "inference_alpha",
        step=first,
        without=Said(f"{without:.2f}"),
        with_penalty=Said(f"{with_penalty:.2f}"),
        lost=Said(str(lost)),
    )

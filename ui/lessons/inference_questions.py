"""The three questions of lesson 15: a number to predict, a common belief, a cell of a beam's candidates to click."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from figures.inference import log_softmax
from figures.payload import Tokens, matrix_payload
from model.reading import Reading
from ui import check, readings
from ui.components.labels import component_words
from ui.lessons import inference_data as data
from ui.lessons import inference_moments as moments
from ui.lessons.inference_counts import verdicts
from ui.lessons.inference_data import View
from ui.lessons.inference_settings import NEVER
from ui.sentences import DEFAULT
from ui.words import _

BEST = 3  # of each prefix, in the question about the beam
CLEAR = 0.05  # two sums nearer than this are no fair question


def questions(view: View, reading: Reading) -> list[check.Question]:
    pieces = readings.tokenizer(view.model).pieces
    found: list[check.Question | None] = [_top_two(reading, pieces), _belief(), _second_place(view)]
    return [question for question in found if question is not None]


def _top_two(reading: Reading, pieces: tuple[str, ...]) -> check.Number:
    """Top-k 2 at the most open step: what the best one's chance becomes."""
    logs = log_softmax(reading.arrays["logits"])
    logs[:, list(NEVER)] = -np.inf
    ordered = np.argsort(-logs, axis=1, kind="stable")
    row = int((logs[np.arange(len(logs)), ordered[:, 0]] - logs[np.arange(len(logs)), ordered[:, 1]]).argmin())
    first, second = ordered[row, :2]
    one, two = math.exp(logs[row, first]), math.exp(logs[row, second])
    right = 100 * one / (one + two)
    text = _(
        "At step {step} the model gives “{first}” {one} % and “{second}” {two} %. You sample with top-k 2. With what chance is "
        "“{first}” drawn?"
    )
    values = {
        "step": row + 1,
        "first": _word(pieces[first]),
        "second": _word(pieces[second]),
        "one": f"{100 * one:.1f}",
        "two": f"{100 * two:.1f}",
    }
    return check.Number(
        "top_k",
        "prediction",
        _filled(text, values),
        right,
        1.0,
        "%",
        _filled(_("The two that stay share the whole again: {one} / ({one} + {two}) = {right} %."), {**values, "right": f"{right:.1f}"}),
        (
            (100 * one, _("That is the model's own probability. The others' share does not vanish: it is given to the two that stay.")),
            (50.0, _("The two that stay keep their proportion; they do not become equal. That would be an endless temperature.")),
            (100.0, _("That would be top-k 1: always the most probable, which is greedy.")),
        ),
    )


def _belief() -> check.Choice:
    """Is a beam never worse? Counted."""
    known = data.counted()
    losses = count = 0
    if known is not None and "sentences" in known.about:
        losses = verdicts(known, str(known.about["moments"][0]), "4.0", "log_probabilities")[2]
        count = int(known.about["sentences"])
    counted = _filled(
        _("Counted: with α 0 and a model that hesitates, a beam of 4 ended less probable than greedy in {losses} of {count} sentences."),
        {"losses": losses, "count": count},
    )
    return check.Choice(
        "guarantee",
        "misconception",
        _("A beam of 4 looks at everything greedy looks at, and more. So what it finds is at least as probable as what greedy finds."),
        (_("True: more is kept, so nothing is lost"), _("False: it may drop greedy's path on the way"), _("True, as long as α is 0")),
        1,
        (
            _filled(
                _("Only {width} paths are kept at a time. Greedy's may be the fifth best for one step and the best at the end. "),
                {"width": 4},
            )
            + counted,
            _("Four others can be more probable for a few steps and end badly; by then greedy's path is gone. ") + counted,
            _("α decides which finished translation wins; what is dropped on the way is decided by the sums alone. ") + counted,
        ),
    )


@dataclass(frozen=True, eq=False)
class Candidates:
    """Sums of logs of what may follow two prefixes, [2, tokens], and the words that name rows and columns."""

    sums: np.ndarray
    prefixes: tuple[str, ...]
    tokens: tuple[str, ...]

    def ranked(self) -> list[tuple[int, int]]:
        """Cells, most probable first."""
        return sorted(((int(row), int(column)) for row, column in np.ndindex(self.sums.shape)), key=lambda place: -self.sums[place])


def _second_place(view: View) -> check.Cell | None:
    """Which candidate takes the second place of a beam of two?"""
    own = candidates(view)
    if own is not None:
        return _asked(own, "")
    fallback = candidates(View("toy", moments.usual_moment("toy"), DEFAULT))
    return None if fallback is None else _asked(fallback, check.fallback_note(DEFAULT) + " ")


def candidates(view: View) -> Candidates | None:
    """What may follow the two words greedy hesitated between; None where there are none, or no clear second place."""
    fork = data.fork(view)
    if fork is None:
        return None
    logs = log_softmax(fork.logits)
    logs[:, list(NEVER)] = -np.inf
    totals = logs + np.array(fork.sums)[:, None]
    best = [int(token) for row in np.argsort(-totals, axis=1, kind="stable")[:, :BEST] for token in row]
    columns = list(dict.fromkeys(best))
    sums = totals[:, columns]
    first, second, third = np.sort(sums.ravel())[::-1][:3]
    pieces = readings.tokenizer(view.model).pieces
    names = [tuple(pieces[token] for token in some) for some in (fork.tokens, columns)]
    return Candidates(sums, names[0], names[1]) if min(first - second, second - third) > CLEAR else None


def _asked(one: Candidates, note: str) -> check.Cell:
    first, second = one.ranked()[:2]
    payload = matrix_payload(one.sums, Tokens(one.prefixes), Tokens(one.tokens), "scores", component_words(), name=_("sum of logs"))
    text = _(
        "A beam of 2 holds two beginnings: the rows, each named by its last word. A cell is the sum of logs once the column's "
        "word is added. The best of all cells goes on. Click the other one that goes on."
    )
    why = _filled(
        _("The second largest of all cells, {sum}. Rows do not take turns: all candidates of a step are ranked against each other."),
        {"sum": _shown(one.sums[second])},
    )

    def why_not(row: int, column: int) -> str:
        if (row, column) == first:
            return _("That one is the best of all and goes on as well: asked for is the second place.")
        return _filled(
            _("Its sum is {sum}; another cell has {best}. Nearer to zero is more probable."),
            {"sum": _shown(one.sums[row, column]), "best": _shown(one.sums[second])},
        )

    return check.Cell("second_place", "transfer", note + text, payload, frozenset({second}), why, why_not)


def _shown(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")


def _word(piece: str) -> str:
    return piece.removeprefix("\u2581") or "\u2423"


def _filled(template: str, values: Mapping[str, object]) -> str:
    """Holes filled one by one: a learner's words may hold braces."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", str(value))
    return template

"""Lesson 9, check yourself: a projection to work out, a belief to drop, a broken map. Right answers from the stage's sentence."""

from __future__ import annotations

import numpy as np

from figures.heads import projections
from figures.measures import entropy
from figures.payload import Tokens, matrix_payload
from model.reading import Reading
from ui import readings, sentences
from ui.address import Stage
from ui.check import Cell, Choice, Number, Question, check_yourself, fallback_note
from ui.components.labels import component_words
from ui.lessons import heads_data as data
from ui.lessons.heads import plain, row_told
from ui.words import _

LEAST, MOST = 3, 20  # tokens of a sentence that can be asked about
ATTENTION, SHORT = "encoder.0.self", "encoder.0"


def check(at: Stage, shown: Reading) -> None:
    check_yourself("heads", questions(at, shown))


def questions(at: Stage, shown: Reading) -> list[Question]:
    """One of each idea, on the stage's sentence or, where that will not do, on one of ours."""
    note, model, source, target = "", at.model, at.source, at.target
    if shown.config.heads < 2 or not LEAST <= len(shown.source_pieces) <= MOST:
        model, source, target = data.SHIPPED, sentences.DEFAULT, None
        shown, note = readings.reading(model, source), fallback_note(source) + " "
    parts = data.parts_of(model, source, target, shown)[SHORT]
    return [_projection(shown, parts, note), _slices(shown, note), _broken(shown, note)]


def asked_row(shown: Reading) -> int:
    """Not the row whose projections the picture opens with."""
    return next(row for row in reversed(range(len(shown.source_pieces))) if row != row_told(shown))


def _projection(shown: Reading, parts: np.ndarray, note: str) -> Number:
    """The parts add up: the last one follows from the others."""
    row = asked_row(shown)
    output = shown.arrays[f"{ATTENTION}.output"]
    shares = np.round(projections(parts, output)[:, row].astype(float), 2)
    length = round(float(np.linalg.norm(output[row])), 2)
    right = round(length - float(shares[:-1].sum()), 2)
    others = ", ".join(_signed(value) for value in shares[:-1])
    return Number(
        "projection",
        "prediction",
        note
        + _(
            "The first layer's output for “{word}” has length {length}. Its heads but the last have the projections {others} on it. "
            "What is the projection of the last head? Two decimals."
        ).format(word=plain(shown.source_pieces[row]), length=f"{length:.2f}", others=others),
        right,
        0.02,
        "",
        _(
            "The output is the sum of what the heads write, so their projections add up to its length: {length} − ({others}) = {right}."
        ).format(length=f"{length:.2f}", others=others.replace(", ", " + "), right=_signed(right)),
        (
            (length, _("That is the whole length: the other heads have their part in it.")),
            (round(float(shares[:-1].sum()), 2), _("That is what the other heads have together.")),
            (round(length / len(shares), 2), _("Heads do not share evenly: W\u1d3c is learned, no average.")),
        ),
    )


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")


def _slices(shown: Reading, note: str) -> Choice:
    """Heads do not cut the vector into slices."""
    config = shown.config
    return Choice(
        "slices",
        "misconception",
        _("A word's vector has {width} numbers, a head works with {small}. Where do the {small} come from?").format(
            width=config.d_model, small=config.d_k
        ),
        (
            _("The vector is cut: each head gets {small} of its {width} numbers").format(small=config.d_k, width=config.d_model),
            _("Each head multiplies all {width} numbers by matrices of its own").format(width=config.d_model),
            _("The heads take turns, one in each layer"),
            _("All heads share one projection and differ only in W\u1d3c"),
        ),
        1,
        (
            _("A picture often drawn, and wrong: nothing of the word is cut. What is split is the result of the projections."),
            _("So it is: a head's matrices are {width} × {small} and see the whole word. What is split is the result.").format(
                width=config.d_model, small=config.d_k
            ),
            _("All {count} heads of a layer work at once, on the same vectors.").format(count=config.heads),
            _("Then all heads would have the same queries and keys, and the same map. Look at the board: they differ."),
        ),
    )


def _broken(shown: Reading, note: str) -> Cell:
    """Every head has a softmax of its own: one row that does not add up to one."""
    row = row_told(shown)
    weights = shown.arrays[f"{ATTENTION}.weights"][:, row].copy()
    broken = int(entropy(weights).argmin())
    weights[broken] *= 0.5
    heads = Tokens(tuple(_("head {head}").format(head=head + 1) for head in range(len(weights))))
    payload = matrix_payload(
        weights, heads, Tokens(shown.source_pieces), "weights", component_words(), name=_("weights of one row, head by head")
    )
    word = plain(shown.source_pieces[row])
    return Cell(
        "broken",
        "transfer",
        note
        + _(
            "One line for each head of the encoder's first layer: what it reads for “{word}”. Somebody's code has damaged one of them. "
            "Click any cell of the damaged head."
        ).format(word=word),
        payload,
        frozenset((broken, column) for column in range(weights.shape[1])),
        _("Head {head} adds up to 0.50. Each head has a softmax of its own, so each line must add up to 1, whatever the others do.").format(
            head=broken + 1
        ),
        lambda line, _column: _("Head {head} adds up to {total}, as it must. Look for the one that does not.").format(
            head=line + 1, total=f"{weights[line].sum():.2f}"
        ),
    )

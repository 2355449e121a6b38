"""Lesson 13, masks: three questions, answered from the stage."""

from __future__ import annotations

import numpy as np

from figures.payload import Tokens, matrix_payload
from model.reading import Reading
from ui.check import Cell, Choice, Number, check_yourself, fallback_note
from ui.components.labels import component_words
from ui.lessons.masks import plain
from ui.words import _

FALLBACK = ("<s>", "le", "chien", "dort"), ("le", "chien", "dort", "</s>")
LEAST, MOST = 4, 9  # rows of the broken mask


def check(shown: Reading) -> None:
    check_yourself("mask", [count(shown), diagonal(shown), broken(shown)])


def count(shown: Reading) -> Number:
    """Prediction: one word more."""
    n = len(shown.target_in)
    return Number(
        name="open-cells", idea="prediction",
        text=_("Your decoder has {n} rows. Add one French token: how many cells of the causal mask are open then?").format(n=n),
        right=(n + 1) * (n + 2) / 2, tolerance=0, unit="",
        why=_("Row i has i open cells: 1 + 2 + … + {more} = {more} × {next} / 2 = {right}.").format(
            more=n + 1, next=n + 2, right=(n + 1) * (n + 2) // 2),
        wrong=_mistakes(n),
    )  # fmt: skip


def _mistakes(n: int) -> tuple[tuple[float, str], ...]:
    found = (
        (n * (n + 1) / 2, _("That is how many are open now; the new row adds as many as it is long.")),
        (n * (n + 1) / 2 + n, _("One short: the new row reads itself as well.")),
        ((n + 1) ** 2, _("Those are all cells: the ones above the diagonal are hidden.")),
    )
    right = (n + 1) * (n + 2) / 2
    kept: dict[float, str] = {}
    for value, why in found:
        if value != right:
            kept.setdefault(value, why)
    return tuple(kept.items())


def diagonal(shown: Reading) -> Choice:
    """Misconception: that the open diagonal shows a row its own answer."""
    fed, labels, note = _told_apart(shown)
    row = len(fed) // 2
    given, label, following = plain(fed[row]), plain(labels[row]), plain(labels[row + 1])
    return Choice(
        name="diagonal", idea="misconception",
        text=note + _("The row that must write “{label}” may read the cell on the diagonal. Which token is it?").replace("{label}", label),
        choices=(label, given, following),
        right=1,
        why=(
            _("“{label}” is what it must write. The input is shifted by one, so “{label}” enters only in the next column, which is hidden.")
            .replace("{label}", label),
            _("Input and label stand one apart: the row that writes “{label}” is given “{given}”, and the diagonal is that input.")
            .replace("{label}", label).replace("{given}", given),
            _("“{following}” comes two columns further on and is hidden.").replace("{following}", following),
        ),
    )  # fmt: skip


def _told_apart(shown: Reading) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Inputs and labels of the stage where the three words of the question differ; else of a sentence of ours, with a note."""
    fed, labels = shown.target_in, shown.target_out
    row = len(fed) // 2
    if len(fed) >= LEAST and len({plain(fed[row]), plain(labels[row]), plain(labels[row + 1])}) == 3:
        return fed, labels, ""
    return *FALLBACK, fallback_note("le chien dort") + " "


def broken(shown: Reading) -> Cell:
    """Transfer: somebody else's mask, one diagonal too wide."""
    fed, labels, note = (shown.target_in, shown.target_out, "") if len(shown.target_in) >= LEAST else (*FALLBACK, fallback_note() + " ")
    fed, labels = fed[:MOST], labels[:MOST]
    n = len(fed)
    allowed = np.triu(np.tril(np.ones((n, n), bool), 1), -n)
    weights = allowed / allowed.sum(-1, keepdims=True)
    name = _("weights of the broken model")
    return Cell(
        name="one-too-wide", idea="transfer",
        text=note
        + _(
            "In another project the training loss is suspiciously low and the translations are nonsense. This is its mask (every open cell "
            "gets an equal weight). Click a cell through which a row reads the word it must write."
        ),
        payload=matrix_payload(weights, Tokens(labels), Tokens(fed), "weights", component_words(), allowed=allowed, name=name),
        right=frozenset((row, row + 1) for row in range(n - 1)),
        why=_("One above the diagonal stands the label itself. The triangle was cut one diagonal too high: tril(diagonal=1) for tril()."),
        why_not=_why_not,
    )  # fmt: skip


def _why_not(row: int, column: int) -> str:
    if column == row:
        return _("The diagonal is allowed: it is the word before the label, since the input is shifted by one.")
    if column < row:
        return _("That is an earlier word, which every decoder may read.")
    return _("That cell is hidden here, as it should be.")

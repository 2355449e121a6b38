"""Lesson 7, check yourself: a value to compute, a belief to drop, a broken map to read. Right answers from the stage's sentence."""

from __future__ import annotations

import math

from figures.payload import Tokens, matrix_payload
from figures.positions import likeness, sinusoids
from model.reading import Reading
from ui.check import Cell, Choice, Number, Question, check_yourself, fallback_note
from ui.components.labels import component_words
from ui.lessons.positions import plain
from ui.words import _

LEAST, COLUMNS, MOST = 5, 12, 16  # tokens a sentence needs here; the part of the map that is shown
OURS = ("the", "cat", "sees", "the", "small", "dog")


def check(shown: Reading) -> None:
    own = tuple(plain(piece) for piece in shown.source_pieces)
    enough = len(own) >= LEAST
    pieces = own if enough else OURS
    note = "" if enough else fallback_note(" ".join(OURS)) + " "
    check_yourself("positions", questions(pieces, shown.config.d_model, note))


def questions(pieces: tuple[str, ...], width: int, note: str = "") -> list[Question]:
    """One of each idea; `pieces` are at least five."""
    return [_value(pieces, note), _direction(pieces, width, note), _broken(pieces, width, note)]


def _value(pieces: tuple[str, ...], note: str) -> Number:
    """The first column is the sine of the position itself."""
    place = 4
    return Number(
        "value", "prediction",
        note + _(
            "“{word}” is at position {place}, counted from 0. What stands in column 0 of its row, PE({place}, 0)? Two decimals: compute "
            "it, or find it on the map."
        ).format(word=pieces[place], place=place),
        round(math.sin(place), 4), 0.01, "",
        _(
            "Column 0 is the sine of the fastest clock: 10000⁰ = 1, so sin({place} / 1) = sin({place}) = {value}."
        ).format(place=place, value=_signed(math.sin(place))),
        (
            (math.cos(place), _("That is the cosine, which stands in column 1: even columns are sines, odd ones cosines.")),
            (math.sin(math.radians(place)), _(
                "That is the sine of {place} degrees. The angle is {place} radians, about {degrees}°."
            ).format(place=place, degrees=round(math.degrees(place)))),
            (math.sin(place + 1), _("That is position {next}: positions are counted from 0, not from 1.").format(next=place + 1)),
            (math.sin(place - 1), _("That is position {before}, one word earlier.").format(before=place - 1)),
        ),
    )  # fmt: skip


def _direction(pieces: tuple[str, ...], width: int, note: str) -> Choice:
    """Back and forth give one product."""
    middle, apart = 2, 2
    value = likeness(width)[apart]
    return Choice(
        "direction", "misconception",
        note + _(
            "“{middle}” stands two places after “{before}” and two before “{after}”. With which of the two is the product of its "
            "position larger?"
        ).format(middle=pieces[middle], before=pieces[middle - apart], after=pieces[middle + apart]),
        (_("With the one before it"), _("With the one after it"), _("With both the same"), _("It depends on where the three stand")),
        2,
        (
            _("Earlier is not nearer: the product is a sum of cosines of k · w, and a cosine does not ask for the sign of k."),
            _("Later is not nearer: the product is a sum of cosines of k · w, and a cosine does not ask for the sign of k."),
            _(
                "Both are {value}. The product knows how far, and not which way; the query and key matrices have to bring the direction in."
            ).format(value=f"{value:.2f}"),
            _(
                "Where they stand cancels out: the same offset gives the same product, {value} here, at any place."
            ).format(value=f"{value:.2f}"),
        ),
    )  # fmt: skip


def _broken(pieces: tuple[str, ...], width: int, note: str) -> Cell:
    """A map in which the counter of positions stood still once: two words share a row."""
    shown = pieces[:MOST]
    columns = min(COLUMNS, width)
    stuck = len(shown) - 2
    places = [place - (place >= stuck) for place in range(len(shown))]
    values = sinusoids(len(shown), width)[places][:, :columns]
    names = Tokens(tuple(f"\u2581{column}" for column in range(columns)))
    payload = matrix_payload(
        values, Tokens(tuple(f"\u2581{piece}" for piece in shown)), names, "scores", component_words(), name=_("PE, the first columns")
    )
    right = frozenset((row, column) for row in (stuck - 1, stuck) for column in range(columns))
    one, other = shown[stuck - 1], shown[stuck]
    return Cell(
        "broken", "transfer",
        note + _(
            "In this map the counter of positions stood still once, and two words got the same row. Click any cell of one of the two."
        ),
        payload, right,
        _(
            "“{one}” and “{other}” have one row between them: their places can no longer be told apart, and every word after them stands "
            "one too early."
        ).format(one=one, other=other),
        lambda row, _column: _(
            "The row of “{word}” is like no other. Look for two neighbours that agree in the quick columns at the left, where neighbours "
            "should differ most."
        ).format(word=shown[row]),
    )  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")

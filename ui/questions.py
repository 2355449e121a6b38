"""The three kinds of question as data, and how each is judged. Every text in them is plain: the learner's own words may stand there."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Idea = Literal["prediction", "misconception", "transfer"]
_FRACTION = re.compile(r"([+-]?\d+)/(\d+)")


@dataclass(frozen=True)
class Answer:
    """`right` is None where nothing could be judged: what was typed is no number."""

    right: bool | None
    why: str


@dataclass(frozen=True)
class Choice:
    """`why[i]` says why choice i is right or wrong."""

    name: str
    idea: Idea
    text: str
    choices: tuple[str, ...]
    right: int
    why: tuple[str, ...]

    def judge(self, chosen: int) -> Answer:
        return Answer(chosen == self.right, self.why[chosen])


@dataclass(frozen=True)
class Number:
    """A number to within `tolerance`. `wrong` holds typical mistakes, each with what it comes from; any other one gets `why`.

    `unit` stands in the field; with the unit "%" all values are in percent.
    """

    name: str
    idea: Idea
    text: str
    right: float
    tolerance: float
    unit: str
    why: str
    wrong: tuple[tuple[float, str], ...] = ()

    def judge(self, value: float) -> Answer:
        """The nearest typical mistake explains a wrong value that lies as close to it as a right one lies to the truth."""
        near = self.tolerance + 1e-9
        if abs(value - self.right) <= near:
            return Answer(True, self.why)
        mistakes = sorted((abs(value - mistake), why) for mistake, why in self.wrong)
        return Answer(False, mistakes[0][1] if mistakes and mistakes[0][0] <= near else self.why)


@dataclass(frozen=True)
class Cell:
    """A cell of a matrix (`figures.payload.matrix_payload`), from 0. `why_not(row, column)` explains a wrong one."""

    name: str
    idea: Idea
    text: str
    payload: bytes
    right: frozenset[tuple[int, int]]
    why: str
    why_not: Callable[[int, int], str]

    def judge(self, cell: tuple[int, int]) -> Answer:
        return Answer(True, self.why) if cell in self.right else Answer(False, self.why_not(*cell))


Question = Choice | Number | Cell


def number_in(written: str, unit: str = "") -> float | None:
    """What a learner typed as a number: 0.25, 0,25, 1/4, −3, 71 %, 2.5 bits. None where it is none.

    A percent sign is read as one hundredth, unless the answer is asked for in percent.
    """
    text = "".join(written.replace("\u2212", "-").replace(",", ".").split())
    text = text.removesuffix("".join(unit.split())) if unit else text
    factor = 1.0
    if text.endswith("%"):
        text, factor = text[:-1], 0.01
    fraction = _FRACTION.fullmatch(text)
    try:
        value = float(Fraction(int(fraction[1]), int(fraction[2]))) if fraction else float(text)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return value * factor if math.isfinite(value) else None

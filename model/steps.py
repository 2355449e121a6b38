"""What a search saw at one step, as a value: every live prefix, every candidate with its scores, what became of each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from model.config import END

Fate = Literal["kept", "dropped", "finished", "cut", "beaten"]


@dataclass(frozen=True)
class Hypothesis:
    """A translation that is over. `tokens` hold the end token where it `finished`, and not where it was cut for length."""

    tokens: tuple[int, ...]
    log_probability: float
    score: float  # log_probability / lp(|Y|); |Y| = len(tokens), the end token counted
    finished: bool

    @property
    def words(self) -> tuple[int, ...]:
        """The tokens without the end token."""
        return self.tokens[:-1] if self.finished else self.tokens


NOTHING_FOUND = Hypothesis((), -math.inf, -math.inf, False)


@dataclass(frozen=True)
class Candidate:
    """One token after one live prefix of a sentence: a branch of the tree.

    `parent` counts the sentence's live prefixes of this step, `place` those of the next step (-1 where it does not go on).
    Fates: *kept* goes on; *dropped* was not among the chosen; *finished* took the end token; *cut* reached the longest
    length; *beaten* was chosen last, but no descendant of it could have won, so the search ended.
    """

    parent: int
    place: int
    token: int
    log_probability: float  # of the token after this prefix
    total: float  # of the whole prefix with the token
    score: float  # total / lp(|Y|)
    chance: float | None  # what a sampler drew from
    fate: Fate


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a search for a batch of sentences. Rows are the live prefixes before the step, those of a sentence side by side.

    `chosen_rows[i]`, `chosen_tokens[i]` is the i-th extension taken, and `next_rows[i]` its row at the next step, -1 for
    none. `hypotheses[s]` are those of sentence s that are over so far, best first. Never change an array.
    """

    length: int  # tokens of a prefix once extended
    sentences: np.ndarray  # [rows] which sentence
    prefixes: np.ndarray  # [rows, length - 1] tokens
    log_probabilities: np.ndarray  # [rows] of the prefix, float64
    token_log_probabilities: np.ndarray  # [rows, vocabulary] of the next token; −∞ for what is never generated
    chances: np.ndarray | None  # [rows, vocabulary] what a sampler drew from
    chosen_rows: np.ndarray  # [chosen]
    chosen_tokens: np.ndarray  # [chosen]
    next_rows: np.ndarray  # [chosen]
    hypotheses: tuple[tuple[Hypothesis, ...], ...]
    normalize: Callable[[float, int], float]  # log-probability and length to score

    def best(self, sentence: int = 0) -> Hypothesis:
        """The best so far of a sentence; an empty one of probability zero where nothing is over."""
        return self.hypotheses[sentence][0] if self.hypotheses[sentence] else NOTHING_FOUND

    def live(self, sentence: int = 0) -> tuple[tuple[int, ...], ...]:
        """The prefixes of a sentence before this step, in the order candidates count them."""
        return tuple(tuple(row) for row in self.prefixes[self.sentences == sentence].tolist())

    def candidates(self, sentence: int = 0, top: int | None = None) -> tuple[Candidate, ...]:
        """Every possible extension of a sentence's prefixes, best first; with `top`, that many after each prefix and the chosen."""
        rows = np.flatnonzero(self.sentences == sentence)
        return tuple(sorted((one for row in rows for one in self._after(int(row), int(rows[0]), top)), key=lambda one: -one.total))

    def _after(self, row: int, first_row: int, top: int | None) -> list[Candidate]:
        scores = self.token_log_probabilities[row]
        taken = {int(self.chosen_tokens[i]): int(self.next_rows[i]) for i in np.flatnonzero(self.chosen_rows == row)}
        shown = np.argsort(-scores, kind="stable")[:top]
        tokens = dict.fromkeys([*(int(token) for token in shown if scores[token] > -math.inf), *taken])
        return [self._candidate(row, first_row, token, taken) for token in tokens]

    def _candidate(self, row: int, first_row: int, token: int, taken: dict[int, int]) -> Candidate:
        own = float(self.token_log_probabilities[row, token])
        total = float(self.log_probabilities[row]) + own
        place = taken.get(token, -1)
        return Candidate(
            row - first_row, self._place(row, place), token, own, total, self.normalize(total, self.length),
            None if self.chances is None else float(self.chances[row, token]), self._fate(row, token, place, token in taken),
        )  # fmt: skip

    def _place(self, row: int, next_row: int) -> int:
        """The next step's row counted within its sentence."""
        if next_row < 0:
            return -1
        same = (self.sentences[self.chosen_rows] == self.sentences[row]) & (self.next_rows >= 0)
        return next_row - int(self.next_rows[same].min())

    def _fate(self, row: int, token: int, next_row: int, chosen: bool) -> Fate:
        if not chosen:
            return "dropped"
        if token == END:
            return "finished"
        if next_row >= 0:
            return "kept"
        whole = (*self.prefixes[row].tolist(), token)
        over = (one.tokens for one in self.hypotheses[self.sentences[row]])
        return "cut" if whole in over else "beaten"

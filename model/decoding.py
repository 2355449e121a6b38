"""One loop for every search, as a stream of frozen steps. A search is the loop and a rule that chooses (`model/searches.py`).

The loop knows no model: it asks a scorer (prefixes in, log-probabilities out), for a batch of sentences at once. Section
6.1 of the paper; length penalty of Wu et al. (2016), equation 14. Padding, start and unknown are never generated; the
probability they get is not shared out among the others, so every sum is the model's own log-probability.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

import numpy as np

from model.config import END, PADDING, START, UNKNOWN, ModelConfig
from model.errors import LabError
from model.steps import NOTHING_FOUND, Hypothesis, Step

NEVER_GENERATED = (PADDING, START, UNKNOWN)
LONGER_THAN_SOURCE = 50  # section 6.1: at most input length + 50 tokens

NormalizationKind = Literal["wu", "power"]


class Scorer(Protocol):
    """Prefixes in, log-probabilities out. A *row* is one prefix of one sentence.

    `start` gives row i = sentence i after the start token alone; row r of `extend` is row `parents[r]` of the state given with
    `tokens[r]` after it. Rows may be left out, reordered and repeated. A state is a value: it
    is never changed, and may be extended twice. Log-probabilities are [rows, vocabulary], fresh: the search writes into them.
    All of it is NumPy: its calls on a few rows take a fraction of torch's.
    """

    def start(self) -> tuple[Any, np.ndarray]: ...

    def extend(self, state: Any, parents: np.ndarray, tokens: np.ndarray) -> tuple[Any, np.ndarray]: ...


@dataclass(frozen=True)
class Normalization:
    """What log-probabilities are divided by, so that short translations do not win by being short.

    `wu`: ((5 + |Y|) / 6)^alpha; `power`: |Y|^alpha; alpha 0 divides by one. |Y| counts the end token.
    """

    kind: NormalizationKind = "wu"
    alpha: float = 0.0

    def __post_init__(self) -> None:
        kinds = get_args(NormalizationKind)
        if self.kind not in kinds:
            raise LabError(
                "not_a_choice", "{field} is {value}; it must be one of {choices}.",
                "normalization", value=repr(self.kind), choices=", ".join(kinds),
            )  # fmt: skip
        check_number("alpha", self.alpha, 0, 5)

    def penalty(self, length: int) -> float:
        """lp(Y) for a translation of `length` tokens."""
        return float(length if self.kind == "power" else (5 + length) / 6) ** self.alpha

    def score(self, log_probability: float, length: int) -> float:
        return log_probability / self.penalty(length)


def check_number(field: str, value: object, least: float, most: float) -> None:
    """Raise `LabError` unless `value` is a number from `least` to `most`."""
    right_type = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not right_type or not least <= value <= most:  # type: ignore[operator]
        raise LabError(
            "out_of_range",
            "{field} is {value}; it must be from {least} to {most}.",
            field,
            value=repr(value),
            least=least,
            most=most,
        )


def longest_translations(source_lengths: Iterable[int], config: ModelConfig) -> list[int]:
    """How many tokens, the end token included, a translation may have: source + 50, and what the model has positions for."""
    return [min(length + LONGER_THAN_SOURCE, config.maximum_length) for length in source_lengths]


@dataclass(frozen=True)
class Live:
    """The prefixes still searched, those of a sentence side by side and best first. All have the same number of tokens."""

    sentences: np.ndarray  # [rows], whole numbers, rising
    prefixes: np.ndarray  # [rows, tokens so far], without the start token
    log_probabilities: np.ndarray  # [rows] float64, of the whole prefix

    @staticmethod
    def start(sentences: int) -> Live:
        return Live(np.arange(sentences), np.empty((sentences, 0), dtype=np.int64), np.zeros(sentences))

    def rows(self, index: np.ndarray) -> Live:
        return Live(self.sentences[index], self.prefixes[index], self.log_probabilities[index])


@dataclass(frozen=True)
class Choice:
    """What a search takes at one step: `tokens[i]` after row `rows[i]`, in the order of `Live`.

    `chances` [rows, vocabulary] are what a sampler drew from.
    """

    rows: np.ndarray
    tokens: np.ndarray
    chances: np.ndarray | None = None


Choose = Callable[[Live, np.ndarray], Choice]  # live prefixes, log-probabilities [rows, vocabulary] of the next token
Book = tuple[Hypothesis, ...]  # what is over of a sentence: finished before cut, best first


def search(scorer: Scorer, longest: Sequence[int], choose: Choose, normalization: Normalization, stop_early: bool = True) -> Iterator[Step]:
    """Extend every live prefix by what `choose` takes, until each sentence is settled; one step per token.

    `longest[i]` is the most tokens sentence i may have. A prefix that takes the end token is finished and stays in the
    books; one that reaches `longest` without it is cut, and counts only where nothing finished. With `stop_early` a
    sentence is settled as soon as no live prefix can win (see `_settled`); the answer is the same without.
    """
    live, most = Live.start(len(longest)), np.array(longest)
    penalties = np.array([normalization.penalty(count) for count in longest])
    books: list[Book] = [()] * len(longest)
    state, scores = scorer.start()
    for length in range(1, max(longest) + 1):
        allowed = allowed_scores(scores)
        choice = choose(live, allowed)
        grown = _grow(live, choice, allowed)
        ended = choice.tokens == END
        going_on = ~(ended | (most[grown.sentences] <= length))
        _enter(books, grown, ended, going_on, normalization)
        if stop_early:
            going_on &= ~_settled(grown, going_on, books, penalties)[grown.sentences]
        kept = np.flatnonzero(going_on)
        yield _record(length, live, allowed, choice, kept, books, normalization)
        if not len(kept):
            return
        live = grown.rows(kept)
        state, scores = scorer.extend(state, choice.rows[kept], choice.tokens[kept])


def allowed_scores(scores: np.ndarray) -> np.ndarray:
    """−∞ put in for what is never generated, [rows, vocabulary]. Raises `LabError` where a model gives no numbers."""
    if np.isnan(scores[:, END]).any():  # one NaN among the logits makes a whole row of them
        raise LabError("scores_not_finite", "The model's scores are not numbers: its training diverged, or its file is damaged.", "model")
    for token in NEVER_GENERATED:
        scores[:, token] = -math.inf
    return scores


def _grow(live: Live, choice: Choice, scores: np.ndarray) -> Live:
    """Every chosen prefix with its token; log-probabilities add up where probabilities multiply."""
    parents = live.rows(choice.rows)
    total = parents.log_probabilities + scores[choice.rows, choice.tokens]
    return Live(parents.sentences, np.concatenate([parents.prefixes, choice.tokens[:, None]], axis=1), total)


def _enter(books: list[Book], grown: Live, ended: np.ndarray, going_on: np.ndarray, normalization: Normalization) -> None:
    """Enter what is over in its sentence's books; best first, finished before cut, the earlier before its equal."""
    for row in np.flatnonzero(~going_on).tolist():
        sentence, tokens, total = int(grown.sentences[row]), grown.prefixes[row].tolist(), float(grown.log_probabilities[row])
        entry = Hypothesis(tuple(tokens), total, normalization.score(total, len(tokens)), bool(ended[row]))
        books[sentence] = tuple(sorted((*books[sentence], entry), key=lambda known: (not known.finished, -known.score)))


def _settled(grown: Live, going_on: np.ndarray, books: list[Book], penalties: np.ndarray) -> np.ndarray:
    """Which sentences [sentences] no live prefix can win any more.

    A log-probability only falls from here, and as it is negative the largest divisor flatters it most. So no descendant of
    a prefix scores above its log-probability over the penalty of the *longest* translation allowed: an exact bound.
    """
    best = np.array([book[0].score if book and book[0].finished else -math.inf for book in books])
    bound = np.full_like(best, -math.inf)
    reachable = grown.log_probabilities / penalties[grown.sentences]
    np.maximum.at(bound, grown.sentences[going_on], reachable[going_on])
    return best >= bound


def _record(
    length: int, live: Live, scores: np.ndarray, choice: Choice, kept: np.ndarray, books: list[Book], normalization: Normalization
) -> Step:
    next_rows = np.full(len(choice.rows), -1)
    next_rows[kept] = np.arange(len(kept))
    return Step(
        length, live.sentences, live.prefixes, live.log_probabilities, scores, choice.chances,
        choice.rows, choice.tokens, next_rows, tuple(books), normalization.score,
    )  # fmt: skip


def books(steps: Iterable[Step]) -> list[Book]:
    """Run a search to its end: all that is over of every sentence, best first, and never nothing."""
    last = deque(steps, maxlen=1)
    return [book or (NOTHING_FOUND,) for step in last for book in step.hypotheses]


def outcome(steps: Iterable[Step]) -> list[Hypothesis]:
    """Run a search to its end: the best of every sentence."""
    return [book[0] for book in books(steps)]

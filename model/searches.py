"""The three ways to choose: greedy, beam, sampling. Each is a stream of steps (`model/decoding.py`) over a scorer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model import limits
from model.decoding import Choice, Choose, Live, Normalization, NormalizationKind, Scorer, check_number, search
from model.errors import LabError
from model.steps import Step

BY_PROBABILITY = Normalization(alpha=0.0)


@dataclass(frozen=True, kw_only=True)
class Beam:
    """Width and length normalization of a beam; the paper's values unless said (section 6.1)."""

    width: int = 4
    alpha: float = 0.6
    normalization: NormalizationKind = "wu"

    def __post_init__(self) -> None:
        check_count("width", self.width, 1, limits.BEAM)
        Normalization(self.normalization, self.alpha)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """Log-probabilities are divided by `temperature`; then the `top_k` most probable stay (0: all); of these the fewest
    whose probabilities reach `top_p` (1: all)."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        check_number("temperature", self.temperature, 0.01, 100)
        check_count("top_k", self.top_k, 0, 1_000_000)
        check_number("top_p", self.top_p, 0, 1)
        if self.top_p == 0:
            raise LabError("top_p_zero", "top_p is 0: nothing would be left to draw from; it must be above 0.", "top_p")


def check_count(field: str, value: object, least: int, most: int) -> None:
    """Raise `LabError` unless `value` is a whole number from `least` to `most`."""
    if type(value) is not int or not least <= value <= most:
        raise LabError(
            "out_of_range",
            "{field} is {value}; it must be a whole number from {least} to {most}.",
            field,
            value=repr(value),
            least=least,
            most=most,
        )


def greedy(scorer: Scorer, longest: Sequence[int]) -> Iterator[Step]:
    """The most probable token, every time. `longest[i]` is the most tokens sentence i may have."""
    return search(scorer, longest, _most_probable, BY_PROBABILITY, stop_early=False)  # never two prefixes to compare


def beam(scorer: Scorer, longest: Sequence[int], settings: Beam, stop_early: bool = True) -> Iterator[Step]:
    """At every step the `width` most probable extensions of all live prefixes of a sentence.

    Those that end leave the beam and are kept aside; they take up room in the step in which they end only.
    """
    return search(scorer, longest, _most_probable_of_all(settings.width), Normalization(settings.normalization, settings.alpha), stop_early)


def sample(scorer: Scorer, longest: Sequence[int], settings: Sampling, generator: torch.Generator) -> Iterator[Step]:
    """A token drawn at random, every time, from `generator` alone."""
    return search(scorer, longest, _drawn(settings, generator), BY_PROBABILITY, stop_early=False)


def _most_probable(live: Live, scores: np.ndarray) -> Choice:
    return Choice(np.arange(len(scores)), scores.argmax(axis=1))


def _most_probable_of_all(width: int) -> Choose:
    def choose(live: Live, scores: np.ndarray) -> Choice:
        """No row can place more than `width` extensions, so the best of each row are ranked against each other."""
        own, tokens = most_probable_tokens(scores, min(width, scores.shape[1]))
        totals = (live.log_probabilities[:, None] + own).ravel()  # row · best
        sentences = live.sentences.repeat(own.shape[1])
        order = np.lexsort((-totals, sentences))  # within each sentence the best first
        place = np.arange(len(order)) - np.searchsorted(sentences, sentences)  # which of its sentence
        taken = order[(place < width) & (totals[order] > -math.inf)]  # a small vocabulary has fewer than `width`
        return Choice(taken // own.shape[1], tokens.ravel()[taken])

    return choose


def most_probable_tokens(scores: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The `count` largest of each row and their places, both [rows, count]; of equals the first.

    The largest is taken out and the next looked for: a few passes over the row take half the time of `torch.topk`.
    `scores` are as they were afterwards.
    """
    every = np.arange(len(scores))
    values, tokens = np.empty((len(scores), count), dtype=scores.dtype), np.empty((len(scores), count), dtype=np.int64)
    for place in range(count):
        tokens[:, place] = best = scores.argmax(axis=1)
        values[:, place] = scores[every, best]
        scores[every, best] = -math.inf
    scores[every[:, None], tokens] = values
    return values, tokens


def _drawn(settings: Sampling, generator: torch.Generator) -> Choose:
    def choose(live: Live, scores: np.ndarray) -> Choice:
        chances = sampling_chances(torch.from_numpy(scores), settings)
        tokens = torch.multinomial(chances, 1, generator=generator).squeeze(1)
        return Choice(np.arange(len(scores)), tokens.numpy(), chances.numpy())

    return choose


def sampling_chances(log_probabilities: Tensor, settings: Sampling) -> Tensor:
    """What is drawn from, [rows, vocabulary]; rows sum to one. Of equal tokens the one with the lower id counts as more probable."""
    scores = log_probabilities.double() / settings.temperature
    ordered, token = scores.sort(dim=1, descending=True, stable=True)
    if settings.top_k:
        ordered[:, settings.top_k :] = -math.inf
    chances = ordered.softmax(dim=1)
    before = chances.cumsum(dim=1) - chances
    chances = chances.where(before < settings.top_p, 0.0)  # the token that reaches top_p stays
    return torch.zeros_like(chances).scatter(1, token, chances / chances.sum(dim=1, keepdim=True))

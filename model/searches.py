"""The three ways to choose: greedy, beam, sampling. Each is a stream of steps (`model/decoding.py`) over a scorer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
    return search(scorer, longest, _most_probable, BY_PROBABILITY)


def beam(scorer: Scorer, longest: Sequence[int], settings: Beam, stop_early: bool = True) -> Iterator[Step]:
    """At every step the `width` most probable extensions of all live prefixes of a sentence.

    Those that end leave the beam and are kept aside; they take up room in the step in which they end only.
    """
    return search(scorer, longest, _most_probable_of_all(settings.width), Normalization(settings.normalization, settings.alpha), stop_early)


def sample(scorer: Scorer, longest: Sequence[int], settings: Sampling, generator: torch.Generator) -> Iterator[Step]:
    """A token drawn at random, every time, from `generator` alone."""
    return search(scorer, longest, _drawn(settings, generator), BY_PROBABILITY)


def _most_probable(live: Live, scores: Tensor) -> Choice:
    return Choice(torch.arange(len(scores)), scores.max(dim=1).indices)  # of equals the first, as argmax, in a third of its time


def _most_probable_of_all(width: int) -> Choose:
    def choose(live: Live, scores: Tensor) -> Choice:
        """No row can place more than `width` extensions, so the best of each row are ranked against each other."""
        own, tokens = scores.topk(min(width, scores.shape[1]), dim=1)  # row × best
        totals = live.log_probabilities[:, None] + own.double()
        sentences, place = _within_sentences(live.sentences)
        grid = totals.new_full((int(sentences[-1]) + 1, int(place.max()) + 1, totals.shape[1]), -math.inf)
        grid[sentences, place] = totals  # sentence × live prefix × best
        flat = grid.flatten(1)
        best, index = flat.topk(min(width, flat.shape[1]), dim=1)  # sentence × chosen, best first
        row_of = torch.zeros(grid.shape[:2], dtype=torch.int64)
        row_of[sentences, place] = torch.arange(len(sentences))
        rows = row_of.gather(1, index // grid.shape[2])
        possible = best > -math.inf  # a grid has room for prefixes that a sentence may not have
        return Choice(rows[possible], tokens[rows, index % grid.shape[2]][possible])

    return choose


def _within_sentences(sentences: Tensor) -> tuple[Tensor, Tensor]:
    """Rows side by side to coordinates: which sentence of those present, and which place in it."""
    _, number, count = torch.unique_consecutive(sentences, return_inverse=True, return_counts=True)
    first = count.cumsum(0) - count
    return number, torch.arange(len(sentences)) - first[number]


def _drawn(settings: Sampling, generator: torch.Generator) -> Choose:
    def choose(live: Live, scores: Tensor) -> Choice:
        chances = sampling_chances(scores, settings)
        tokens = torch.multinomial(chances, 1, generator=generator).squeeze(1)
        return Choice(torch.arange(len(scores)), tokens, chances)

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

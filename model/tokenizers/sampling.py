"""Other spellings of a word: sub-word regularization for unigram (Kudo, 2018) and BPE dropout (Provilkov et al., 2020).

Written out here since SentencePiece draws from a generator of the process, which cannot be seeded for one visitor.
A word is its U+2581 and its characters; a character without a piece stays a piece of one character for the caller.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from functools import lru_cache
from itertools import accumulate

UNKNOWN_PENALTY = 10.0  # SentencePiece: an unknown character scores the worst piece's score less ten
WORDS_REMEMBERED = 20_000
Lattice = list[tuple[list[int], list[float]]]  # for each end: where a last piece may start, and the summed weights of those starts


class Segmenter:
    """Draws a segmentation of a word with probability proportional to exp(alpha * sum of its pieces' scores)."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._scores = scores
        self._longest = max(map(len, scores))
        self._unknown = min(scores.values()) - UNKNOWN_PENALTY
        self._lattice = lru_cache(maxsize=WORDS_REMEMBERED)(self._build)

    def sample(self, word: str, generator: random.Random, alpha: float) -> list[str]:
        """Backward through the lattice of the word: draw the last piece, then the one before it, and so on."""
        lattice, pieces, end = self._lattice(word, alpha), [], len(word)
        while end:
            starts, weights = lattice[end - 1]
            start = generator.choices(starts, cum_weights=weights)[0]
            pieces.append(word[start:end])
            end = start
        return pieces[::-1]

    def _build(self, word: str, alpha: float) -> Lattice:
        """Forward: the logarithm of the summed weights of all segmentations of each beginning of the word."""
        forward, lattice = [0.0], []
        for end in range(1, len(word) + 1):
            choices = [(start, forward[start] + alpha * score) for start, score in self._pieces_before(word, end)]
            forward.append(_log_sum([weight for _, weight in choices]))
            weights = accumulate(math.exp(weight - forward[end]) for _, weight in choices)
            lattice.append(([start for start, _ in choices], list(weights)))
        return lattice

    def _pieces_before(self, word: str, end: int) -> list[tuple[int, float]]:
        found = []
        for start in range(max(0, end - self._longest), end):
            score = self._scores.get(word[start:end])
            if score is None and start == end - 1:
                score = self._unknown
            if score is not None:
                found.append((start, score))
        return found


class PairMerger:
    """Merges neighbours, best score first, each possible merge skipped with probability alpha in each round."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._scores = scores

    def sample(self, word: str, generator: random.Random, alpha: float) -> list[str]:
        pieces = list(word)
        while True:
            best, place = -math.inf, -1
            for index in range(len(pieces) - 1):
                score = self._scores.get(pieces[index] + pieces[index + 1], -math.inf)
                if score > best and not (alpha and generator.random() < alpha):
                    best, place = score, index
            if place < 0:
                return pieces
            pieces[place : place + 2] = [pieces[place] + pieces[place + 1]]


def _log_sum(values: list[float]) -> float:
    largest = max(values)
    return largest + math.log(sum(math.exp(value - largest) for value in values))

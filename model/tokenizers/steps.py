"""How a sub-word tokenizer comes to its pieces, step by step: byte-pair's merges, unigram's lattice. Torch-free.

SentencePiece gives the pieces alone; here the way to them is written out (Sennrich et al., 2016; Kudo, 2018), with the
same answer. A word is its U+2581 and its characters.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from model.tokenizers.sampling import UNKNOWN_PENALTY

Scores = Mapping[str, float]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Merge:
    """One merge: the pieces `place` and `place + 1` become `piece`, the `rank`-th merge that was learnt (from 1)."""

    place: int
    piece: str
    rank: int


def merges(word: str, scores: Scores) -> tuple[Merge, ...]:
    """Byte-pair encoding of a word: again and again the neighbours whose merge was learnt first; of equals the leftmost.

    SentencePiece scores the r-th merge with 1 - r, so the best score is the earliest merge.
    """
    pieces: list[str] = list(word)
    steps: list[Merge] = []
    while True:
        found = [(-scores[pair], place, pair) for place, pair in enumerate(map("".join, pairwise(pieces))) if pair in scores]
        if not found:
            return tuple(steps)
        earliness, place, pair = min(found)
        pieces[place : place + 2] = [pair]
        steps.append(Merge(place, pair, round(earliness) + 1))


def after(word: str, steps: Iterable[Merge]) -> tuple[str, ...]:
    """The pieces of a word once the merges are done."""
    pieces = list(word)
    for step in steps:
        pieces[step.place : step.place + 2] = [step.piece]
    return tuple(pieces)


def times_joined(words: Mapping[str, int], learnt: Iterable[str]) -> dict[str, int]:
    """How often the two parts of each learnt piece stood together in a text when it was learnt: its merge was the most frequent
    of those within one script (SentencePiece joins no letter with an apostrophe).

    `words`: each word of the text with its mark and its count; `learnt`: the pieces in the order of learning.
    """
    spelt = {word: list(word) for word in words}
    where: defaultdict[Pair, set[str]] = defaultdict(set)
    for word, pieces in spelt.items():
        for pair in pairwise(pieces):
            where[pair].add(word)
    counts = {}
    for piece in learnt:
        halves = [(piece[:cut], piece[cut:]) for cut in range(1, len(piece))]
        together = {pair: sum(words[word] * _times(spelt[word], pair) for word in where[pair]) for pair in halves if pair in where}
        counts[piece] = max(together.values(), default=0)
        if together:
            pair = max(together, key=together.__getitem__)
            for word in sorted(where.pop(pair)):
                spelt[word] = _joined(spelt[word], pair)
                for new in pairwise(spelt[word]):
                    where[new].add(word)
    return counts


def _joined(pieces: list[str], pair: Pair) -> list[str]:
    """The pieces with every occurrence of the pair as one, from the left."""
    found: list[str] = []
    for piece in pieces:
        if found and (found[-1], piece) == pair:
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _times(pieces: list[str], pair: Pair) -> int:
    return len(pieces) - len(_joined(pieces, pair))


@dataclass(frozen=True)
class Arc:
    """A piece that could stand at characters [start, end) of the word, its log-probability, and whether the vocabulary has it.

    `share` is the part of the probability of all spellings that goes through it; `best` says that the best spelling does.
    """

    start: int
    end: int
    piece: str
    score: float
    known: bool
    share: float
    best: bool


@dataclass(frozen=True)
class Spelling:
    """One way through the lattice: its pieces, the sum of their log-probabilities, its share of the probability of all ways."""

    pieces: tuple[str, ...]
    score: float
    share: float


@dataclass(frozen=True)
class Lattice:
    """Every way to spell a word. `ways` is their number; `spellings` the best few, best first."""

    word: str
    arcs: tuple[Arc, ...]
    spellings: tuple[Spelling, ...]
    ways: int


def lattice(word: str, scores: Scores, keep: int = 5) -> Lattice:
    """All pieces of the vocabulary that fit into the word, and the best `keep` ways through them."""
    edges = _edges(word, scores)
    forward, backward = _log_sums(len(word), edges), _log_sums(len(word), [(len(word) - b, len(word) - a, s) for a, b, s, _ in edges])
    total = forward[-1]
    spellings = tuple(Spelling(pieces, score, math.exp(score - total)) for score, pieces in _best_ways(word, edges, keep))
    taken = set(_places(spellings[0].pieces)) if spellings else set()
    arcs = []
    for start, end, score, known in edges:
        share = math.exp(forward[start] + score + backward[len(word) - end] - total)
        arcs.append(Arc(start, end, word[start:end], score, known, share, (start, end) in taken))
    return Lattice(word, tuple(arcs), spellings, _count_ways(len(word), edges))


def price_of_dropping(piece: str, scores: Scores, count: int) -> float:
    """How much the log-likelihood of a text falls without a piece that its best spellings use `count` times (Kudo, 2018, section 3.2).

    The piece is then spelt by the best of the others; the scores of those are left as they are.
    """
    ways = _best_ways(piece, _edges(piece, scores, without=piece), 1)
    return count * (scores[piece] - ways[0][0])


def _edges(word: str, scores: Scores, without: str = "") -> list[tuple[int, int, float, bool]]:
    """(start, end, score, known) of every piece that fits; a character without a piece costs the worst piece's score less ten."""
    edges = []
    for start in range(len(word)):
        for end in range(start + 1, len(word) + 1):
            piece = word[start:end]
            score = scores.get(piece) if piece != without else None
            if score is not None:
                edges.append((start, end, score, True))
            elif end == start + 1:
                edges.append((start, end, min(scores.values()) - UNKNOWN_PENALTY, False))
    return edges


def _log_sums(length: int, edges: Iterable[tuple[int, int, float]] | Iterable[tuple[int, int, float, bool]]) -> list[float]:
    """For each place: the logarithm of the summed probability of all ways from the start to it."""
    arriving: list[list[tuple[int, float]]] = [[] for _ in range(length + 1)]
    for start, end, score, *_ in edges:
        arriving[end].append((start, score))
    sums = [0.0]
    for end in range(1, length + 1):
        terms = [sums[start] + score for start, score in arriving[end]]
        most = max(terms)
        sums.append(most + math.log(sum(math.exp(term - most) for term in terms)))
    return sums


def _best_ways(word: str, edges: Iterable[tuple[int, int, float, bool]], keep: int) -> list[tuple[float, tuple[str, ...]]]:
    """Viterbi with the best `keep` at every place: (score, pieces), best first."""
    arriving: list[list[tuple[int, float]]] = [[] for _ in range(len(word) + 1)]
    for start, end, score, _ in edges:
        arriving[end].append((start, score))
    ways: list[list[tuple[float, tuple[str, ...]]]] = [[(0.0, ())]]
    for end in range(1, len(word) + 1):
        found = [(sum_ + score, (*pieces, word[start:end])) for start, score in arriving[end] for sum_, pieces in ways[start]]
        ways.append(heapq.nlargest(keep, found, key=lambda way: way[0]))
    return ways[-1]


def _count_ways(length: int, edges: Iterable[tuple[int, int, float, bool]]) -> int:
    ways = [1] + [0] * length
    for start, end, _, _ in sorted(edges):
        ways[end] += ways[start]
    return ways[-1]


def _places(pieces: Iterable[str]) -> list[tuple[int, int]]:
    places, at = [], 0
    for piece in pieces:
        places.append((at, at + len(piece)))
        at += len(piece)
    return places

"""Merges and lattices written out: held to SentencePiece's own answer and to brute force over all spellings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest

from model.corpora import load_corpus
from model.tokenizers import WORD_START, train_tokenizer
from model.tokenizers.sampling import UNKNOWN_PENALTY
from model.tokenizers.steps import after, lattice, merges, price_of_dropping, times_joined
from model.tokenizers.subword import SubwordTokenizer

WORDS = ("the", "animal", "street", "because", "tired", "didn't", "unhappiness", "Zorvax", "été", "a")


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return [line for pair in load_corpus("grammar", 0, 400).train for line in (pair.source, pair.target)]


@pytest.fixture(scope="module")
def tokenizers(lines: list[str]) -> dict[str, SubwordTokenizer]:
    return {kind: train_tokenizer(kind, lines, 420) for kind in ("bpe", "unigram")}  # type: ignore[misc]


def spellings(word: str) -> Iterator[tuple[str, ...]]:
    """Every way to cut a word."""
    for count in range(len(word)):
        for cuts in combinations(range(1, len(word)), count):
            places = (0, *cuts, len(word))
            yield tuple(word[a:b] for a, b in pairwise(places))


def own_pieces(tokenizer: SubwordTokenizer, word: str) -> tuple[str, ...]:
    """SentencePiece's pieces, where all characters are known."""
    return tokenizer.encode(word).pieces


@pytest.mark.parametrize("word", WORDS)
def test_merges_end_where_sentencepiece_does(tokenizers: dict[str, SubwordTokenizer], word: str) -> None:
    bpe = tokenizers["bpe"]
    marked = WORD_START + word
    pieces = after(marked, merges(marked, bpe.scores))
    spelt = [piece if piece in bpe.scores else None for piece in pieces]
    if None not in spelt:
        assert pieces == own_pieces(bpe, word)
    ids = [index for piece in pieces for index in bpe._ids_of(piece)]
    assert tuple(ids) == bpe.encode(word).ids


def test_each_merge_is_the_earliest_learnt_of_those_that_fit(tokenizers: dict[str, SubwordTokenizer]) -> None:
    bpe, word = tokenizers["bpe"], WORD_START + "because"
    steps = merges(word, bpe.scores)
    assert steps
    for count, step in enumerate(steps):
        before = after(word, steps[:count])
        ranks = [1 - bpe.scores[a + b] for a, b in pairwise(before) if a + b in bpe.scores]
        assert step.rank == min(ranks) == 1 - bpe.scores[step.piece]


def test_the_rank_is_the_place_in_the_order_of_learning(tokenizers: dict[str, SubwordTokenizer]) -> None:
    bpe = tokenizers["bpe"]
    for step in merges(WORD_START + "animal", bpe.scores):
        assert bpe.pieces[260 + step.rank - 1] == step.piece


def test_what_was_learnt_stood_together_most_often(tokenizers: dict[str, SubwordTokenizer], lines: list[str]) -> None:
    """A fresh count of all pairs before each merge: SentencePiece's choice is the largest, and ours is its number."""
    bpe = tokenizers["bpe"]
    learnt = [piece for piece in bpe.pieces[260:] if len(piece) > 1][:60]
    words = Counter(WORD_START + word for line in lines for word in line.split())
    told = times_joined(words, learnt)
    spelt = {word: list(word) for word in words}
    for piece in learnt:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, pieces in spelt.items():
            for pair in pairwise(pieces):
                pairs[pair] += words[word]
        best = max((count, pair) for pair, count in pairs.items() if "".join(pair) == piece)
        assert told[piece] == best[0] == max(count for pair, count in pairs.items() if "".join(pair).strip(WORD_START).isalpha())
        for word, pieces in spelt.items():
            text = "\0".join(["", *pieces, ""]).replace(f"\0{best[1][0]}\0{best[1][1]}\0", f"\0{piece}\0")
            spelt[word] = text.strip("\0").split("\0")


@pytest.mark.parametrize("word", WORDS)
def test_the_best_path_is_sentencepieces(tokenizers: dict[str, SubwordTokenizer], word: str) -> None:
    unigram = tokenizers["unigram"]
    best = lattice(WORD_START + word, unigram.scores).spellings[0]
    assert tuple(index for piece in best.pieces for index in unigram._ids_of(piece)) == unigram.encode(word).ids


@pytest.mark.parametrize("word", ("the", "animal", "street", "Zorvax"))
def test_lattice_against_brute_force(tokenizers: dict[str, SubwordTokenizer], word: str) -> None:
    scores, marked = tokenizers["unigram"].scores, WORD_START + word
    unknown = min(scores.values()) - UNKNOWN_PENALTY
    possible = {}
    for pieces in spellings(marked):
        if all(piece in scores or len(piece) == 1 for piece in pieces):
            possible[pieces] = sum(scores.get(piece, unknown) for piece in pieces)
    found = lattice(marked, scores)
    total = math.log(sum(map(math.exp, possible.values())))
    assert found.ways == len(possible)
    ranked = sorted(possible.values(), reverse=True)[: len(found.spellings)]
    assert [spelling.score for spelling in found.spellings] == pytest.approx(ranked)
    assert possible[found.spellings[0].pieces] == pytest.approx(max(possible.values()))
    assert found.spellings[0].share == pytest.approx(math.exp(max(possible.values()) - total))
    for arc in found.arcs:
        through = [score for pieces, score in possible.items() if (arc.start, arc.end) in places(pieces)]
        assert arc.share == pytest.approx(sum(math.exp(score - total) for score in through))
        assert arc.best == ((arc.start, arc.end) in places(found.spellings[0].pieces))


def places(pieces: tuple[str, ...]) -> set[tuple[int, int]]:
    ends = [sum(map(len, pieces[: count + 1])) for count in range(len(pieces))]
    return set(zip([0, *ends[:-1]], ends, strict=True))


def test_the_price_of_a_piece_is_what_its_next_best_spelling_costs(tokenizers: dict[str, SubwordTokenizer]) -> None:
    scores = tokenizers["unigram"].scores
    piece = max((piece for piece in scores if len(piece) > 2), key=scores.__getitem__)
    others = [
        sum(scores[part] for part in parts)
        for parts in spellings(piece)
        if len(parts) > 1 and all(part in scores for part in parts)
    ]  # fmt: skip
    assert price_of_dropping(piece, scores, 7) == pytest.approx(7 * (scores[piece] - max(others)))

"""The simple sentences of the grammar: by their text alone, and against the whole grammar."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from model.corpora import Corpus, Gold, Pair, load_corpus
from model.corpora.grammar import EXAMPLES, recognize
from model.corpora.grammar_parse import parse
from model.corpora.grammar_simple import is_simple

ADJECTIVES = json.loads((Path(__file__).parents[2] / "assets" / "lexicon" / "adjectives.json").read_text())
PLURAL = {adjective[form] for adjective in ADJECTIVES for form in ("masculine_plural", "feminine_plural")}
SINGULAR = {adjective[form] for adjective in ADJECTIVES for form in ("masculine", "feminine", "before_vowel")}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus("simple", seed=0, pairs=6_000)


def gold(pair: Pair) -> Gold:
    assert pair.gold is not None
    return pair.gold


def test_it_is_small_but_not_poor(corpus: Corpus) -> None:
    for side, most in (("source_words", 260), ("target_words", 300)):
        counts = Counter(word.text for pair in corpus.train for word in getattr(gold(pair), side))
        assert 250 <= len(counts) <= most
    assert 0.4 < sum(gold(pair).referent is not None for pair in corpus.train) / len(corpus.train) < 0.6


def test_what_is_rare_is_left_out(corpus: Corpus) -> None:
    for pair in corpus.train:
        source, target = ([word.text for word in words] for words in (gold(pair).source_words, gold(pair).target_words))
        assert not (PLURAL - SINGULAR) & set(target), "no plural thing is described"
        assert not {"elles", "seront", "sont", "étaient"} & set(target) and not pair.source.endswith(".")
        adjectives = {adjective["english"] for adjective in ADJECTIVES}
        assert not any({first, second} <= adjectives for first, second in pairwise(source))


def test_every_pair_is_the_whole_grammars_own(corpus: Corpus) -> None:
    assert all(recognize(pair.source) == pair for pair in corpus.train[:500])


def test_held_out_is_as_in_the_whole_grammar(corpus: Corpus) -> None:
    assert {name: len(pairs) for name, pairs in corpus.held_out.items()} == {"unseen_sentences": 1_000, "unseen_combinations": 1_000}
    sources = [pair.source for pairs in (corpus.train, *corpus.held_out.values()) for pair in pairs]
    assert len(set(sources)) == len(sources)
    assert not any("animal" in pair.source and "crossed the street" in pair.source for pair in corpus.train)


def test_the_riddle_is_simple() -> None:
    assert all(is_simple(tree) for tree in map(parse, EXAMPLES[:3]) if tree)

"""The simple sentences of the grammar: by their text alone, and against the whole grammar."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from model.corpora import Corpus, Gold, Pair, load_corpus
from model.corpora.grammar import EXAMPLES, recognize

LEXICON = Path(__file__).parents[2] / "assets" / "lexicon"
NOUNS, ADJECTIVES, VERBS = (json.loads((LEXICON / f"{name}.json").read_text()) for name in ("nouns", "adjectives", "verbs"))
PLURAL = {word[form] for word in NOUNS + ADJECTIVES for form in word if form.endswith("_plural")}
SINGULAR = {word[form] for word in NOUNS + ADJECTIVES for form in ("english", "french", "masculine", "feminine") if form in word}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus("simple", seed=0, pairs=6_000)


@pytest.fixture(scope="module")
def counts(corpus: Corpus) -> tuple[Counter[str], Counter[str]]:
    """How often each word form stands on either side."""
    sides = ("source_words", "target_words")
    source, target = (Counter(word.text for pair in corpus.train for word in getattr(gold(pair), side)) for side in sides)
    return source, target


def gold(pair: Pair) -> Gold:
    assert pair.gold is not None
    return pair.gold


def test_it_is_small_and_no_form_is_rare(corpus: Corpus, counts: tuple[Counter[str], Counter[str]]) -> None:
    for side in counts:
        assert 125 <= len(side) <= 150
        assert min(side.values()) >= 10, side.most_common()[:-5:-1]
    assert 0.4 < sum(gold(pair).referent is not None for pair in corpus.train) / len(corpus.train) < 0.6


def test_every_word_is_met(counts: tuple[Counter[str], Counter[str]]) -> None:
    words = json.loads((LEXICON / "simple.json").read_text())
    known = {word["english"] for word in NOUNS + ADJECTIVES + VERBS}
    assert len(set(words)) == len(words) and set(words) <= known
    assert set(words) <= set(counts[0])


def test_what_is_rare_is_left_out(corpus: Corpus, counts: tuple[Counter[str], Counter[str]]) -> None:
    assert not (PLURAL - SINGULAR) & (set(counts[0]) | set(counts[1]))
    assert not {"they", "I", "we", "les", "ont", "sont", "elles", "de", "."} & (set(counts[0]) | set(counts[1]))
    adjectives = {adjective["english"] for adjective in ADJECTIVES}
    for pair in corpus.train:
        words = [word.text for word in gold(pair).source_words]
        assert not any({first, second} <= adjectives for first, second in pairwise(words))
        clauses = re.split(" (?:because|even though|that) ", pair.source)
        assert all(sum(word in adjectives for word in clause.split()) < 2 or " is " not in f" {clause} " for clause in clauses)


def test_the_gender_of_a_name_shows_in_a_pronoun_alone(corpus: Corpus) -> None:
    """What is said of a bare name has one form for both genders."""
    telling = {adjective["feminine"] for adjective in ADJECTIVES if adjective["masculine"] != adjective["feminine"]} | {"arrivée"}
    for pair in corpus.train:
        for clause in re.split(r" parce qu'| parce que | même s'| même si | que | qu'", pair.target):
            assert not (re.match("(Emma|Alice) (n'|ne )?(est|était|sera) ", clause) and telling & set(clause.split())), pair.target


def test_every_pair_is_the_whole_grammars_own(corpus: Corpus) -> None:
    assert all(recognize(pair.source) == pair for pair in corpus.train[:500])


def test_held_out_is_as_in_the_whole_grammar(corpus: Corpus) -> None:
    assert {name: len(pairs) for name, pairs in corpus.held_out.items()} == {"unseen_sentences": 1_000, "unseen_combinations": 1_000}
    sources = [pair.source for pairs in (corpus.train, *corpus.held_out.values()) for pair in pairs]
    assert len(set(sources)) == len(sources)
    assert not any("animal" in pair.source and "crossed the street" in pair.source for pair in corpus.train)


def test_the_riddle_is_in_its_words(counts: tuple[Counter[str], Counter[str]]) -> None:
    for sentence in EXAMPLES[:3]:
        pair = recognize(sentence)
        assert pair and set(sentence.split()) <= set(counts[0])
        assert {word.text for word in gold(pair).target_words} <= set(counts[1])

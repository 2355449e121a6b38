"""The small tasks, each checked against what Python itself answers."""

from __future__ import annotations

import datetime
import itertools
import re

import pytest

from model.corpora import Corpus, Pair, load_corpus
from model.errors import LabError

NAMES = ("reversing", "copying", "sorting", "dates")
ANSWERS = {"reversing": lambda items: items[::-1], "copying": list, "sorting": sorted}


@pytest.fixture(scope="module", params=NAMES)
def corpus(request: pytest.FixtureRequest) -> Corpus:
    return load_corpus(request.param, seed=3, pairs=4_000)


def everything(corpus: Corpus) -> list[Pair]:
    return [*corpus.train, *itertools.chain.from_iterable(corpus.held_out.values())]


def test_has_the_promised_size_without_repeats_or_leaks(corpus: Corpus) -> None:
    assert len(corpus.train) == 4_000
    assert {name: len(pairs) for name, pairs in corpus.held_out.items()} == {"unseen_sentences": 1_000}
    assert len({pair.source for pair in everything(corpus)}) == 5_000
    if corpus.name == "dates":
        assert not {pair.target for pair in corpus.train} & {pair.target for pair in corpus.held_out["unseen_sentences"]}


def test_has_twenty_thousand_pairs_unless_told() -> None:
    assert len(load_corpus("dates").train) == 20_000


def test_every_answer_is_right(corpus: Corpus) -> None:
    for pair in everything(corpus):
        if corpus.name == "dates":
            assert read_date(pair.source).isoformat() == pair.target
        else:
            assert ANSWERS[corpus.name](pair.source.split()) == pair.target.split()


def test_gold_slices_to_its_words_and_aligns_what_says_the_same(corpus: Corpus) -> None:
    for pair in everything(corpus):
        assert pair.gold is not None
        for text, words in ((pair.source, pair.gold.source_words), (pair.target, pair.gold.target_words)):
            assert all(text[word.start : word.end] == word.text for word in words)
        if corpus.name == "dates":
            assert len(pair.gold.alignment) == 3
        else:
            assert sorted(index for index, _ in pair.gold.alignment) == list(range(len(pair.gold.source_words)))
            assert all(pair.gold.source_words[index].text == pair.gold.target_words[other].text for index, other in pair.gold.alignment)


def test_a_seed_gives_the_same_corpus_and_the_same_test_whatever_its_size() -> None:
    for name in NAMES:
        assert load_corpus(name, 5, 300) == load_corpus(name, 5, 300)
        assert load_corpus(name, 5, 300).held_out == load_corpus(name, 5, 10).held_out
        assert load_corpus(name, 6, 300).train != load_corpus(name, 5, 300).train


@pytest.mark.parametrize(("name", "pairs"), [("riddles", 10), ("copying", 0), ("copying", 10**9)])
def test_refuses_what_it_cannot_build(name: str, pairs: int) -> None:
    with pytest.raises(LabError):
        load_corpus(name, 0, pairs)


def read_date(text: str) -> datetime.date:
    if text[2] == ".":
        return datetime.datetime.strptime(text, "%d.%m.%Y").date()
    plain = re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", text).replace("the ", "").replace(" of", "")
    for way in ("%B %d %Y", "%d %B %Y", "%b %d %Y", "%Y %B %d"):
        try:
            return datetime.datetime.strptime(plain, way).date()
        except ValueError:
            continue
    day, month, year = plain.split()
    century = 1900 if int(year) >= 50 else 2000
    return datetime.datetime.strptime(f"{day} {month} {century + int(year)}", "%d %b %Y").date()

"""What a worker has ready is what it would have made."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from lab import CorpusSource, plan
from lab.prepared import KnownIds, Material, Prepared, Remembering, build, read_corpus, wanted
from lab.spec import TOKENIZERS
from model.batches import encode_texts
from model.corpora import CORPORA, load_corpus
from model.tokenizers import load_tokenizer, train_tokenizer

FEW = CorpusSource(name="copying", pairs=300)


def material(**changes: object) -> Material:
    *_, last = build(wanted(plan("x", FEW, **changes)), None)
    assert isinstance(last, Material)
    return last


@pytest.mark.parametrize("kind", ["word", "unigram", "bpe", "character"])
def test_a_remembering_tokenizer_says_what_the_other_says(kind: str, tmp_path: Path) -> None:
    lines = [text for pair in load_corpus("copying", pairs=200).train for text in (pair.source, pair.target)]
    plain = train_tokenizer(kind, lines, 400)
    remembering = Remembering(plain)
    remembering.meet(lines[:100])
    for text in [*lines[:150], "", "never met"]:
        mine, other = remembering.encode(text), plain.encode(text)
        assert (mine.ids, mine.pieces, mine.spans) == (other.ids, other.pieces, other.spans)
        assert remembering.decode(mine.ids) == plain.decode(other.ids)
        assert remembering.sample(text, random.Random(1), 0.5) == plain.sample(text, random.Random(1), 0.5)
        assert remembering.spell(text, random.Random(1), 0.5) == plain.spell(text, random.Random(1), 0.5)
    assert (remembering.pieces, remembering.kind, remembering.fingerprint) == (plain.pieces, plain.kind, plain.fingerprint)
    remembering.save(tmp_path)
    assert load_tokenizer(tmp_path).fingerprint == plain.fingerprint


def test_material_is_the_corpus_without_its_gold() -> None:
    found, corpus = material(), load_corpus("copying", pairs=300)
    assert [(pair.source, pair.target, pair.gold) for pair in found.corpus.train] == [
        (pair.source, pair.target, None) for pair in corpus.train
    ]
    assert found.corpus.held_out == corpus.held_out and read_corpus(FEW, None) == corpus
    assert found.tokenizer.fingerprint == material().tokenizer.fingerprint


def test_what_a_decoder_alone_reads_is_known_by_heart() -> None:
    """Both sides of a pair as one text, as its batches are made of it."""
    *_, found = build(wanted(plan("x", CorpusSource(name="stories", pairs=20))), None)
    assert isinstance(found, Material)
    known = encode_texts(found.corpus.train, found.tokenizer, 80)
    plain = encode_texts(found.corpus.train, found.tokenizer.tokenizer, 80)  # type: ignore[attr-defined]
    assert np.array_equal(known.target, plain.target)
    assert all(isinstance(found.tokenizer.encode(f"{pair.source} {pair.target}"), KnownIds) for pair in found.corpus.train)


def test_all_built_in_corpora_are_prepared_with_what_a_plan_asks_for() -> None:
    assert set(TOKENIZERS) == set(CORPORA)
    prepared = Prepared()
    assert prepared.get(wanted(plan("x", FEW))) is None, "only the default settings are prepared"
    first = prepared.get(wanted(plan("x")))  # asked for before it was made
    assert first and prepared.corpora == ["simple"]
    assert first is prepared.get(wanted(plan("x", steps=77, heads=2))), "whatever the model and the training are"

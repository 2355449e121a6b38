"""What a worker has ready is what it would have made."""

from __future__ import annotations

import numpy as np
import pytest

from lab import CorpusSource, plan
from lab.prepared import Material, Prepared, build, read_corpus, wanted
from lab.spec import TOKENIZERS
from model.corpora import CORPORA, load_corpus
from model.training import Training
from model.transformer import Writer, new_model

FEW = CorpusSource(name="copying", pairs=300)


def material(**changes: object) -> Material:
    *_, last = build(wanted(plan("x", FEW, **changes)), None)
    assert isinstance(last, Material)
    return last


def test_material_is_the_corpus_without_its_gold() -> None:
    found, corpus = material(), load_corpus("copying", pairs=300)
    assert [(pair.source, pair.target, pair.gold) for pair in found.corpus.train] == [
        (pair.source, pair.target, None) for pair in corpus.train
    ]
    assert found.corpus.held_out == corpus.held_out and read_corpus(FEW, None) == corpus
    assert found.tokenizer.fingerprint == material().tokenizer.fingerprint


@pytest.mark.parametrize(("corpus", "longest"), [("copying", 12), ("stories", 80), ("stories", 1000)])
def test_a_training_finds_what_it_would_have_encoded_itself(corpus: str, longest: int) -> None:
    """A decoder alone too, which reads both sides of a pair as one text; and where it wants longer sides than are at hand."""
    spec = plan("x", CorpusSource(name=corpus, pairs=40), longest=longest, maximum_length=1024, evaluate_sentences=7).members[0]
    *_, found = build(wanted(plan("x", CorpusSource(name=corpus, pairs=40))), None)
    assert isinstance(found, Material)
    model = new_model(spec.shape.with_(vocabulary=len(found.tokenizer.pieces)), 0)
    assert isinstance(model, Writer)
    given, own = (Training(model, found.tokenizer, found.corpus, spec.training, encoded=encoded) for encoded in (found.encoded, None))
    for mine, other in zip((given.data, *given.held_out.values()), (own.data, *own.held_out.values()), strict=True):
        assert (mine.pairs, mine.left_out, mine.longest) == (other.pairs, other.left_out, other.longest)
        assert np.array_equal(mine.source, other.source) and np.array_equal(mine.target, other.target)
        assert np.array_equal(mine.lengths, other.lengths) and mine.source.dtype == other.source.dtype


def test_all_built_in_corpora_are_prepared_with_what_a_plan_asks_for() -> None:
    assert set(TOKENIZERS) == set(CORPORA)
    prepared = Prepared()
    assert prepared.get(wanted(plan("x", FEW))) is None, "only the default settings are prepared"
    first = prepared.get(wanted(plan("x")))  # asked for before it was made
    assert first and prepared.corpora == ["simple"]
    assert first is prepared.get(wanted(plan("x", steps=77, heads=2))), "whatever the model and the training are"

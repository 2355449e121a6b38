"""Searches over a corpus: what they find is what they find one by one; without an end there is none."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from model.config import END
from model.decoding import outcome
from model.evaluation import evaluate
from model.search_counts import EQUAL, Unending, against, outcomes
from model.searches import Beam, beam, greedy
from tests.model.test_decoding import TableScorer
from tests.model.tiny import tiny_corpus, tiny_model, tiny_tokenizer


def test_outcomes_are_those_of_evaluation() -> None:
    corpus = tiny_corpus()
    tokenizer = tiny_tokenizer(corpus)
    model = tiny_model(tokenizer)
    pairs = corpus.train[:9]
    for search, settings in ((greedy, Beam(width=1)), (partial(beam, settings=Beam(width=3)), Beam(width=3))):
        ours = outcomes(model, tokenizer, pairs, search)
        theirs = evaluate(model, tokenizer, [pair.source for pair in pairs], [pair.target for pair in pairs], settings)
        found = [one.log_probability for one in theirs.translations]
        same = ours.lengths < 60  # evaluation may write longer ones
        np.testing.assert_allclose(ours.log_probabilities[same], np.array(found)[same], atol=1e-4)
        assert [text for text, is_same in zip(ours.texts, same, strict=True) if is_same] == [
            one.translation for one, is_same in zip(theirs.translations, same, strict=True) if is_same
        ]


def test_against_counts_rounding_as_a_draw() -> None:
    first = np.array([-1.0, -1.0, -1.0, -1.0 + EQUAL / 2])
    assert against(first, np.array([-2.0, -0.5, -1.0, -1.0])).tolist() == [1, -1, 0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_nothing_ends_without_the_end_token(seed: int) -> None:
    scorer = TableScorer(seed, sentences=2, end=3.0)
    for found in outcome(greedy(Unending(scorer), [8, 6])):
        assert not found.finished and END not in found.tokens
    assert [len(found.tokens) for found in outcome(greedy(Unending(scorer), [8, 6]))] == [8, 6]


def test_the_others_keep_their_probability() -> None:
    scorer = TableScorer(1)
    state, plain = scorer.start()
    _, without = Unending(scorer).start()
    others = [token for token in range(plain.shape[1]) if token != END]
    assert np.array_equal(plain[0, others], without[0, others]) and without[0, END] == -np.inf
    assert plain[0, END] > -np.inf, "the scorer's own rows are left as they are"
    assert state

"""The peers of `bench.decoding` compute what we compute; without that, their times say nothing."""

from __future__ import annotations

import pytest

from bench.marian import logits_apart, marian
from model.config import ModelConfig
from model.scorer import pad
from model.transformer import Transformer, new_model

SMALL = ModelConfig(layers=2, d_model=16, d_ff=32, heads=2, vocabulary=24, dropout=0.0, maximum_length=64)
SOURCES = [[5, 6, 7, 8, 9], [10, 11]]


@pytest.mark.parametrize("config", [SMALL, SMALL.with_(tied_embeddings=False)])
def test_marian_with_our_weights_is_our_model(config: ModelConfig) -> None:
    model = new_model(config, seed=0)
    assert isinstance(model, Transformer)
    peer = marian(model)
    assert logits_apart(model, peer, pad(SOURCES), pad([[1, 4, 5, 6], [1, 9]])) < 1e-4

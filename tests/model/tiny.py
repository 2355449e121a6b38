"""A training so small that a test can afford it: sequences of letters said backwards."""

from __future__ import annotations

import random
from typing import Any

from model.config import ModelConfig
from model.corpora import Corpus, Pair
from model.tokenizers import Tokenizer, train_tokenizer
from model.train_config import TrainConfig
from model.training import Training
from model.transformer import Transformer, new_model

LETTERS = "abcdefgh"
SHAPE = ModelConfig(layers=1, d_model=16, d_ff=32, heads=2, vocabulary=300, dropout=0.0, maximum_length=64, tied_embeddings=False)
TINY = TrainConfig(
    steps=20, batch=8, pool=2, rate=3e-3, warmup=4, evaluate_every=10, evaluate_sentences=4, checkpoint_every=10, frames=4, norms_every=5
)


def some_pairs(count: int, seed: int = 0) -> tuple[Pair, ...]:
    """Two to nine letters and the same backwards."""
    chance = random.Random(seed)
    sources = [chance.choices(LETTERS, k=chance.randint(2, 9)) for _ in range(count)]
    return tuple(Pair(" ".join(letters), " ".join(reversed(letters))) for letters in sources)


def tiny_corpus(count: int = 44) -> Corpus:
    return Corpus("backwards", some_pairs(count), {"unseen": some_pairs(6, seed=1)})


def tiny_tokenizer(corpus: Corpus, kind: str = "word", vocabulary: int = 300) -> Tokenizer:
    return train_tokenizer(kind, [text for pair in corpus.train for text in (pair.source, pair.target)], vocabulary)


def tiny_model(tokenizer: Tokenizer, **shape: Any) -> Transformer:
    model = new_model(SHAPE.with_(vocabulary=len(tokenizer.pieces), **shape), seed=3)
    assert isinstance(model, Transformer)
    return model


def tiny_training(config: TrainConfig = TINY, **shape: Any) -> Training:
    corpus = tiny_corpus()
    tokenizer = tiny_tokenizer(corpus)
    return Training(tiny_model(tokenizer, **shape), tokenizer, corpus, config)

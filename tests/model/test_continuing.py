"""A decoder-only model in training and on its own: the same laws as for the translator, with one text in the place of two."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from model.batches import encode_texts
from model.config import END, PADDING, START, ModelConfig
from model.continuing import TextScorer, continuations
from model.corpora import Corpus, Pair
from model.decoding import outcome
from model.errors import LabError
from model.searches import Sampling, greedy
from model.tokenizers import train_tokenizer
from model.train_config import TrainConfig
from model.training import Training
from model.transformer import LanguageModel, new_model

TEXTS = [
    Pair("one two", "three four five"),
    Pair("one", "two three four five six"),
    Pair("six five four", "three"),
    Pair("two", "four six"),
]
TOKENIZER = train_tokenizer("word", [f"{pair.source} {pair.target}" for pair in TEXTS], 300)
SHAPE = ModelConfig(
    kind="decoder", layers=2, d_model=16, d_ff=32, heads=2, vocabulary=len(TOKENIZER.pieces), dropout=0.0, maximum_length=24
)
FAST = TrainConfig(steps=60, batch=4, pool=1, rate=1e-2, warmup=5, evaluate_every=60, evaluate_sentences=4, norms_every=50)
CORPUS = Corpus("counting", tuple(TEXTS), {"seen": tuple(TEXTS)})


def model_of(**changes):
    model = new_model(SHAPE.with_(**changes), seed=1)
    assert isinstance(model, LanguageModel)
    return model


def test_both_sides_are_one_text():
    data = encode_texts(TEXTS, TOKENIZER, 20)
    batch = next(iter([data.batch(torch.arange(4).numpy())]))
    assert (batch.source == PADDING).all() and not data.source_lengths.any()
    for row, pair in zip(range(4), TEXTS, strict=True):
        ids = list(TOKENIZER.encode(f"{pair.source} {pair.target}").ids)
        assert [x for x in batch.decoder_input[row].tolist() if x != PADDING] == [START, *ids]
        assert [x for x in batch.labels[row].tolist() if x != PADDING] == [*ids, END]


def test_texts_that_are_too_long_are_left_out():
    assert len(encode_texts(TEXTS, TOKENIZER, 5)) == 3 and encode_texts(TEXTS, TOKENIZER, 5).left_out == 1
    with pytest.raises(LabError) as caught:
        encode_texts(TEXTS, TOKENIZER, 2)
    assert caught.value.code == "no_pairs"


@pytest.mark.parametrize("causal", [True, False])
def test_a_step_has_the_loss_and_the_gradients_of_autograd(causal):
    training = Training(model_of(causal_mask=causal), TOKENIZER, CORPUS, FAST)
    batch = training.data.batch(torch.arange(4).numpy())
    loss, gradients = training._backward(batch)
    logits = training.model(batch.decoder_input).logits
    expected = functional.cross_entropy(logits.transpose(1, 2), batch.labels, ignore_index=PADDING, label_smoothing=0.1)
    assert float(loss) == pytest.approx(float(expected.detach()), abs=1e-5)
    wanted = torch.autograd.grad(expected, training.parameters)
    assert all(torch.allclose(ours, theirs, atol=1e-5) for ours, theirs in zip(gradients, wanted, strict=True))


@pytest.fixture(scope="module")
def learnt():
    training = Training(model_of(), TOKENIZER, CORPUS, FAST)
    steps = [training.advance() for _ in range(FAST.steps)]
    return training.model.requires_grad_(False), steps


def test_it_learns_its_texts_by_heart(learnt):
    _, steps = learnt
    scores = steps[-1].held_out.splits["seen"]
    assert steps[-1].loss < 0.5 * steps[0].loss and scores.token_accuracy > 0.8
    assert {sample.source for sample in steps[-1].held_out.samples} <= {pair.source for pair in TEXTS}


def naive(model, beginning, longest):
    """The most probable allowed token, one text at a time, without any of the machinery."""
    ids = [START, *TOKENIZER.encode(beginning).ids]
    written = []
    for _ in range(longest):
        logits = model(torch.tensor([ids])).logits[0, -1].clone()
        logits[[PADDING, START, 3]] = -math.inf
        token = int(logits.argmax())
        if token == END:
            break
        ids.append(token)
        written.append(token)
    return TOKENIZER.decode(written)


@pytest.mark.parametrize("causal", [True, False])
def test_it_goes_on_as_a_plain_loop_does(learnt, causal):
    model = learnt[0] if causal else model_of(causal_mask=False).requires_grad_(False)
    beginnings = ["one", "one two", "six five four", "two"]  # of unlike length, in one batch
    longest = [24 - len(TOKENIZER.encode(text).ids) for text in beginnings]
    expected = [naive(model, text, room) for text, room in zip(beginnings, longest, strict=True)]
    assert continuations(model, TOKENIZER, beginnings) == expected


def test_padding_in_the_batch_changes_nothing(learnt):
    model = learnt[0]
    rows = [TOKENIZER.encode(text).ids for text in ("one", "six five four")]
    together = TextScorer(model, rows).start()[1]
    alone = np.concatenate([TextScorer(model, [row]).start()[1] for row in rows])
    assert np.allclose(together, alone, atol=1e-5)
    assert len(outcome(greedy(TextScorer(model, rows), [3, 3]))) == 2


def test_drawn_at_random_it_is_the_seed_that_counts(learnt):
    model, many = learnt[0], ["one"] * 20
    draws = [continuations(model, TOKENIZER, many, Sampling(temperature=3.0), seed) for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]

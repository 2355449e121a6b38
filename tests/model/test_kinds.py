"""The two other kinds of model learn with a plain loop: a decoder-only language model, an encoder-only classifier."""

import math

import pytest
import torch
from torch.nn import functional

from model.config import START, ModelConfig
from model.transformer import Classifier, LanguageModel, new_model

FIRST, SYMBOLS, HALF = 4, 8, 4  # symbols are 4 to 11
SHAPE = ModelConfig(layers=2, d_model=32, d_ff=64, heads=4, vocabulary=FIRST + SYMBOLS, dropout=0.0, maximum_length=16)


def fit(model, batches, steps, rate=5e-3):
    """Adam on what `batches` gives: inputs and labels of the same shape as the logits without their last dimension."""
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, betas=(0.9, 0.98))
    model.requires_grad_(True)
    for number, (inputs, labels) in zip(range(steps), batches, strict=False):
        optimizer.param_groups[0]["lr"] = rate * min(1, (number + 1) / 20)
        optimizer.zero_grad()
        functional.cross_entropy(model(inputs).logits.flatten(0, 1), labels.flatten()).backward()
        optimizer.step()


def said_twice(batch, seed):
    """Four random symbols, then the same four again: input starts with the start token, labels are one step ahead."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        half = torch.randint(FIRST, FIRST + SYMBOLS, (batch, HALF), generator=generator)
        labels = torch.cat([half, half], 1)
        yield torch.cat([torch.full((batch, 1), START), labels[:, :-1]], 1), labels


@pytest.fixture(scope="module")
def language_model():
    model = new_model(SHAPE.with_(kind="decoder", layers=1), seed=0)
    fit(model, said_twice(64, seed=0), steps=500)
    return model.requires_grad_(False)


def test_a_language_model_learns_to_repeat_but_not_to_foresee(language_model):
    """The second half can be known and is; the first is chance, and no model that sees no later position beats ln 8 there."""
    assert isinstance(language_model, LanguageModel)
    inputs, labels = next(said_twice(500, seed=99))
    logits = language_model(inputs).logits
    losses = functional.cross_entropy(logits.transpose(1, 2), labels, reduction="none").mean(0)
    assert losses[:HALF].mean() > math.log(SYMBOLS) - 0.05
    assert losses[HALF:].max() < 0.3
    assert (logits.argmax(-1) == labels)[:, HALF:].float().mean() > 0.98


def test_a_language_model_goes_on_by_itself(language_model):
    inputs, labels = next(said_twice(100, seed=98))
    told = inputs[:, : HALF + 1]
    for _ in range(HALF):
        told = torch.cat([told, language_model(told).logits[:, -1:].argmax(-1)], 1)
    assert (told[:, HALF + 1 :] == labels[:, HALF:]).all(1).float().mean() > 0.95


def test_without_its_mask_a_language_model_cheats():
    """Every label is the input of the next position: who may look there needs to learn nothing else."""
    model = new_model(SHAPE.with_(kind="decoder", causal_mask=False), seed=0)
    fit(model, said_twice(64, seed=0), steps=200)
    inputs, labels = next(said_twice(500, seed=99))
    loss = functional.cross_entropy(model(inputs).logits.transpose(1, 2), labels, reduction="none").mean(0)
    assert loss[: HALF - 1].mean() < 0.5 * math.log(SYMBOLS)


def first_again(batch, seed):
    """Six symbols of eight; class 1 where the first stands among the others too. About half of them do."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        symbols = torch.randint(FIRST, FIRST + SYMBOLS, (batch, 6), generator=generator)
        again = (symbols[:, 1:] == symbols[:, :1]).any(1)
        yield symbols, again.long()[:, None]


def test_a_classifier_learns_what_needs_a_look_at_all_tokens():
    model = new_model(SHAPE.with_(kind="encoder", classes=2), seed=0)
    assert isinstance(model, Classifier)
    fit(model, first_again(128, seed=0), steps=300, rate=3e-3)
    symbols, classes = next(first_again(1000, seed=99))
    assert 0.3 < classes.float().mean() < 0.7, "guessing one class does not do"
    assert (model(symbols).logits.argmax(-1) == classes).float().mean() > 0.95

"""An encoder without positions is equivariant; a causal decoder is not, one without its mask is."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from model import order
from model.order_trained import ACTORS, twins
from model.saved import SavedModel, find_model, load_model
from model.transformer import Transformer

IDS = (30, 41, 52, 63, 74, 85)
WORDS = ((0, 1), (1, 3), (3, 4), (4, 6))
SOURCE = (40, 50, 60)
ROUNDING = 1e-4


@pytest.fixture(scope="module")
def toy() -> SavedModel:
    return load_model(find_model("toy"))


def vectors(toy: SavedModel, now: list[int], side: str, drop: bool) -> np.ndarray:
    return order.outputs(toy, IDS, WORDS, [range(len(WORDS)), now], side, drop, SOURCE)


def test_words_and_places() -> None:
    assert order.words_of(("\u2581the", "\u2581qu'", "il", ".", "\u2581a")) == ((0, 1), (1, 4), (4, 5))
    assert order.words_of(("il", "\u2581a")) == ((0, 1), (1, 2))
    assert order.places_in(WORDS, (3, 1, 0, 2)) == [4, 5, 1, 2, 0, 3]


@given(some.permutations(range(4)))
def test_an_encoder_without_positions_moves_vectors_with_words(toy: SavedModel, now: list[int]) -> None:
    assert order.differences(vectors(toy, now, "encoder", True)).max() < ROUNDING


@given(some.permutations(range(4)).filter(lambda now: list(now) != [0, 1, 2, 3]))
def test_everything_else_sees_the_order(toy: SavedModel, now: list[int]) -> None:
    for side, drop in (("encoder", False), ("decoder", False), ("decoder", True), ("unmasked", False)):
        assert order.differences(vectors(toy, now, side, drop)).max() > 100 * ROUNDING, (side, drop)


@given(some.permutations(range(4)))
def test_without_its_mask_a_decoder_is_blind_too(toy: SavedModel, now: list[int]) -> None:
    assert order.differences(vectors(toy, now, "unmasked", True)).max() < ROUNDING


def test_rows_are_of_the_piece_they_say(toy: SavedModel) -> None:
    """The plain way: encode the shuffled ids, and look each piece up where it went."""
    now = [2, 0, 3, 1]
    places = [3, 0, 4, 5, 1, 2]
    with torch.inference_mode():
        shuffled = toy.translator.encode(torch.tensor([[IDS[place] for place in places]])).output[0].numpy()
    found = vectors(toy, now, "encoder", False)[1]
    for row, place in enumerate(places):
        np.testing.assert_allclose(found[place], shuffled[row], atol=1e-5)


def test_a_translation_without_positions_does_not_change_with_the_order(toy: SavedModel) -> None:
    """Nothing of the source's order reaches the decoder: its keys and values are one set, whatever their order."""
    model = toy.translator
    assert isinstance(model, Transformer)
    from model.interventions import Interventions

    shuffled = random.Random(4).sample(IDS, len(IDS))
    target = torch.tensor([[1, 9, 8, 7]])
    with torch.inference_mode():
        one, other = (model(torch.tensor([list(ids)]), target, Interventions(drop_positions=True)).logits for ids in (IDS, shuffled))
    torch.testing.assert_close(one, other, atol=ROUNDING, rtol=0)


def test_twins_differ_in_nothing_but_order() -> None:
    found = twins()
    assert len(found) == len(ACTORS) * (len(ACTORS) - 1) // 2
    for first, second in found:
        assert first.source != second.source and first.target != second.target
        assert sorted(first.source.split()) == sorted(second.source.split())

"""The parts of the model as searches use it, each against torch; the whole of it stands in test_scorer.py."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from threadpoolctl import ThreadpoolController
from torch import nn

from model.plain import BLOCK, Past
from model.plain_parts import FEW, Affine, Normalization, softmax


@pytest.mark.parametrize("rows", [1, 2, FEW, FEW + 1, 40])
def test_normalization_is_torchs_for_any_number_of_rows(rows: int) -> None:
    norm = nn.LayerNorm(24).double()
    with torch.no_grad():
        norm.weight.uniform_(-2, 2)
        norm.bias.uniform_(-2, 2)
    x = torch.randn(rows, 24, dtype=torch.float64, generator=torch.Generator().manual_seed(rows)) * 5 + 3
    before = x.clone()
    np.testing.assert_allclose(Normalization.of(norm)(x.numpy()), norm(x).detach().numpy(), atol=1e-12)
    assert torch.equal(x, before), "what is read is not written to"


def test_a_constant_row_is_kept_from_dividing_by_zero() -> None:
    norm = nn.LayerNorm(8)
    for rows in (1, 3, FEW + 1):
        assert np.abs(Normalization.of(norm)(np.full((rows, 8), 7, dtype=np.float32))).max() < 1e-3


@pytest.mark.parametrize("biased", [False, True])
def test_parts_that_read_the_same_are_one_product_head_by_head(biased: bool) -> None:
    heads, scale = 3, 1.7
    parts = [nn.Linear(10, heads * size, bias=biased).double() for size in (4, 4, 5)]
    x = torch.randn(6, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    found = Affine.of(*parts, heads=heads, scale=scale)(x.numpy()).reshape(6, heads, 13)
    query, key, value = (part(x).detach().numpy().reshape(6, heads, -1) for part in parts)
    np.testing.assert_allclose(found, np.concatenate([query / scale, key, value], axis=2), atol=1e-12)


def test_softmax_of_scores_that_are_out_of_sight_or_out_of_range() -> None:
    scores = np.array([[1000.0, 999.0, -math.inf], [-1000.0, -1001.0, -math.inf]])
    expected = torch.from_numpy(scores).softmax(-1).numpy()
    np.testing.assert_allclose(softmax(scores), expected, atol=1e-12)


def test_a_full_block_is_followed_by_another_with_what_was_written() -> None:
    past = Past(np.zeros((2, 1, 1, 0, 4)))
    for length in range(2 * BLOCK + 1):
        past = past.with_room(length)
        past.held[..., length, :] = length
        past.filled = length + 1
    assert past.held.shape[3] == 3 * BLOCK
    assert past.held[1, 0, 0, : 2 * BLOCK + 1, 0].tolist() == list(range(2 * BLOCK + 1))


def test_numpy_keeps_to_one_thread() -> None:
    threads = [one.num_threads for one in ThreadpoolController().lib_controllers if "numpy" in one.filepath]
    assert all(number == 1 for number in threads)

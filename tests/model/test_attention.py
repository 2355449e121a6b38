"""Attention against the numbers of the paper's fixture, PyTorch's own attention, and laws."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from model.attention import MultiHeadAttention, attend
from model.config import ModelConfig
from model.interventions import AttentionEdit

Q = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
V = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
EVERYTHING = torch.ones(3, 3, dtype=torch.bool)


def test_the_fixture():
    seen = attend(Q, Q, V, EVERYTHING)
    assert torch.allclose(
        seen.weights, torch.tensor([[0.4011, 0.1978, 0.4011], [0.1978, 0.4011, 0.4011], [0.2483, 0.2483, 0.5035]]), atol=1e-4
    )
    assert torch.allclose(seen.output, torch.tensor([[0.6017, 0.3983], [0.3983, 0.6017], [0.5, 0.5]]), atol=1e-4)


def test_the_fixture_with_a_causal_mask():
    seen = attend(Q, Q, V, EVERYTHING.tril())
    assert torch.allclose(seen.weights, torch.tensor([[1, 0, 0], [0.3302, 0.6698, 0], [0.2483, 0.2483, 0.5035]]), atol=1e-4)
    assert torch.allclose(seen.output, torch.tensor([[1, 0], [0.3302, 0.6698], [0.5, 0.5]]), atol=1e-4)


shapes = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 7), st.integers(1, 7), st.integers(1, 9), st.integers(1, 9))


@settings(max_examples=60, deadline=None)
@given(shapes, st.integers(0, 2**31))
def test_equals_pytorchs_attention_and_rows_sum_to_one(shape, seed):
    batch, heads, n, m, d_k, d_v = shape
    generator = torch.Generator().manual_seed(seed)
    query, key = (torch.randn(batch, heads, length, d_k, generator=generator) for length in (n, m))
    value = torch.randn(batch, heads, m, d_v, generator=generator)
    allowed = torch.rand(batch, 1, n, m, generator=generator) < 0.7
    allowed[..., 0] = True
    seen = attend(query, key, value, allowed)
    assert torch.allclose(seen.output, scaled_dot_product_attention(query, key, value, attn_mask=allowed), atol=1e-5)
    assert torch.allclose(seen.weights.sum(-1), torch.ones(batch, heads, n), atol=1e-5)
    assert (seen.weights[~allowed.expand_as(seen.weights)] == 0).all()
    assert torch.allclose(seen.scores * math.sqrt(d_k), seen.products, atol=1e-4)


def test_a_query_that_may_see_nothing_gets_zeros_and_finite_gradients():
    query, key, value = (torch.randn(4, 3, requires_grad=True, generator=torch.Generator().manual_seed(n)) for n in range(3))
    allowed = torch.ones(4, 4, dtype=torch.bool)
    allowed[2] = False
    seen = attend(query, key, value, allowed)
    assert (seen.weights[2] == 0).all() and (seen.output[2] == 0).all()
    seen.output.sum().backward()
    assert all(tensor.grad.isfinite().all() for tensor in (query, key, value))


@pytest.mark.parametrize("biases", [False, True])
def test_equals_pytorchs_multihead_attention_with_copied_parameters(biases):
    ours, oracle = (
        MultiHeadAttention(ModelConfig(d_model=24, heads=3, projection_biases=biases)),
        nn.MultiheadAttention(24, 3, bias=biases, batch_first=True),
    )
    copy_attention(oracle, ours)
    x, memory = torch.randn(2, 5, 24), torch.randn(2, 7, 24)
    padding = torch.tensor([[False] * 7, [False] * 4 + [True] * 3])
    expected, expected_weights = oracle(x, memory, memory, key_padding_mask=padding, average_attn_weights=False)
    (query,) = ours.project(x, ours.query)
    seen = ours(query, ours.keys_and_values(memory), ~padding[:, None, None, :], AttentionEdit())
    assert torch.allclose(seen.output, expected, atol=1e-5) and torch.allclose(seen.weights, expected_weights, atol=1e-5)
    expected, _ = oracle(x, x, x)
    query, own = ours.query_key_value(x)
    assert torch.allclose(ours(query, own, torch.ones(1, 1, 5, 5, dtype=torch.bool), AttentionEdit()).output, expected, atol=1e-5)


def copy_attention(oracle: nn.MultiheadAttention, ours: MultiHeadAttention) -> None:
    """Our parameters become the oracle's."""
    with torch.no_grad():
        for part, weight in zip((ours.query, ours.key, ours.value), oracle.in_proj_weight.chunk(3), strict=True):
            part.weight.copy_(weight)
        ours.output.weight.copy_(oracle.out_proj.weight)
        if oracle.in_proj_bias is not None:
            oracle.in_proj_bias.normal_()
            oracle.out_proj.bias.normal_()
            for part, bias in zip((ours.query, ours.key, ours.value), oracle.in_proj_bias.chunk(3), strict=True):
                part.bias.copy_(bias)
            ours.output.bias.copy_(oracle.out_proj.bias)


def test_widths_free_of_d_model_against_numpy():
    ours = MultiHeadAttention(ModelConfig(d_model=20, heads=3, d_k=5, d_v=11))
    x = torch.randn(1, 6, 20)
    query, own = ours.query_key_value(x)
    seen = ours(query, own, torch.ones(1, 1, 6, 6, dtype=torch.bool), AttentionEdit()).output[0].detach().numpy()
    rows, total = x[0].numpy().astype(np.float64), 0.0
    for head in range(3):
        w_q, w_k = (part.weight.detach().numpy()[head * 5 : head * 5 + 5] for part in (ours.query, ours.key))
        w_v = ours.value.weight.detach().numpy()[head * 11 : head * 11 + 11]
        scores = (rows @ w_q.T) @ (rows @ w_k.T).T / np.sqrt(5)
        weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        # the sum over heads of head_i W_i^O, which concatenation times W^O equals
        total = total + weights @ (rows @ w_v.T) @ ours.output.weight.detach().numpy()[:, head * 11 : head * 11 + 11].T
    np.testing.assert_allclose(seen, total, atol=1e-5)

"""The smoothed loss against torch's, and its floor against the entropy of one smoothed label."""

import math

import pytest
import torch
from torch.nn import functional

from model.config import PADDING
from model.loss import ROWS, loss_of_output, smoothed_cross_entropy, smoothing_floor


def some_logits(batch=3, n=5, vocabulary=11):
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(1, vocabulary, (batch, n), generator=generator)
    labels[0, 3:] = PADDING
    return torch.randn(batch, n, vocabulary, generator=generator) * 3, labels


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.2])
def test_equals_torch(smoothing):
    logits, labels = some_logits()
    oracle = functional.cross_entropy(logits.transpose(1, 2), labels, ignore_index=PADDING, label_smoothing=smoothing)
    torch.testing.assert_close(smoothed_cross_entropy(logits, labels, smoothing), oracle)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_is_the_cross_entropy_with_the_distribution_of_the_paper(smoothing):
    """Written out: the label has 1 - e + e / V, every other class e / V; the mean is over labels that are not padding."""
    logits, labels = some_logits()
    smoothed = functional.one_hot(labels, 11) * (1 - smoothing) + smoothing / 11
    each = -(smoothed * logits.log_softmax(-1)).sum(-1)
    torch.testing.assert_close(smoothed_cross_entropy(logits, labels, smoothing), each[labels != PADDING].mean())


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_of_the_output_and_its_gradients_are_those_of_torch(smoothing):
    """More rows than are looked at together, padding among them, and a weight in front of the loss."""
    generator = torch.Generator().manual_seed(1)
    hidden, output = torch.randn(7, 50, 6, generator=generator) * 3, torch.randn(11, 6, generator=generator)
    labels = torch.randint(0, 11, (7, 50), generator=generator)
    assert ROWS < (labels != PADDING).sum() < labels.numel()
    found, expected = [], []
    for results, loss_of in (
        (found, lambda h, w: loss_of_output(h, w, labels, smoothing)),
        (expected, lambda h, w: functional.cross_entropy(
            (h @ w.T).transpose(1, 2), labels, ignore_index=PADDING, label_smoothing=smoothing
        )),
    ):  # fmt: skip
        h, w = hidden.clone().requires_grad_(), output.clone().requires_grad_()
        loss = loss_of(h, w)
        (3 * loss).backward()
        results += [loss.detach(), h.grad, w.grad]
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(("vocabulary", "floor"), [(5, 0.38967), (100, 0.77780), (37_000, 1.37691)])
def test_floor_of_the_paper(vocabulary, floor):
    assert smoothing_floor(vocabulary, 0.1) == pytest.approx(floor, abs=5e-6)


@pytest.mark.parametrize(("vocabulary", "smoothing"), [(5, 0.1), (100, 0.2), (7, 0.0)])
def test_no_model_goes_below_the_floor(vocabulary, smoothing):
    """The model that answers the smoothed label itself stands on the floor, its neighbours above it."""
    label = torch.tensor([[2]])
    best = (functional.one_hot(label, vocabulary) * (1 - smoothing) + smoothing / vocabulary).clamp_min(1e-12).log()
    floor = smoothing_floor(vocabulary, smoothing)
    assert smoothed_cross_entropy(best, label, smoothing).item() == pytest.approx(floor, abs=1e-5)
    for seed in range(5):
        other = best + 0.5 * torch.randn(best.shape, generator=torch.Generator().manual_seed(seed))
        assert smoothed_cross_entropy(other, label, smoothing).item() > floor - 1e-6


def test_a_uniform_guess_costs_the_logarithm_of_the_vocabulary():
    assert smoothed_cross_entropy(torch.zeros(1, 1, 50), torch.tensor([[7]]), 0.1).item() == pytest.approx(math.log(50), rel=1e-6)


def test_without_smoothing_the_floor_is_zero_and_not_minus_zero():
    assert str(smoothing_floor(1000, 0.0)) == "0.0"

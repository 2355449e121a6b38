"""Dropout: rate, scaling, and a generator of its own."""

import pytest
import torch

from model.errors import LabError
from model.noise import Noise


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5])
def test_rate_and_scaling_are_those_of_the_definition(rate):
    noise = Noise(rate, seed=1)
    x = torch.ones(1000, 1000)
    dropped = noise(x)
    standard_error = (rate * (1 - rate) / x.numel()) ** 0.5
    assert abs(noise.rate - rate) <= 1 / 512
    assert abs((dropped == 0).float().mean().item() - noise.rate) < 5 * standard_error
    assert dropped.mean().item() == pytest.approx(1, abs=5 * standard_error / (1 - rate))
    assert dropped[dropped != 0].unique().item() == pytest.approx(1 / (1 - noise.rate))


def test_units_are_dropped_independently():
    dropped = (Noise(0.5, seed=2)(torch.ones(2000, 500)) == 0).double()
    correlation = torch.corrcoef(dropped.T)
    off_diagonal = correlation - torch.eye(500)
    assert off_diagonal.abs().max() < 6 / 2000**0.5  # six standard errors of a correlation over 2000 draws


def test_gradients_pass_where_units_were_kept():
    x = torch.randn(50, 20, requires_grad=True)
    dropped = Noise(0.5, seed=3)(x)
    dropped.sum().backward()
    assert torch.equal(x.grad == 0, dropped == 0)


def test_a_restored_generator_goes_on_where_it_stood():
    noise, x = Noise(0.3, seed=4), torch.ones(33)
    noise(x)
    state = noise.state()
    expected = noise(x)
    other = Noise(0.3, seed=99)
    other.restore(state)
    assert torch.equal(other(x), expected)


def test_nothing_is_drawn_from_the_global_generator_and_no_rate_is_no_change():
    x, before = torch.randn(10), torch.get_rng_state()
    assert Noise(0.0, seed=0)(x) is x
    assert torch.equal(Noise(0.2, seed=0)(x), Noise(0.2, seed=0)(x))
    assert torch.equal(torch.get_rng_state(), before)
    with pytest.raises(LabError):
        Noise(1.0, seed=0)

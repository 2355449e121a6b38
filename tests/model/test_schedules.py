"""The rate of a step: the paper's numbers, and the corners of the other schedules."""

import numpy as np
import pytest

from model.schedules import rate_at
from model.train_config import TrainConfig, recipe

PAPER = recipe("base")


@pytest.mark.parametrize(
    ("step", "rate"), [(1, 1.746928e-7), (100, 1.746928e-5), (4000, 6.987712e-4), (8000, 4.941059e-4), (100_000, 1.397542e-4)]
)
def test_rates_of_the_paper(step, rate):
    assert rate_at(step, PAPER, 512) == pytest.approx(rate, rel=1e-6)


def test_the_paper_peaks_at_its_warm_up_and_the_factor_multiplies():
    rates = [rate_at(step, PAPER.with_(warmup=40, steps=200), 64) for step in range(1, 201)]
    assert max(rates) == rates[39]
    assert rate_at(7, PAPER.with_(factor=2.5), 64) == pytest.approx(2.5 * rate_at(7, PAPER, 64))


def test_linear_rises_to_the_peak_and_falls_to_zero_just_after_the_last_step():
    config = TrainConfig(schedule="linear", steps=100, warmup=20, rate=0.5)
    rates = [rate_at(step, config, 64) for step in range(1, 102)]
    assert rates[19] == max(rates) == 0.5
    assert all(rate > 0 for rate in rates[:100]) and rates[100] == 0
    rises, falls = np.diff(rates[:20]), np.diff(rates[19:])
    assert rises == pytest.approx([0.5 / 20] * 19) and falls == pytest.approx([-0.5 / 81] * 81)


def test_constant_stays_after_its_warm_up():
    config = TrainConfig(schedule="constant", warmup=4, rate=0.2)
    assert [rate_at(step, config, 64) for step in (1, 2, 4, 5, 10_000)] == pytest.approx([0.05, 0.1, 0.2, 0.2, 0.2])


@pytest.mark.parametrize("schedule", ["linear", "constant"])
def test_without_warm_up_the_first_step_is_already_large(schedule):
    config = TrainConfig(schedule=schedule, warmup=0, steps=1000, rate=0.1)
    assert rate_at(1, config, 64) == pytest.approx(0.1, rel=2e-3)

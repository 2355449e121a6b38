"""The formulas against torch's own counter of floating-point operations, two to a multiplication."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from model.config import ModelConfig
from model.multiplications import step_cost
from model.transformer import Transformer, new_model

SHAPES = (
    ModelConfig(layers=2, d_model=32, d_ff=64, heads=4, vocabulary=50, maximum_length=40),
    ModelConfig(layers=1, d_model=24, d_ff=40, heads=3, d_k=5, d_v=7, vocabulary=30, maximum_length=40),
)


def counted(function: object, *arguments: object) -> int:
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        function(*arguments)  # type: ignore[operator]
    flops: int = counter.get_total_flops()
    assert flops % 2 == 0
    return flops // 2


@pytest.mark.parametrize("config", SHAPES, ids=["even", "widths of their own"])
@pytest.mark.parametrize("step", [1, 2, 7])
def test_a_step_without_a_cache_is_a_whole_pass(config: ModelConfig, step: int) -> None:
    model = new_model(config, 0)
    assert isinstance(model, Transformer)
    source, target = torch.randint(4, 30, (1, 9), generator=torch.Generator().manual_seed(0)), torch.full((1, step), 5)
    assert step_cost(config, 9, step, cached=False).total == counted(model, source, target)


@pytest.mark.parametrize("config", SHAPES, ids=["even", "widths of their own"])
def test_steps_with_a_cache(config: ModelConfig) -> None:
    model = new_model(config, 0)
    assert isinstance(model, Transformer)
    source, token = torch.full((1, 9), 6), torch.full((1, 1), 5)
    with torch.inference_mode():
        cache = model.start(source)
    first = counted(model.start, source)
    for step in range(1, 5):
        one = counted(model.step, token, cache)
        assert step_cost(config, 9, step, cached=True).total == one + (first if step == 1 else 0)
        with torch.inference_mode():
            _, cache = model.step(token, cache)


def test_cells_are_a_square_or_a_row() -> None:
    config = SHAPES[0]
    assert [step_cost(config, 9, step, cached=False).cells for step in (1, 2, 3)] == [1, 4, 9]
    assert [step_cost(config, 9, step, cached=True).cells for step in (1, 2, 3)] == [1, 2, 3]
    assert step_cost(config, 9, 2, cached=True).encoder == 0 < step_cost(config, 9, 2, cached=False).encoder

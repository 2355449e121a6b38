"""Dropout (section 5.4) with cheap random numbers, drawn from a generator that is an argument.

On a CPU the random numbers of dropout are the largest single cost of a small training step. One random byte a unit and
a threshold cost a fraction of one random float a unit; the price is that the rate is a multiple of 1/256.
"""

from __future__ import annotations

import json

import numpy as np
import torch
from torch import Tensor

from model.errors import LabError

_LEVELS = 256


class Noise:
    """Zeroes each unit with probability `rate` and divides the rest by the probability of being kept.

    A pass with `noise=None` is an evaluation: there is no mode kept in the model. Not shared between threads.
    """

    def __init__(self, rate: float, seed: int) -> None:
        if not 0 <= rate < 1:
            raise LabError("dropout_range", "dropout is {value}; it must be from 0 up to, not including, 1.", "dropout", value=rate)
        self._kept_levels = max(1, round((1 - rate) * _LEVELS))
        self._generator = np.random.Generator(np.random.SFC64(seed))

    @property
    def rate(self) -> float:
        """The rate in force: the one asked for, rounded to 1/256."""
        return 1 - self._kept_levels / _LEVELS

    def __call__(self, x: Tensor) -> Tensor:
        """Any shape, same shape."""
        if self._kept_levels == _LEVELS:
            return x
        kept = self._levels(x) < self._kept_levels
        return x * (kept.to(x.dtype) * (_LEVELS / self._kept_levels))

    def _levels(self, x: Tensor) -> Tensor:
        """A random byte for each unit, made where the units are; elsewhere than on the processor from a seed of our generator."""
        if x.device.type == "cpu":
            return torch.from_numpy(np.frombuffer(bytearray(self._generator.bytes(x.numel())), dtype=np.uint8)).view(x.shape)
        generator = torch.Generator(x.device).manual_seed(int(self._generator.integers(2**63)))
        return torch.empty(x.shape, dtype=torch.uint8, device=x.device).random_(0, _LEVELS, generator=generator)

    def state(self) -> str:
        """Where the generator stands, as JSON text, for a checkpoint."""
        state = self._generator.bit_generator.state
        return json.dumps({**state, "state": {"state": [int(word) for word in state["state"]["state"]]}})

    def restore(self, state: str) -> None:
        values = json.loads(state)
        values["state"]["state"] = np.array(values["state"]["state"], dtype=np.uint64)
        self._generator.bit_generator.state = values

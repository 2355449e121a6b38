"""The softmax of attention over the allowed keys, written out.

On a CPU, `torch.softmax` over rows as short as a sentence takes five times as long as these few operations, forward and
backward (measured at 128 × 8 × 14 × 14; `python -m bench.training` shows what it does to a step). Over a few rows, as when
one sentence is decoded, calling so many operations costs more than their work, and `torch.softmax` is ten times as fast.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

_FEW = 2048  # scores, up to which one call beats many
_LEAST = -1e30  # a number below every score
_LOWEST = -80.0  # exp of less is slow and at most 2e-35 of the largest weight


class _Softmax(torch.autograd.Function):
    @staticmethod
    def forward(context: torch.autograd.function.FunctionCtx, scores: Tensor, allowed: Tensor) -> Tensor:
        masked = scores.where(allowed, -math.inf)  # −∞ in, 0 out
        largest = masked.amax(dim=-1, keepdim=True).clamp_(min=_LEAST)  # −∞ only where nothing is allowed
        powers = masked.sub_(largest).clamp_(min=_LOWEST).exp_().mul_(allowed)
        weights = powers.div_(powers.sum(dim=-1, keepdim=True).clamp_(min=1.0))  # the largest power is 1, so 1 only where nothing is
        context.save_for_backward(weights)
        return weights

    @staticmethod
    def backward(context: torch.autograd.function.FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        (weights,) = context.saved_tensors  # type: ignore[attr-defined]
        weighted = gradient * weights
        return weighted.addcmul_(weights, weighted.sum(dim=-1, keepdim=True), value=-1.0), None


def softmax(scores: Float[Tensor, "*batch n m"], allowed: Bool[Tensor, "*_ n m"]) -> Float[Tensor, "*batch n m"]:
    """exp(score) / sum of exp(score) over the allowed keys of each row; 0 elsewhere.

    Rows sum to one. A row with nothing allowed is all 0, and its gradient too.
    """
    if scores.numel() <= _FEW and not torch.is_grad_enabled():
        return scores.where(allowed, -math.inf).softmax(dim=-1).where(allowed, 0.0)  # where nothing is allowed, torch makes NaN
    return _Softmax.apply(scores, allowed)

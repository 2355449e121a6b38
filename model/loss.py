"""What training makes small: cross-entropy against smoothed labels, and the floor below which it cannot go."""

from __future__ import annotations

import math
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from model.config import PADDING

ROWS = 256  # whose logits are looked at together: few enough to stay in the processor's cache
ROWS_ROUND = 64  # the last of them are filled up to a multiple of this: few different shapes, as in batches


def smoothed_cross_entropy(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Mean over all labels that are not padding, in nats; logits [B, n, V], labels [B, n] -> scalar.

    The label's own class has probability 1 - e + e / V, every other class e / V (section 5.4, PyTorch's convention).
    """
    return functional.cross_entropy(logits.flatten(0, 1).float(), labels.flatten(), ignore_index=PADDING, label_smoothing=smoothing)


def loss_of_output(
    hidden: Float[Tensor, "batch n d_model"], output: Float[Tensor, "V d_model"], labels: Int[Tensor, "batch n"], smoothing: float
) -> Tensor:
    """`smoothed_cross_entropy(hidden · outputᵀ, labels, smoothing)` without ever holding all its logits: the same number, sooner.

    The logits of a batch are the largest tensor of a training step. A few rows at a time they stay in the processor's
    cache, rows of padding cost nothing, and the gradient, softmax minus smoothed label, is taken while they are there.
    """
    loss: Tensor = _LossOfOutput.apply(hidden, output, labels, smoothing)
    return loss


class _LossOfOutput(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, hidden: Tensor, output: Tensor, labels: Tensor, smoothing: float) -> Tensor:
        counted = (labels.flatten() != PADDING).nonzero().squeeze(1)
        rows, targets = (_filled_up(values.flatten(0, 1)[counted]) for values in (hidden, labels[..., None]))
        row_gradients, output_gradient, loss = torch.empty_like(rows), torch.zeros_like(output), hidden.new_zeros(())
        for start in range(0, len(rows), ROWS):
            part = slice(start, start + ROWS)
            part_loss, logit_gradients = _loss_and_gradients(rows[part] @ output.T, targets[part], smoothing, len(counted) - start)
            loss += part_loss
            torch.mm(logit_gradients, output, out=row_gradients[part])
            output_gradient.addmm_(logit_gradients.T, rows[part])
        hidden_gradient = torch.zeros_like(hidden)
        hidden_gradient.view(-1, hidden.shape[-1])[counted] = row_gradients[: len(counted)]
        context.count = len(counted)
        context.save_for_backward(hidden_gradient, output_gradient)
        return loss / context.count

    @staticmethod
    def backward(context: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        hidden_gradient, output_gradient = context.saved_tensors
        share = upstream[0] / context.count
        return hidden_gradient * share, output_gradient * share, None, None


def _filled_up(rows: Tensor) -> Tensor:
    return functional.pad(rows, (0, 0, 0, -len(rows) % ROWS_ROUND))


def _loss_and_gradients(logits: Tensor, targets: Tensor, smoothing: float, real: int) -> tuple[Tensor, Tensor]:
    """Sum of the losses of the first `real` rows, logits [rows, V] and targets [rows, 1]; its gradient takes the place of the logits."""
    own, mean = logits.gather(1, targets), logits.mean(1, keepdim=True)
    largest = logits.amax(1, keepdim=True)
    probabilities = logits.sub_(largest).exp_()
    total = probabilities.sum(1, keepdim=True)
    loss = (largest + total.log() - (1 - smoothing) * own - smoothing * mean)[:real].sum()
    gradients = probabilities.div_(total).sub_(smoothing / logits.shape[1])
    gradients.scatter_add_(1, targets, torch.full_like(own, smoothing - 1))
    gradients[real:] = 0
    return loss, gradients


def smoothing_floor(vocabulary: int, smoothing: float) -> float:
    """The entropy of one smoothed label, in nats: the loss of a perfect model. 0 without smoothing.

    Cross-entropy H(q, p) is H(q) + KL(q, p), and the second term ends at 0.
    """
    other = smoothing / vocabulary
    own = 1 - smoothing + other
    return own * math.log(1 / own) + (vocabulary - 1) * (other * math.log(1 / other) if other else 0.0)

"""What training makes small: cross-entropy against smoothed labels, and the floor below which it cannot go."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional

from model.config import PADDING


def smoothed_cross_entropy(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Mean over all labels that are not padding, in nats; logits [B, n, V], labels [B, n] -> scalar.

    The label's own class has probability 1 - e + e / V, every other class e / V (section 5.4, PyTorch's convention).
    """
    return functional.cross_entropy(logits.flatten(0, 1).float(), labels.flatten(), ignore_index=PADDING, label_smoothing=smoothing)


def smoothing_floor(vocabulary: int, smoothing: float) -> float:
    """The entropy of one smoothed label, in nats: the loss of a perfect model. 0 without smoothing.

    Cross-entropy H(q, p) is H(q) + KL(q, p), and the second term ends at 0.
    """
    other = smoothing / vocabulary
    own = 1 - smoothing + other
    return own * math.log(1 / own) + (vocabulary - 1) * (other * math.log(1 / other) if other else 0.0)

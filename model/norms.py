"""How large gradients and updates are, part by part: which part of the model learns, and how fast."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def part_of(parameter: str) -> str:
    """`encoder.layers.0.self_attention.query.weight` -> `encoder.0.self_attention`; norms of a layer are one part."""
    names = parameter.replace("layers.", "").split(".")
    if names[0] not in ("encoder", "decoder"):
        return names[0]  # source_embedding, target_embedding, output
    if names[1].isdigit():
        return ".".join([*names[:2], "normalization" if names[2].startswith("after_") else names[2]])
    return f"{names[0]}.{'normalization' if names[1] == 'norm' else names[1]}"


class Parts:
    """The parts of one model, found once."""

    def __init__(self, model: nn.Module) -> None:
        names = [part_of(name) for name, _ in model.named_parameters()]
        self.names = tuple(dict.fromkeys(names))
        self._index = [self.names.index(name) for name in names]

    def norms(self, tensors: Sequence[Tensor]) -> dict[str, float]:
        """Euclidean norm of each part; one tensor per parameter, in the model's order."""
        squares = torch.stack(torch._foreach_norm(list(tensors))).square()
        sums = squares.new_zeros(len(self.names)).index_add_(0, squares.new_tensor(self._index, dtype=torch.int64), squares)
        return dict(zip(self.names, sums.sqrt().tolist(), strict=True))


def total_norm(tensors: Sequence[Tensor]) -> Tensor:
    """Euclidean norm of all of them together, a scalar tensor."""
    return torch.linalg.vector_norm(torch.stack(torch._foreach_norm(list(tensors))))

"""The parts a layer is made of, on NumPy arrays: the products, the norms and the softmax of `model/plain.py`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from threadpoolctl import ThreadpoolController
from torch import Tensor, nn

from model.layers import AddNorm

Array = np.ndarray
for _library in ThreadpoolController().lib_controllers:
    if "numpy" in _library.filepath:  # two threads wait for each other longer than they work (docs/decisions/0014)
        _library.set_num_threads(1)

FEW = 8  # rows


def array(tensor: Tensor) -> Array:
    values: Array = tensor.detach().numpy()
    return values


def softmax(scores: Float[Array, "*batch m"]) -> Float[Array, "*batch m"]:
    """Over the last axis, in place."""
    scores -= np.maximum.reduce(scores, axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= np.add.reduce(scores, axis=-1, keepdims=True)
    return scores


@dataclass(frozen=True, slots=True)
class Affine:
    weight: Float[Array, "inputs outputs"]
    bias: Float[Array, "1 outputs"] | None

    @staticmethod
    def of(*parts: nn.Linear, heads: int = 1, scale: float = 1.0) -> Affine:
        """Several layers that read the same as one, their outputs side by side head after head; the first is divided by `scale`."""
        return Affine(
            np.ascontiguousarray(_by_head([array(part.weight) for part in parts], heads, scale).T),
            _by_head([array(part.bias) for part in parts], heads, scale)[None] if parts[0].bias is not None else None,
        )

    def __call__(self, x: Float[Array, "row inputs"]) -> Float[Array, "row outputs"]:
        made: Array = x.dot(self.weight)  # sooner than x @ weight; of more than two axes it would be far slower
        if self.bias is not None:
            made += self.bias
        return made


def _by_head(parts: list[Array], heads: int, scale: float) -> Array:
    """Of [heads · d, ...] each."""
    split = [part.reshape(heads, -1, *part.shape[1:]) for part in (parts[0] / scale, *parts[1:])]
    return np.concatenate(split, axis=1).reshape(-1, *parts[0].shape[1:])


@dataclass(frozen=True, slots=True)
class Normalization:
    """LayerNorm over the last axis (Ba et al. 2016). Up to `FEW` rows NumPy is sooner done, beyond that torch."""

    weight: Float[Array, "1 d_model"]
    bias: Float[Array, "1 d_model"]
    epsilon: float
    mean: Float[Array, "d_model 1"]  # times which a row becomes its mean

    @staticmethod
    def of(norm: nn.LayerNorm) -> Normalization:
        weight, bias = array(norm.weight)[None], array(norm.bias)[None]
        return Normalization(weight, bias, norm.eps, np.full_like(weight, 1 / weight.size).T)

    def __call__(self, x: Float[Array, "row d_model"]) -> Float[Array, "row d_model"]:
        if len(x) > FEW:
            rows, weight, bias = (torch.from_numpy(values) for values in (x, self.weight[0], self.bias[0]))
            return torch.layer_norm(rows, weight.shape, weight, bias, self.epsilon).numpy()
        centred = x - x.dot(self.mean)
        if len(x) == 1:
            (row,) = centred
            centred *= 1 / math.sqrt(row.dot(row) / len(row) + self.epsilon)
        else:
            centred /= np.sqrt((centred * centred).dot(self.mean) + self.epsilon)
        centred *= self.weight
        centred += self.bias
        return centred


@dataclass(frozen=True, slots=True)
class AddAndNormalize:
    """LayerNorm(x + Sublayer(x)) (section 3.1, post-norm), or x + Sublayer(LayerNorm(x)) (pre-norm), or neither."""

    before: Normalization | None
    after: Normalization | None
    residual: bool

    @staticmethod
    def of(part: AddNorm) -> AddAndNormalize:
        norm = None if part.norm is None else Normalization.of(part.norm)
        pre = part.placement == "pre"
        return AddAndNormalize(norm if pre else None, None if pre else norm, part.residual)

    def read(self, x: Float[Array, "row d_model"]) -> Float[Array, "row d_model"]:
        """What the sub-layer reads."""
        return self.before(x) if self.before is not None else x

    def added(self, x: Float[Array, "row d_model"], update: Float[Array, "row d_model"]) -> Float[Array, "row d_model"]:
        """The stream once the sub-layer's output, which may be written to, is added."""
        if self.residual:
            update += x
        return self.after(update) if self.after is not None else update

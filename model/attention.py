"""Scaled dot-product and multi-head attention (sections 3.2.1 and 3.2.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.functional import linear

from model.config import ModelConfig
from model.interventions import AttentionEdit
from model.softmax import softmax
from model.trace import AttentionTrace


@dataclass(frozen=True)
class Attended:
    """Every step of `attend`."""

    products: Float[Tensor, "*batch n m"]
    scores: Float[Tensor, "*batch n m"]
    weights: Float[Tensor, "*batch n m"]
    output: Float[Tensor, "*batch n d_v"]


def attend(
    query: Float[Tensor, "*batch n d_k"],
    key: Float[Tensor, "*batch m d_k"],
    value: Float[Tensor, "*batch m d_v"],
    allowed: Bool[Tensor, "*_ n m"],
    scale: float | None = None,
) -> Attended:
    """softmax(Q Kᵀ / √d_k) V, equation 1, over the allowed keys of each query.

    `scale` is what products are divided by, √d_k unless said.
    A query that may see no key gets weights of zero.
    """
    products = query @ key.transpose(-2, -1)  # n × m: every query with every key
    scores = products / (math.sqrt(query.shape[-1]) if scale is None else scale)
    weights = softmax(scores, allowed)  # −∞ in, 0 out; rows sum to one
    return Attended(products, scores, weights, output=weights @ value)  # n × d_v


@dataclass(frozen=True)
class KeysAndValues:
    """What later queries need of earlier rows; the cache of decoding."""

    key: Float[Tensor, "batch head m d_k"]
    value: Float[Tensor, "batch head m d_v"]

    def followed_by(self, more: KeysAndValues) -> KeysAndValues:
        return KeysAndValues(torch.cat([self.key, more.key], dim=2), torch.cat([self.value, more.value], dim=2))

    def rows(self, index: Tensor) -> KeysAndValues:
        """The rows of the batch at `index` [new batch], repeated or reordered."""
        return KeysAndValues(self.key.index_select(0, index), self.value.index_select(0, index))


class MultiHeadAttention(nn.Module):
    """Every head projects the *whole* vector; W^O mixes the heads (section 3.2.2)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.head_count, self.d_k, self.d_v, self.scaling = config.heads, config.d_k, config.d_v, config.scaling
        biases = config.projection_biases
        self.query = nn.Linear(config.d_model, config.heads * config.d_k, bias=biases)  # W^Q of all heads, side by side
        self.key = nn.Linear(config.d_model, config.heads * config.d_k, bias=biases)  # W^K
        self.value = nn.Linear(config.d_model, config.heads * config.d_v, bias=biases)  # W^V
        self.output = nn.Linear(config.heads * config.d_v, config.d_model, bias=biases)  # W^O

    def project(self, x: Float[Tensor, "batch n d_model"], *parts: nn.Linear) -> list[Float[Tensor, "batch head n d"]]:
        """x through several projections at once (one large product is faster than small ones), split among the heads."""
        one = len(parts) == 1
        weight: Tensor = parts[0].weight if one else torch.cat([part.weight for part in parts])
        bias: Tensor | None = parts[0].bias if one or parts[0].bias is None else torch.cat([part.bias for part in parts])
        together = linear(x, weight, bias).split([part.out_features for part in parts], dim=-1)
        return [part.unflatten(-1, (self.head_count, -1)).transpose(1, 2) for part in together]  # batch × head × n × d

    def query_key_value(self, x: Float[Tensor, "batch n d_model"]) -> tuple[Tensor, KeysAndValues]:
        """Self-attention: all three from the same vectors."""
        query, key, value = self.project(x, self.query, self.key, self.value)
        return query, KeysAndValues(key, value)

    def keys_and_values(self, memory: Float[Tensor, "batch m d_model"]) -> KeysAndValues:
        """Cross-attention: keys and values from the encoder's output, computed once for a whole translation."""
        return KeysAndValues(*self.project(memory, self.key, self.value))

    def forward(
        self,
        query: Float[Tensor, "batch head n d_k"],
        cached: KeysAndValues,
        allowed: Bool[Tensor, "_ 1 n m"],
        edit: AttentionEdit,
    ) -> AttentionTrace:
        scale = math.sqrt(self.d_k) if self.scaling and not edit.drop_scale else 1.0
        allowed = allowed.expand(-1, -1, query.shape[2], -1)  # batch × 1 × n × m
        attended = attend(query, cached.key, cached.value, allowed, scale)
        weights, heads = _edited(attended, cached.value, edit)
        output = self.output(heads.transpose(1, 2).flatten(2))  # batch × n × (heads · d_v), then W^O
        key, value, products, scores = cached.key, cached.value, attended.products, attended.scores
        return AttentionTrace(query, key, value, products, scores, weights, allowed, heads, output)


def _edited(attended: Attended, value: Tensor, edit: AttentionEdit) -> tuple[Tensor, Tensor]:
    """Weights and heads with an intervention carried out on copies."""
    weights, heads = attended.weights, attended.output
    if edit.weights or edit.silenced:
        weights, heads = weights.clone(), heads.clone()
    for head, given in edit.weights.items():
        weights[:, head] = given
        heads[:, head] = weights[:, head] @ value[:, head]
    for head, vector in edit.silenced.items():
        heads[:, head] = 0.0 if vector is None else vector
    return weights, heads

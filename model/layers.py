"""Embeddings with positions, feed-forward, Add & Norm, a layer, and a stack of layers (sections 3.1 to 3.5)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from model.attention import KeysAndValues, MultiHeadAttention
from model.config import ModelConfig
from model.errors import LabError
from model.interventions import Interventions
from model.noise import Noise
from model.trace import AddNormTrace, FeedForwardTrace, LayerTrace, StackTrace

T = TypeVar("T")


@lru_cache(maxsize=32)
def sinusoids(length: int, d_model: int) -> Float[Tensor, "length d_model"]:
    """PE(pos, 2i) = sin(pos / 10000^(2i / d_model)), PE(pos, 2i + 1) = cos(same), section 3.5.

    One table for all who ask: never change it in place.
    """
    position = torch.arange(length, dtype=torch.float64).unsqueeze(1)  # length × 1
    frequency = 10000 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)  # d_model / 2
    angle = position * frequency  # length × d_model / 2
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1).float()


def embed(ids: Int[Tensor, "batch n"], embedding: nn.Embedding, scaled: bool = True) -> Float[Tensor, "batch n d_model"]:
    """The row of each id in the matrix of the vocabulary, times √d_model (section 3.4)."""
    rows = embedding(ids)  # batch × n × d_model
    return rows * math.sqrt(embedding.embedding_dim) if scaled else rows


class FeedForward(nn.Module):
    """max(0, x W₁ + b₁) W₂ + b₂, equation 2, each position alone."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.inner = nn.Linear(config.d_model, config.d_ff)
        self.outer = nn.Linear(config.d_ff, config.d_model)

    def forward(self, x: Float[Tensor, "batch n d_model"]) -> FeedForwardTrace:
        hidden = self.inner(x)  # batch × n × d_ff
        hidden = hidden.relu() if torch.is_grad_enabled() else hidden.relu_()  # in place, its gradient would be copied thrice
        return FeedForwardTrace(hidden, self.outer(hidden))


class AddNorm(nn.Module):
    """LayerNorm(x + Sublayer(x)) (section 3.1, post-norm), or x + Sublayer(LayerNorm(x)) (pre-norm), or neither."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.placement, self.residual = config.norm, config.residual
        self.norm = None if config.norm == "none" else nn.LayerNorm(config.d_model)

    def before(self, x: Float[Tensor, "batch n d_model"]) -> Float[Tensor, "batch n d_model"]:
        """What the sub-layer reads."""
        return self.norm(x) if self.norm is not None and self.placement == "pre" else x

    def after(self, x: Float[Tensor, "batch n d_model"], update: Float[Tensor, "batch n d_model"], noise: Noise | None) -> AddNormTrace:
        """The stream once the sub-layer's output is added."""
        update = noise(update) if noise else update
        total = x + update if self.residual else update
        return AddNormTrace(total, self.norm(total) if self.norm is not None and self.placement == "post" else total)


@dataclass(frozen=True)
class LayerCache:
    """Keys and values one decoder layer has computed so far; of the memory, all of them."""

    own: KeysAndValues
    memory: KeysAndValues | None

    def rows(self, index: Tensor) -> LayerCache:
        return LayerCache(self.own.rows(index), self.memory.rows(index) if self.memory else None)


class Layer(nn.Module):
    """Self-attention, cross-attention where there is a memory, feed-forward; each with its Add & Norm."""

    def __init__(self, config: ModelConfig, cross: bool) -> None:
        super().__init__()
        self.self_attention, self.after_self = MultiHeadAttention(config), AddNorm(config)
        self.cross_attention = MultiHeadAttention(config) if cross else None
        self.after_cross = AddNorm(config) if cross else None
        self.feed_forward, self.after_feed_forward = FeedForward(config), AddNorm(config)

    def first_cache(self, memory: Float[Tensor, "batch m d_model"]) -> LayerCache:
        """Keys and values of the memory, computed once, and of no row yet."""
        _, none_yet = self.self_attention.query_key_value(memory[:, :0])  # batch × head × 0 × d
        from_memory = self.cross_attention.keys_and_values(memory) if self.cross_attention else None
        return LayerCache(none_yet, from_memory)

    def forward(
        self,
        x: Float[Tensor, "batch n d_model"],
        allowed: Bool[Tensor, "_ 1 n k"],
        memory: Float[Tensor, "batch m d_model"] | None,
        memory_allowed: Bool[Tensor, "batch 1 1 m"] | None,
        cache: LayerCache | None,
        name: str,
        interventions: Interventions,
        noise: Noise | None,
    ) -> tuple[LayerTrace, LayerCache]:
        query, own = self.self_attention.query_key_value(self.after_self.before(x))
        own = cache.own.followed_by(own) if cache else own
        attention = self.self_attention(query, own, allowed, interventions.at(f"{name}.self"))
        after_self = self.after_self.after(x, attention.output, noise)
        x, cross, after_cross, from_memory = after_self.stream, None, None, None
        if self.cross_attention is not None and self.after_cross is not None:
            from_memory = cache.memory if cache else self.cross_attention.keys_and_values(_given(memory))
            (query,) = self.cross_attention.project(self.after_cross.before(x), self.cross_attention.query)
            cross = self.cross_attention(query, _given(from_memory), _given(memory_allowed), interventions.at(f"{name}.cross"))
            after_cross = self.after_cross.after(x, cross.output, noise)
            x = after_cross.stream
        feed_forward = self.feed_forward(self.after_feed_forward.before(x))
        after_feed_forward = self.after_feed_forward.after(x, feed_forward.output, noise)
        trace = LayerTrace(attention, after_self, cross, after_cross, feed_forward, after_feed_forward)
        return trace, LayerCache(own, from_memory)


def _given(value: T | None) -> T:
    assert value is not None, "a layer with cross-attention needs a memory"
    return value


class Stack(nn.Module):
    """Embedding times √d_model, plus positions, through `layers` layers; with pre-norm a final norm."""

    def __init__(self, config: ModelConfig, name: str, cross: bool) -> None:
        super().__init__()
        self.config, self.name = config, name
        learned = config.positions == "learned"
        self.positions = nn.Parameter(torch.empty(config.maximum_length, config.d_model)) if learned else None
        self.layers = nn.ModuleList(Layer(config, cross) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.d_model) if config.norm == "pre" else None

    def position_rows(self, start: int, end: int, like: Tensor) -> Float[Tensor, "n d_model"]:
        """What is added at positions start to end; zeros for a model without positions."""
        self.check_length(end)
        if self.positions is not None:
            return self.positions[start:end]
        if self.config.positions == "none":
            return like.new_zeros(end - start, self.config.d_model)
        return sinusoids(self.config.maximum_length, self.config.d_model)[start:end].to(like)

    def check_length(self, tokens: int) -> None:
        """Raise `LabError` where the model has no positions for so many."""
        if tokens > self.config.maximum_length:
            raise LabError(
                "longer_than_model", "This is {value} tokens long; the model has positions for {limit}.",
                None, value=tokens, limit=self.config.maximum_length,
            )  # fmt: skip

    def first_cache(self, memory: Float[Tensor, "batch m d_model"]) -> tuple[LayerCache, ...]:
        """The cache before the first row: keys and values of the memory, and none of the decoder's own."""
        return tuple(layer.first_cache(memory) for layer in self._layers())

    def _layers(self) -> list[Layer]:
        return [layer for layer in self.layers if isinstance(layer, Layer)]

    def forward(
        self,
        ids: Int[Tensor, "batch n"],
        embedding: nn.Embedding,
        allowed: Bool[Tensor, "_ 1 n k"],
        interventions: Interventions,
        noise: Noise | None,
        memory: Float[Tensor, "batch m d_model"] | None = None,
        memory_allowed: Bool[Tensor, "batch 1 1 m"] | None = None,
        cache: tuple[LayerCache, ...] | None = None,
        start: int = 0,
    ) -> tuple[StackTrace, tuple[LayerCache, ...]]:
        embedded = embed(ids, embedding, not interventions.drop_embedding_scale)  # batch × n × d_model
        position = self.position_rows(start, start + ids.shape[1], embedded)  # n × d_model
        if interventions.drop_positions:
            position = torch.zeros_like(position)
        x = total = embedded + position
        x = noise(x) if noise else x
        traces, caches = [], []
        for number, layer in enumerate(self._layers()):
            trace, kept = layer(
                x, allowed, memory, memory_allowed, cache[number] if cache else None, f"{self.name}.{number}", interventions, noise
            )
            x = trace.after_feed_forward.stream
            traces.append(trace)
            caches.append(kept)
        output = self.norm(x) if self.norm is not None else x
        return StackTrace(embedded, position, total, tuple(traces), output), tuple(caches)

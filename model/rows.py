"""The inner step of decoding: one more row of the decoder for every live prefix, and no records.

A pass that is looked at returns everything it saw (`model/layers.py`). A search wants the last row's logits alone, some
thousand times a batch: the same parameters and formulas, taken out of their modules once a translation. Prefixes of one
sentence stand side by side as a *width* and share its memory in one product.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from model.attention import MultiHeadAttention
from model.config import PADDING
from model.layers import AddAndNormalize, Layer
from model.transformer import Transformer

BLOCK = 16  # keys at a time: on a CPU products and softmax over whole cache lines are up to five times as fast
Affine = tuple[Tensor, Tensor | None]  # weight [outputs, inputs] and bias [outputs]


def blocks(count: int) -> int:
    """The next multiple of a block."""
    return -(-count // BLOCK) * BLOCK


def weigh(query: Tensor, keys: Tensor, values: Tensor, unseen: Tensor) -> Tensor:
    """`attend` without its records: [b, n, d_k] and [b, d_k, m] and [b, m, d_v] to [b, n, d_v].

    The scale is in the query already; `unseen` [b or 1, 1, m] is −∞ for keys that are not allowed and 0 for the others.
    """
    return torch.bmm(torch.bmm(query, keys).add_(unseen).softmax(dim=-1), values)


@dataclass(frozen=True)
class Memory:
    """What all prefixes of a sentence look at: keys and values of the encoder's output, filled up to whole blocks."""

    keys: Float[Tensor, "layer sentence head d_k m"]
    values: Float[Tensor, "layer sentence head m d_v"]
    unseen: Float[Tensor, "sentence head 1 m"]

    def rows(self, index: Int[Tensor, " new_sentences"]) -> Memory:
        return Memory(self.keys.index_select(1, index), self.values.index_select(1, index), self.unseen.index_select(0, index))


@dataclass
class Past:
    """Keys and values of every prefix's tokens so far: whole blocks of positions, written in place one after the other."""

    held: Float[Tensor, "position layer row head·(d_k+d_v)"]  # zeros where nothing is written
    filled: int = 0

    def rows(self, index: Int[Tensor, " new_rows"]) -> Past:
        return Past(self.held.index_select(2, index), self.filled)

    def with_room(self, length: int) -> Past:
        """Where position `length` can be written: here, unless the blocks are full or somebody has written it already."""
        if self.filled == length < len(self.held):
            return self
        return Past(pad(self.held[:length], (0, 0) * 3 + (0, blocks(length + 1) - length)), length)


@dataclass(frozen=True, slots=True)
class RowLayer:
    """The tensors of one decoder layer, and its step."""

    heads: int
    query_key_value: Affine  # for every head d_k + d_k + d_v outputs
    self_output: Affine
    after_self: AddAndNormalize
    cross_query: Affine
    cross_output: Affine
    after_cross: AddAndNormalize
    inner: Affine
    outer: Affine
    after_feed_forward: AddAndNormalize

    @staticmethod
    def of(layer: Layer) -> RowLayer:
        own, cross, feed_forward = layer.self_attention, layer.cross_attention, layer.feed_forward
        assert cross is not None and layer.after_cross is not None, "only a decoder with a memory"
        return RowLayer(
            own.head_count, _by_head(own), _affine(own.output), layer.after_self.plain(),
            _scaled(cross.query, cross), _affine(cross.output), layer.after_cross.plain(),
            _affine(feed_forward.inner), _affine(feed_forward.outer), layer.after_feed_forward.plain(),
        )  # fmt: skip

    def step(
        self,
        x: Float[Tensor, "rows d_model"],
        slot: Float[Tensor, "row·head d_k+d_v"],
        keys: Float[Tensor, "row·head d_k n"],
        values: Float[Tensor, "row·head n d_v"],
        later: Float[Tensor, "1 1 n"],
        memory_keys: Float[Tensor, "sentence·head d_k m"],
        memory_values: Float[Tensor, "sentence·head m d_v"],
        unseen: Float[Tensor, "sentence·head 1 m"],
    ) -> Float[Tensor, "rows d_model"]:
        rows, sentences, d_k = len(x), len(memory_keys) // self.heads, keys.shape[1]
        joined = linear(self.after_self.before(x), *self.query_key_value).view(rows * self.heads, -1)
        slot.copy_(joined[:, d_k:])
        seen = weigh(joined[:, None, :d_k], keys, values, later).view(rows, -1)  # rows × heads · d_v
        x = self.after_self.after(x, linear(seen, *self.self_output))
        query = linear(self.after_cross.before(x), *self.cross_query).view(sentences, -1, self.heads, d_k)
        query = query.transpose(1, 2).reshape(len(memory_keys), -1, d_k)  # sentence · head × width × d_k
        seen = weigh(query, memory_keys, memory_values, unseen)
        seen = seen.view(sentences, self.heads, -1, seen.shape[-1]).transpose(1, 2).reshape(rows, -1)
        x = self.after_cross.after(x, linear(seen, *self.cross_output))
        hidden = linear(self.after_feed_forward.before(x), *self.inner).relu_()
        return self.after_feed_forward.after(x, linear(hidden, *self.outer))


def _affine(part: nn.Linear) -> Affine:
    return part.weight, part.bias


def _scaled(part: nn.Linear, attention: MultiHeadAttention) -> Affine:
    """A projection to queries, already divided by √d_k."""
    scale = math.sqrt(attention.d_k) if attention.scaling else 1.0
    return part.weight / scale, None if part.bias is None else part.bias / scale


def _by_head(own: MultiHeadAttention) -> Affine:
    """The three projections of self-attention as one, head after head."""
    parts = (_scaled(own.query, own), _affine(own.key), _affine(own.value))
    weight, bias = ([tensor for tensor in each if tensor is not None] for each in zip(*parts, strict=True))
    return _side_by_side(weight, own.head_count), _side_by_side(bias, own.head_count) if bias else None


def _side_by_side(parts: list[Tensor], heads: int) -> Tensor:
    return torch.cat([part.unflatten(0, (heads, -1)) for part in parts], dim=1).flatten(0, 1)


class RowDecoder:
    """A model's decoder for searches."""

    def __init__(self, model: Transformer) -> None:
        self.model, self.stack, self.norm = model, model.decoder, model.decoder.norm
        self.embedding, self.output, self.scale = model.target_embedding.weight, model.output.weight, math.sqrt(model.config.d_model)
        self.blocks = [layer for layer in model.decoder.layers if isinstance(layer, Layer)]
        self.layers = [RowLayer.of(layer) for layer in self.blocks]

    def memory(self, source_ids: Int[Tensor, "sentence m"]) -> Memory:
        """Run the encoder once, and compute what each layer will look at."""
        encoded, config = self.model.encode(source_ids).output, self.model.config
        (sentences, length), heads = source_ids.shape, config.heads
        keys = encoded.new_zeros(config.layers, sentences, heads, config.d_k, blocks(length))
        values = encoded.new_zeros(config.layers, sentences, heads, blocks(length), config.d_v)
        for number, layer in enumerate(self.blocks):
            assert layer.cross_attention is not None
            found = layer.cross_attention.keys_and_values(encoded)  # sentence × head × m × d
            keys[number, ..., :length], values[number, ..., :length, :] = found.key.transpose(2, 3), found.value
        unseen = encoded.new_full((sentences, heads, 1, blocks(length)), -math.inf)
        unseen[..., :length].masked_fill_((source_ids != PADDING)[:, None, None], 0.0)
        return Memory(keys, values, unseen)

    def no_past(self, rows: int) -> Past:
        config = self.model.config
        return Past(self.output.new_zeros(0, config.layers, rows, config.heads * (config.d_k + config.d_v)))

    def step(self, tokens: Int[Tensor, " rows"], past: Past, length: int, memory: Memory) -> tuple[Float[Tensor, "rows d_model"], Past]:
        """What the decoder makes of a token after each prefix of `length`. Rows are sentence · width."""
        past, config = past.with_room(length), self.model.config
        past.filled = length + 1
        held = past.held.view(len(past.held), config.layers, -1, config.d_k + config.d_v)  # position × layer × row · head × d
        own = (
            held[length].unbind(0),
            held[..., : config.d_k].permute(1, 2, 3, 0).unbind(0),  # each row · head × d_k × n
            held[..., config.d_k :].permute(1, 2, 0, 3).unbind(0),
        )
        later = held.new_zeros(1, 1, len(held))
        later[..., length + 1 :] = -math.inf
        keys, values, unseen = memory.keys.flatten(1, 2).unbind(0), memory.values.flatten(1, 2).unbind(0), memory.unseen.flatten(0, 1)
        x = torch.embedding(self.embedding, tokens) * self.scale
        x = x + self.stack.position_rows(length, length + 1, x)
        for layer, *seen, memory_keys, memory_values in zip(self.layers, *own, keys, values, strict=True):
            x = layer.step(x, *seen, later, memory_keys, memory_values, unseen)
        return (self.norm(x) if self.norm is not None else x), past

    def log_probabilities(self, x: Float[Tensor, "rows d_model"]) -> Float[Tensor, "rows vocabulary"]:
        return linear(x, self.output).log_softmax(dim=-1)

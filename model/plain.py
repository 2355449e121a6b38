"""The model as searches use it: the same parameters and formulas on plain tensors, and no records.

A pass that is looked at returns everything it saw (`model/layers.py`). A search wants the logits after each prefix alone,
some thousand times: the tensors are taken out of their modules once a translation, the encoder runs once, and every step
computes one more row of the decoder for every live prefix. Prefixes of one sentence stand side by side as a *width* and
share its memory in one product.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from model.attention import MultiHeadAttention
from model.config import PADDING
from model.layers import AddAndNormalize, AddNorm, Layer
from model.transformer import Transformer

BLOCK = 16  # keys at a time: on a CPU products and softmax over whole cache lines are up to five times as fast
Affine = tuple[Tensor, Tensor | None]  # weight [outputs, inputs] and bias [outputs]
Layout = Callable[[Tensor], Tensor]


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
class CrossAttention:
    """Every prefix looks at the memory of its sentence."""

    heads: int
    query: Affine
    output: Affine
    after: AddAndNormalize

    @staticmethod
    def of(cross: MultiHeadAttention, after: AddNorm, lay: Layout) -> CrossAttention:
        return CrossAttention(cross.head_count, _query(cross, lay), _affine(cross.output, lay), after.plain())

    def look(self, x: Float[Tensor, "rows d_model"], keys: Tensor, values: Tensor, unseen: Tensor) -> Float[Tensor, "rows d_model"]:
        """Keys, values, unseen of the memory: [sentence·head, d_k, m], [sentence·head, m, d_v], [sentence·head, 1, m]."""
        query = linear(self.after.before(x), *self.query).view(keys.shape[0] // self.heads, -1, self.heads, keys.shape[1])
        seen = weigh(query.transpose(1, 2).flatten(0, 1), keys, values, unseen)  # sentence · head × width × d_v
        return self.after.after(x, linear(_together(seen, self.heads), *self.output))


@dataclass(frozen=True, slots=True)
class PlainLayer:
    """The tensors of a layer of either stack, and what it makes of the vectors it reads."""

    heads: int
    d_k: int
    query_key_value: Affine  # for every head d_k + d_k + d_v outputs
    output: Affine
    after_self: AddAndNormalize
    cross: CrossAttention | None
    inner: Affine
    outer: Affine
    after_feed_forward: AddAndNormalize

    @staticmethod
    def of(layer: Layer, lay: Layout) -> PlainLayer:
        own, cross, feed_forward = layer.self_attention, None, layer.feed_forward
        if layer.cross_attention is not None and layer.after_cross is not None:
            cross = CrossAttention.of(layer.cross_attention, layer.after_cross, lay)
        return PlainLayer(
            own.head_count, own.d_k, _by_head(own, lay), _affine(own.output, lay), layer.after_self.plain(), cross,
            _affine(feed_forward.inner, lay), _affine(feed_forward.outer, lay), layer.after_feed_forward.plain(),
        )  # fmt: skip

    def encode(self, x: Float[Tensor, "row d_model"], unseen: Float[Tensor, "sentence·head 1 m"]) -> Float[Tensor, "row d_model"]:
        """All positions of all sentences; row is sentence · m."""
        joined = linear(self.after_self.before(x), *self.query_key_value).unflatten(1, (self.heads, -1))
        joined = joined.view(unseen.shape[0] // self.heads, unseen.shape[2], *joined.shape[1:])  # sentence × m × head × d
        joined = joined.transpose(1, 2).flatten(0, 1)  # sentence · head × m × (d_k + d_k + d_v)
        query, keys, values = joined[..., : self.d_k], joined[..., self.d_k : 2 * self.d_k], joined[..., 2 * self.d_k :]
        seen = weigh(query, keys.transpose(1, 2), values, unseen)
        return self._feed_forward(self.after_self.after(x, linear(_together(seen, self.heads), *self.output)))

    def step(
        self,
        x: Float[Tensor, "row d_model"],
        slot: Float[Tensor, "row·head 1 d_k+d_v"],
        keys: Float[Tensor, "row·head d_k n"],
        values: Float[Tensor, "row·head n d_v"],
        later: Float[Tensor, "1 1 n"],
        *memory: Tensor,
    ) -> Float[Tensor, "row d_model"]:
        """One more position of every prefix: its key and value go to `slot`, which `keys` and `values` see."""
        joined = linear(self.after_self.before(x), *self.query_key_value)
        query, row = joined.view(keys.shape[0], 1, -1).split((self.d_k, slot.shape[2]), dim=2)  # row · head × 1 × (d_k and d_k + d_v)
        slot.copy_(row)
        seen = weigh(query, keys, values, later).view(x.shape[0], -1)  # row × heads · d_v
        x = self.after_self.after(x, linear(seen, *self.output))
        return self._feed_forward(self.cross.look(x, *memory) if self.cross is not None else x)

    def _feed_forward(self, x: Float[Tensor, "row d_model"]) -> Float[Tensor, "row d_model"]:
        hidden = linear(self.after_feed_forward.before(x), *self.inner).relu_()
        return self.after_feed_forward.after(x, linear(hidden, *self.outer))


def _together(seen: Float[Tensor, "sentence·head n d_v"], heads: int) -> Float[Tensor, "sentence·n head·d_v"]:
    """The heads of each position side by side again."""
    return seen.view(seen.shape[0] // heads, heads, *seen.shape[1:]).transpose(1, 2).flatten(2).flatten(0, 1)


def by_inputs(weight: Float[Tensor, "outputs inputs"]) -> Float[Tensor, "outputs inputs"]:
    """The same matrix with the weights of one input side by side in memory: a few rows times it take half the time."""
    return weight.t().contiguous().t()


def as_it_is(weight: Float[Tensor, "outputs inputs"]) -> Float[Tensor, "outputs inputs"]:
    return weight


def _affine(part: nn.Linear, lay: Layout) -> Affine:
    return lay(part.weight), part.bias


def _query(attention: MultiHeadAttention, lay: Layout) -> Affine:
    """The projection to queries, already divided by √d_k."""
    part, scale = attention.query, math.sqrt(attention.d_k) if attention.scaling else 1.0
    return lay(part.weight / scale), None if part.bias is None else part.bias / scale


def _by_head(own: MultiHeadAttention, lay: Layout) -> Affine:
    """The three projections of self-attention as one, head after head."""
    parts = (_query(own, as_it_is), _affine(own.key, as_it_is), _affine(own.value, as_it_is))
    weight, bias = ([tensor for tensor in each if tensor is not None] for each in zip(*parts, strict=True))
    return lay(_side_by_side(weight, own.head_count)), _side_by_side(bias, own.head_count) if bias else None


def _side_by_side(parts: list[Tensor], heads: int) -> Tensor:
    return torch.cat([part.unflatten(0, (heads, -1)) for part in parts], dim=1).flatten(0, 1)


class PlainModel:
    """A Transformer for searches: its parameters as they are now.

    To `last` for many sentences they are laid out anew, which takes as long as some seven steps for one sentence.
    """

    @torch.no_grad()
    def __init__(self, model: Transformer, last: bool = False) -> None:
        lay = by_inputs if last else as_it_is
        self.config, self.stacks = model.config, (model.encoder, model.decoder)
        self.embeddings, self.output = (model.source_embedding.weight, model.target_embedding.weight), lay(model.output.weight)
        self.blocks = [layer for layer in model.decoder.layers if isinstance(layer, Layer)]
        self.encoder, self.decoder = ([PlainLayer.of(one, lay) for one in stack.layers if isinstance(one, Layer)] for stack in self.stacks)

    def memory(self, source_ids: Int[Tensor, "sentence m"]) -> Memory:
        """Run the encoder once, and compute what each layer of the decoder will look at."""
        config, (sentences, length) = self.config, source_ids.shape
        keys = self.output.new_zeros(config.layers, sentences, config.heads, config.d_k, blocks(length))
        values = self.output.new_zeros(config.layers, sentences, config.heads, blocks(length), config.d_v)
        unseen = self.output.new_full((sentences, config.heads, 1, blocks(length)), -math.inf)
        unseen[..., :length].masked_fill_((source_ids != PADDING)[:, None, None], 0.0)
        empty = (source_ids == PADDING).all(dim=1)
        unseen[empty] = 0.0  # what is not there is looked at, and is zero
        encoded = self._encode(source_ids, unseen[..., :length].flatten(0, 1))
        for number, layer in enumerate(self.blocks):
            assert layer.cross_attention is not None
            found = layer.cross_attention.keys_and_values(encoded)  # sentence × head × m × d
            keys[number, ..., :length], values[number, ..., :length, :] = found.key.transpose(2, 3), found.value
        values[:, empty] = 0.0
        return Memory(keys, values, unseen)

    def _encode(self, source_ids: Int[Tensor, "sentence m"], unseen: Tensor) -> Float[Tensor, "sentence m d_model"]:
        x = self._embedded(0, source_ids, 0).flatten(0, 1)
        for layer in self.encoder:
            x = layer.encode(x, unseen)
        return self._normalized(0, x).view(*source_ids.shape, self.config.d_model)

    def _embedded(self, side: int, ids: Int[Tensor, "*sentence n"], start: int) -> Float[Tensor, "*sentence n d_model"]:
        x = torch.embedding(self.embeddings[side], ids) * math.sqrt(self.config.d_model)
        return x + self.stacks[side].position_rows(start, start + ids.shape[-1], x)

    def _normalized(self, side: int, x: Float[Tensor, "row d_model"]) -> Float[Tensor, "row d_model"]:
        norm = self.stacks[side].norm
        return norm(x) if norm is not None else x

    def no_past(self, rows: int) -> Past:
        config = self.config
        return Past(self.output.new_zeros(0, config.layers, rows, config.heads * (config.d_k + config.d_v)))

    def step(self, tokens: Int[Tensor, " rows"], past: Past, length: int, memory: Memory) -> tuple[Float[Tensor, "rows d_model"], Past]:
        """What the decoder makes of a token after each prefix of `length`. Rows are sentence · width."""
        past, config = past.with_room(length), self.config
        past.filled = length + 1
        held = past.held.view(len(past.held), config.layers, -1, config.d_k + config.d_v)  # position × layer × row · head × d
        own = (
            held[length].unsqueeze(2).unbind(0),
            held[..., : config.d_k].permute(1, 2, 3, 0).unbind(0),  # each row · head × d_k × n
            held[..., config.d_k :].permute(1, 2, 0, 3).unbind(0),
        )
        later = held.new_zeros(1, 1, len(held))
        later[..., length + 1 :] = -math.inf
        keys, values, unseen = memory.keys.flatten(1, 2).unbind(0), memory.values.flatten(1, 2).unbind(0), memory.unseen.flatten(0, 1)
        x = self._embedded(1, tokens[:, None], length).squeeze(1)
        for layer, slot, past_keys, past_values, *looked_at in zip(self.decoder, *own, keys, values, strict=True):
            x = layer.step(x, slot, past_keys, past_values, later, *looked_at, unseen)
        return self._normalized(1, x), past

    def log_probabilities(self, x: Float[Tensor, "rows d_model"]) -> Float[Tensor, "rows vocabulary"]:
        return linear(x, self.output).log_softmax(dim=-1)

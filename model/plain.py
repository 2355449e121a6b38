"""The model as searches use it: the same parameters and formulas on NumPy arrays, and no records.

A pass that is looked at returns everything it saw (`model/layers.py`). A search wants the logits after each prefix alone,
some thousand times, a few rows each time: there torch's calls cost more than the arithmetic in them, NumPy's half of that
(docs/decisions/0014). The encoder runs once, and every step computes one more row of the decoder for every live prefix.
Prefixes of one sentence stand side by side as a *width* and share its memory in one product. The parameters are those
of the moment: matrices are copies, laid out for one row times them, vectors are views, and none is written to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from model.attention import MultiHeadAttention
from model.config import PADDING
from model.layers import AddNorm, Layer, Stack
from model.plain_parts import AddAndNormalize, Affine, Array, Normalization, array, softmax
from model.transformer import Transformer

BLOCK = 16  # positions for which memory is taken at a time


@dataclass(frozen=True)
class Memory:
    """What all prefixes of a sentence look at: keys and values of the encoder's output, for each layer of the decoder."""

    keys: list[Float[Array, "sentence head d_k m"]]
    values: list[Float[Array, "sentence head m d_v"]]
    unseen: Float[Array, "sentence 1 1 m"] | None  # −∞ where there is padding; none without padding

    def rows(self, index: Int[Array, " new_sentences"]) -> Memory:
        keys, values = ([each[index] for each in every] for every in (self.keys, self.values))
        return Memory(keys, values, None if self.unseen is None else self.unseen[index])


@dataclass
class Past:
    """Keys and values of every prefix's tokens so far: whole blocks of positions, written in place one after the other."""

    held: Float[Array, "layer row head position d_k+d_v"]
    filled: int = 0

    def rows(self, index: Int[Array, " new_rows"]) -> Past:
        return Past(self.held[:, index], self.filled)

    def with_room(self, length: int) -> Past:
        """Where position `length` can be written: here, unless the blocks are full or somebody has written it already."""
        if self.filled == length < self.held.shape[3]:
            return self
        longer = np.empty((*self.held.shape[:3], length // BLOCK * BLOCK + BLOCK, self.held.shape[4]), dtype=self.held.dtype)
        longer[..., :length, :] = self.held[..., :length, :]
        return Past(longer, length)


@dataclass(frozen=True, slots=True)
class CrossAttention:
    """Every prefix looks at the memory of its sentence."""

    heads: int
    d_k: int
    d_v: int
    query: Affine  # the scale is in it
    key_value: Affine
    output: Affine
    around: AddAndNormalize

    @staticmethod
    def of(cross: MultiHeadAttention, after: AddNorm) -> CrossAttention:
        return CrossAttention(
            cross.head_count, cross.d_k, cross.d_v, Affine.of(cross.query, scale=_scale(cross)),
            Affine.of(cross.key, cross.value, heads=cross.head_count), Affine.of(cross.output), AddAndNormalize.of(after),
        )  # fmt: skip

    def keys_and_values(self, memory: Float[Array, "row d_model"], sentences: int) -> tuple[Array, Array]:
        """[sentence, head, d_k, m] and [sentence, head, m, d_v] of rows that are sentence · m."""
        joined = self.key_value(memory).reshape(sentences, -1, self.heads, self.d_k + self.d_v)
        keys, values = joined[..., : self.d_k].transpose(0, 2, 3, 1), joined[..., self.d_k :].transpose(0, 2, 1, 3)
        return np.ascontiguousarray(keys), np.ascontiguousarray(values)

    def look(self, x: Float[Array, "row d_model"], keys: Array, values: Array, unseen: Array | None) -> Float[Array, "row d_model"]:
        query = self.query(self.around.read(x)).reshape(len(keys), -1, self.heads, self.d_k)
        scores = query.transpose(0, 2, 1, 3) @ keys  # sentence × head × width × m
        if unseen is not None:
            scores += unseen
        seen = (softmax(scores) @ values).transpose(0, 2, 1, 3).reshape(len(x), -1)
        return self.around.added(x, self.output(seen))


@dataclass(frozen=True, slots=True)
class PlainLayer:
    """The arrays of a layer of either stack, and what it makes of the vectors it reads."""

    heads: int
    d_k: int
    d_v: int
    query_key_value: Affine  # for every head d_k + d_k + d_v outputs; the scale is in the queries
    output: Affine
    around_self: AddAndNormalize
    cross: CrossAttention | None
    inner: Affine
    outer: Affine
    around_feed_forward: AddAndNormalize

    @staticmethod
    def of(layer: Layer) -> PlainLayer:
        own, cross, feed_forward = layer.self_attention, None, layer.feed_forward
        if layer.cross_attention is not None and layer.after_cross is not None:
            cross = CrossAttention.of(layer.cross_attention, layer.after_cross)
        query_key_value = Affine.of(own.query, own.key, own.value, heads=own.head_count, scale=_scale(own))
        return PlainLayer(
            own.head_count, own.d_k, own.d_v, query_key_value, Affine.of(own.output), AddAndNormalize.of(layer.after_self), cross,
            Affine.of(feed_forward.inner), Affine.of(feed_forward.outer), AddAndNormalize.of(layer.after_feed_forward),
        )  # fmt: skip

    def encode(self, x: Float[Array, "row d_model"], sentences: int, unseen: Array | None) -> Float[Array, "row d_model"]:
        """All positions of all sentences; row is sentence · m."""
        joined = self.query_key_value(self.around_self.read(x)).reshape(sentences, -1, self.heads, 2 * self.d_k + self.d_v)
        joined = joined.transpose(0, 2, 1, 3)  # sentence × head × m × (d_k + d_k + d_v)
        query, key, value = joined[..., : self.d_k], joined[..., self.d_k : 2 * self.d_k], joined[..., 2 * self.d_k :]
        scores = query @ key.swapaxes(2, 3)  # sentence × head × m × m
        if unseen is not None:
            scores += unseen
        seen = (softmax(scores) @ value).transpose(0, 2, 1, 3).reshape(len(x), -1)
        return self._feed_forward(self.around_self.added(x, self.output(seen)))

    def step(
        self, x: Float[Array, "row d_model"], past: Float[Array, "row head n d_k+d_v"], keys: Array, values: Array, unseen: Array | None
    ) -> Float[Array, "row d_model"]:
        """One more position of every prefix: its key and value become the last of `past`. The others are of the memory."""
        joined = self.query_key_value(self.around_self.read(x)).reshape(len(x), self.heads, 1, -1)
        past[:, :, -1:] = joined[..., self.d_k :]
        scores = joined[..., : self.d_k] @ past[..., : self.d_k].swapaxes(2, 3)  # row × head × 1 × n
        seen = (softmax(scores) @ past[..., self.d_k :]).reshape(len(x), -1)
        x = self.around_self.added(x, self.output(seen))
        return self._feed_forward(self.cross.look(x, keys, values, unseen) if self.cross is not None else x)

    def _feed_forward(self, x: Float[Array, "row d_model"]) -> Float[Array, "row d_model"]:
        hidden = self.inner(self.around_feed_forward.read(x))
        return self.around_feed_forward.added(x, self.outer(np.maximum(hidden, 0, out=hidden)))


def _scale(attention: MultiHeadAttention) -> float:
    return math.sqrt(attention.d_k) if attention.scaling else 1.0


@dataclass(frozen=True)
class PlainStack:
    """One side of a Transformer."""

    stack: Stack
    layers: list[PlainLayer]
    embedding: Float[Array, "vocabulary d_model"]
    positions: Float[Array, "maximum_length d_model"]
    norm: Normalization | None

    @staticmethod
    def of(stack: Stack, embedding: nn.Embedding) -> PlainStack:
        layers = [PlainLayer.of(layer) for layer in stack.layers if isinstance(layer, Layer)]
        positions = stack.position_rows(0, stack.config.maximum_length, embedding.weight.detach())
        norm = Normalization.of(stack.norm) if stack.norm is not None else None
        return PlainStack(stack, layers, array(embedding.weight), array(positions), norm)

    def embedded(self, ids: Int[Array, "*row n"], start: int) -> Float[Array, "*row n d_model"]:
        end = start + ids.shape[-1]
        self.stack.check_length(end)
        rows: Array = self.embedding[ids] * math.sqrt(self.embedding.shape[1])
        rows += self.positions[start:end]
        return rows

    def normalized(self, x: Float[Array, "row d_model"]) -> Float[Array, "row d_model"]:
        return self.norm(x) if self.norm is not None else x


class PlainModel:
    """A Transformer for searches: its parameters as they are now. What is not finite goes through without a word, as in torch."""

    def __init__(self, model: Transformer) -> None:
        self.config = model.config
        self.encoder = PlainStack.of(model.encoder, model.source_embedding)
        self.decoder = PlainStack.of(model.decoder, model.target_embedding)
        self.output = Affine.of(model.output)

    @np.errstate(all="ignore")
    def memory(self, source_ids: Int[Array, "sentence m"]) -> Memory:
        """Run the encoder once, and compute what each layer of the decoder will look at."""
        if not source_ids.size:
            source_ids = np.full((len(source_ids), 1), PADDING)  # no token anywhere
        padding, unseen = source_ids == PADDING, None
        empty = padding.all(axis=1)
        if padding.any():
            unseen = np.where(padding & ~empty[:, None], -math.inf, 0).astype(self.encoder.embedding.dtype)[:, None, None]
        x = self.encoder.embedded(source_ids, 0).reshape(source_ids.size, -1)
        for layer in self.encoder.layers:
            x = layer.encode(x, len(source_ids), unseen)
        encoded = self.encoder.normalized(x)
        keys, values = [], []
        for layer in self.decoder.layers:
            assert layer.cross is not None
            key, value = layer.cross.keys_and_values(encoded, len(source_ids))
            value[empty] = 0.0  # what is not there is looked at, and is zero
            keys.append(key)
            values.append(value)
        return Memory(keys, values, unseen)

    def no_past(self, rows: int) -> Past:
        config, kind = self.config, self.decoder.embedding.dtype
        return Past(np.empty((config.layers, rows, config.heads, 0, config.d_k + config.d_v), dtype=kind))

    @np.errstate(all="ignore")
    def step(self, tokens: Int[Array, " row"], past: Past, length: int, memory: Memory) -> tuple[Float[Array, "row d_model"], Past]:
        """What the decoder makes of a token after each prefix of `length`. Rows are sentence · width."""
        past = past.with_room(length)
        past.filled = length + 1
        x = self.decoder.embedded(tokens[:, None], length)[:, 0]
        held = past.held[..., : length + 1, :]
        for layer, own, keys, values in zip(self.decoder.layers, held, memory.keys, memory.values, strict=True):
            x = layer.step(x, own, keys, values, memory.unseen)
        return self.decoder.normalized(x), past

    def log_probabilities(self, x: Float[Array, "row d_model"]) -> Float[Array, "row vocabulary"]:
        return torch.from_numpy(self.output(x)).log_softmax(-1).numpy()

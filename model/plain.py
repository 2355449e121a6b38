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
from threadpoolctl import ThreadpoolController
from torch import Tensor, nn

from model.attention import MultiHeadAttention
from model.config import PADDING
from model.layers import AddNorm, Layer, Stack
from model.transformer import Transformer

Array = np.ndarray
for _library in ThreadpoolController().lib_controllers:
    if "numpy" in _library.filepath:  # two threads wait for each other longer than they work (docs/decisions/0014)
        _library.set_num_threads(1)

BLOCK = 16  # positions for which memory is taken at a time
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

    weight: Float[Tensor, " d_model"]
    bias: Float[Tensor, " d_model"]
    epsilon: float
    gain: Float[Array, "1 d_model"]  # the weight and the bias again
    shift: Float[Array, "1 d_model"]
    mean: Float[Array, "d_model 1"]  # times which a row becomes its mean

    @staticmethod
    def of(norm: nn.LayerNorm) -> Normalization:
        weight, bias = norm.weight.detach(), norm.bias.detach()
        mean = np.full((len(weight), 1), 1 / len(weight), dtype=array(weight).dtype)
        return Normalization(weight, bias, norm.eps, array(weight)[None], array(bias)[None], mean)

    def __call__(self, x: Float[Array, "row d_model"]) -> Float[Array, "row d_model"]:
        if len(x) > FEW:
            return torch.layer_norm(torch.from_numpy(x), self.weight.shape, self.weight, self.bias, self.epsilon).numpy()
        centred = x - x.dot(self.mean)
        if len(x) == 1:
            (row,) = centred
            centred *= 1 / math.sqrt(row.dot(row) / len(row) + self.epsilon)
        else:
            centred /= np.sqrt((centred * centred).dot(self.mean) + self.epsilon)
        centred *= self.gain
        centred += self.shift
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

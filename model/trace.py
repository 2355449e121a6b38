"""What a forward pass saw, as values. A pass returns its trace; nothing is kept on a module, so threads cannot mix.

Tensors keep their batch dimension; `named(trace)` gives the flat names that files, readings and figures use.
Words: *products* q·k, *scores* products / √d_k, *weights* softmax of the allowed scores (before any dropout),
*heads* the weighted sums of values, *stream* the residual vectors, *memory* the encoder's output.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True)
class AttentionTrace:
    """One multi-head attention (section 3.2.2), n queries, m keys."""

    query: Float[Tensor, "batch head n d_k"]
    key: Float[Tensor, "batch head m d_k"]
    value: Float[Tensor, "batch head m d_v"]
    products: Float[Tensor, "batch head n m"]
    scores: Float[Tensor, "batch head n m"]
    weights: Float[Tensor, "batch head n m"]
    allowed: Bool[Tensor, "batch _ n m"]
    heads: Float[Tensor, "batch head n d_v"]
    output: Float[Tensor, "batch n d_model"]


@dataclass(frozen=True)
class AddNormTrace:
    """One residual connection and normalization (section 3.1): the sum, and the stream after it."""

    sum: Float[Tensor, "batch n d_model"]
    stream: Float[Tensor, "batch n d_model"]


@dataclass(frozen=True)
class FeedForwardTrace:
    """One feed-forward network (section 3.3): hidden units after ReLU, and its output."""

    hidden: Float[Tensor, "batch n d_ff"]
    output: Float[Tensor, "batch n d_model"]


@dataclass(frozen=True)
class LayerTrace:
    self_attention: AttentionTrace
    after_self: AddNormTrace
    cross_attention: AttentionTrace | None
    after_cross: AddNormTrace | None
    feed_forward: FeedForwardTrace
    after_feed_forward: AddNormTrace


@dataclass(frozen=True)
class StackTrace:
    """A stack of layers. `embedding` is already times √d_model; `input` is embedding + position."""

    embedding: Float[Tensor, "batch n d_model"]
    position: Float[Tensor, "n d_model"]
    input: Float[Tensor, "batch n d_model"]
    layers: tuple[LayerTrace, ...]
    output: Float[Tensor, "batch n d_model"]


@dataclass(frozen=True)
class Trace:
    """A whole pass. `logits` are over the vocabulary, for a classifier over its classes [batch, 1, classes]."""

    source_ids: Int[Tensor, "batch m"] | None
    target_ids: Int[Tensor, "batch n"] | None
    encoder: StackTrace | None
    decoder: StackTrace | None
    logits: Float[Tensor, "batch n vocabulary"]

    @property
    def memory(self) -> Float[Tensor, "batch m d_model"] | None:
        return self.encoder.output if self.encoder else None


def named(trace: Trace) -> Iterator[tuple[str, Tensor]]:
    """Every tensor of a trace under its public name, e.g. `decoder.1.cross.weights` (layers count from 0)."""
    for side, ids in (("source", trace.source_ids), ("target", trace.target_ids)):
        if ids is not None:
            yield f"{side}.ids", ids
    for side, stack in (("encoder", trace.encoder), ("decoder", trace.decoder)):
        if stack is not None:
            yield from _named_stack(side, stack)
    if trace.memory is not None:
        yield "memory", trace.memory
    yield "logits", trace.logits


def _named_stack(side: str, stack: StackTrace) -> Iterator[tuple[str, Tensor]]:
    yield f"{side}.embedding", stack.embedding
    yield f"{side}.position", stack.position
    yield f"{side}.input", stack.input
    for number, layer in enumerate(stack.layers):
        name = f"{side}.{number}"
        yield from _named_fields(f"{name}.self", layer.self_attention)
        yield from _named_add_norm(f"{name}.after_self", layer.after_self)
        if layer.cross_attention is not None and layer.after_cross is not None:
            yield from _named_fields(f"{name}.cross", layer.cross_attention)
            yield from _named_add_norm(f"{name}.after_cross", layer.after_cross)
        yield f"{name}.hidden", layer.feed_forward.hidden
        yield f"{name}.feed_forward", layer.feed_forward.output
        yield from _named_add_norm(f"{name}.after_feed_forward", layer.after_feed_forward)
    yield f"{side}.output", stack.output


def _named_fields(name: str, attention: AttentionTrace) -> Iterator[tuple[str, Tensor]]:
    for field, tensor in vars(attention).items():
        yield f"{name}.{field}", tensor


def _named_add_norm(name: str, trace: AddNormTrace) -> Iterator[tuple[str, Tensor]]:
    yield f"{name}.sum", trace.sum
    yield name, trace.stream

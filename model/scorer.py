"""Our Transformer as a scorer: what searches ask for (`model/decoding.py`), for a batch of padded sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from model.config import PADDING, START
from model.decoding import Scorer
from model.interventions import NOTHING, Interventions
from model.layers import LayerCache
from model.transformer import Cache, Transformer


def scorer_for(model: Transformer, source_ids: Int[Tensor, "sentences m"], interventions: Interventions = NOTHING) -> Scorer:
    """The fast scorer where it is right: earlier rows of the decoder must not depend on later ones, nor be given from outside."""
    fixed_rows = model.config.causal_mask and not interventions.drop_mask and not interventions.weights
    return (CachedScorer if fixed_rows else RecomputingScorer)(model, source_ids, interventions)


def pad(rows: Sequence[Sequence[int]]) -> Int[Tensor, "sentences m"]:
    """Sentences of ids as one tensor, padded at the right to the longest."""
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[PADDING] * (longest - len(row))] for row in rows], dtype=torch.int64)


@dataclass(frozen=True)
class CachedRows:
    """One row per live prefix: which sentence it belongs to, and the keys and values of its tokens so far."""

    sentences: Int[Tensor, " rows"]
    cache: Cache  # of the rows
    encoded: Cache  # of the sentences, as the encoder left it

    def rows(self, index: Int[Tensor, " new_rows"]) -> CachedRows:
        """The rows at `index`.

        Rows of one sentence share its memory; of several, each row has a copy of its own, made when the rows change.
        """
        if len(index) == len(self.sentences) and torch.equal(index, torch.arange(len(index))):
            return self  # greedy, until a sentence ends
        sentences = self.sentences[index]
        layers, allowed = self.cache.layers, self.cache.memory_allowed
        if len(self.encoded.layers[0].own.key) == 1:
            memories, allowed = [layer.memory for layer in self.encoded.layers], self.encoded.memory_allowed
        elif torch.equal(sentences, self.sentences):
            memories = [layer.memory for layer in layers]
        else:
            of_rows = self.encoded.rows(sentences)
            memories, allowed = [layer.memory for layer in of_rows.layers], of_rows.memory_allowed
        reordered = tuple(
            LayerCache(layer.own.rows(index), memory, layer.projections) for layer, memory in zip(layers, memories, strict=True)
        )
        return CachedRows(sentences, Cache(reordered, None, allowed, self.cache.length), self.encoded)


class CachedScorer:
    """The encoder runs once; each step computes one row of the decoder from the keys and values of the rows before."""

    def __init__(self, model: Transformer, source_ids: Int[Tensor, "sentences m"], interventions: Interventions = NOTHING) -> None:
        self.model, self.source_ids, self.interventions = model, source_ids, interventions

    @torch.inference_mode()
    def start(self) -> tuple[CachedRows, Float[Tensor, "sentences vocabulary"]]:
        encoded = self.model.start(self.source_ids, self.interventions)
        sentences = torch.arange(len(self.source_ids))
        return self._step(CachedRows(sentences, encoded, encoded), torch.full_like(sentences, START))

    @torch.inference_mode()
    def extend(
        self, state: CachedRows, parents: Int[Tensor, " rows"], tokens: Int[Tensor, " rows"]
    ) -> tuple[CachedRows, Float[Tensor, "rows vocabulary"]]:
        return self._step(state.rows(parents), tokens)

    def _step(self, state: CachedRows, tokens: Int[Tensor, " rows"]) -> tuple[CachedRows, Float[Tensor, "rows vocabulary"]]:
        if self.interventions is NOTHING:
            logits, cache = self.model.next_logits(tokens[:, None], state.cache)
        else:
            trace, cache = self.model.step(tokens[:, None], state.cache, self.interventions)
            logits = trace.logits
        return CachedRows(state.sentences, cache, state.encoded), logits[:, 0].log_softmax(dim=-1)


@dataclass(frozen=True)
class WholeRows:
    """One row per live prefix: which sentence it belongs to, and its tokens, the start token first."""

    sentences: Int[Tensor, " rows"]
    prefixes: Int[Tensor, "rows tokens"]


class RecomputingScorer:
    """The whole model again for every token: slow, and right for any model and any intervention."""

    def __init__(self, model: Transformer, source_ids: Int[Tensor, "sentences m"], interventions: Interventions = NOTHING) -> None:
        self.model, self.source_ids, self.interventions = model, source_ids, interventions

    def start(self) -> tuple[WholeRows, Float[Tensor, "sentences vocabulary"]]:
        sentences = torch.arange(len(self.source_ids))
        return self._scored(WholeRows(sentences, torch.full((len(sentences), 1), START)))

    def extend(
        self, state: WholeRows, parents: Int[Tensor, " rows"], tokens: Int[Tensor, " rows"]
    ) -> tuple[WholeRows, Float[Tensor, "rows vocabulary"]]:
        return self._scored(WholeRows(state.sentences[parents], torch.cat([state.prefixes[parents], tokens[:, None]], dim=1)))

    @torch.inference_mode()
    def _scored(self, rows: WholeRows) -> tuple[WholeRows, Float[Tensor, "rows vocabulary"]]:
        trace = self.model.forward(self.source_ids[rows.sentences], rows.prefixes, self.interventions)
        return rows, trace.logits[:, -1].log_softmax(dim=-1)

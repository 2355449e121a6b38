"""Heads silenced, by zero or by their own mean, and what that costs: the loss over a corpus, and a new translation.

To silence is to *remove now*: the model met no such gap in its training. The zero vector is one a head may never have
written; its mean over a corpus is what it writes when nobody listens to what it has read. Both are experiments, so both are offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from model.batches import Batch, batches_in_order, encode_pairs
from model.config import END, PADDING, ModelConfig
from model.corpora import Pair
from model.decoding import outcome
from model.interventions import NOTHING, Head, Interventions
from model.saved import SavedModel
from model.scorer import pad, scorer_for
from model.searches import greedy
from model.trace import AttentionTrace, Trace

BATCH, LONGEST = 128, 64  # sentences a pass; tokens a side


def attentions_of(config: ModelConfig) -> tuple[str, ...]:
    """Every multi-head attention by name: the encoder's, the decoder's own, those from decoder to encoder; first layer first."""
    layers = range(config.layers)
    return (
        *(f"encoder.{layer}.self" for layer in layers),
        *(f"decoder.{layer}.self" for layer in layers),
        *(f"decoder.{layer}.cross" for layer in layers),
    )


def heads_of(config: ModelConfig) -> tuple[Head, ...]:
    """Every head of a model, in the order of `attentions_of`."""
    return tuple((name, head) for name in attentions_of(config) for head in range(config.heads))


def silencing(heads: Iterable[Head], means: Mapping[str, np.ndarray] | None = None) -> Interventions:
    """Those heads write zeros; with `means` (attention -> [heads, d_v]) each writes its own mean instead."""
    if means is None:
        return Interventions(silenced={head: None for head in heads})
    return Interventions(silenced={(name, head): torch.from_numpy(np.array(means[name][head], dtype=np.float32)) for name, head in heads})


@dataclass(frozen=True)
class CorpusLoss:
    """Cross-entropy in nats a token (not smoothed, the right tokens before fed in), and the share of tokens that come first."""

    loss: float
    accuracy: float
    tokens: int


@dataclass(frozen=True)
class Examined:
    """A model and the pairs it is examined on, encoded once."""

    saved: SavedModel
    pairs: tuple[Pair, ...]

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        return tuple(batches_in_order(encode_pairs(self.pairs, self.saved.tokenizer, LONGEST), BATCH))

    @torch.inference_mode()
    def loss(self, interventions: Interventions = NOTHING) -> CorpusLoss:
        total, right, tokens = 0.0, 0, 0
        for batch in self.batches:
            rows = self.saved.translator(batch.source, batch.decoder_input, interventions).logits.log_softmax(dim=-1)
            counted = batch.labels != PADDING
            total -= float(rows.gather(-1, batch.labels[..., None])[..., 0][counted].sum())
            right += int((rows.argmax(dim=-1) == batch.labels)[counted].sum())
            tokens += int(counted.sum())
        return CorpusLoss(total / tokens, right / tokens, tokens)

    @torch.inference_mode()
    def mean_outputs(self) -> dict[str, np.ndarray]:
        """Attention -> what each head writes on average over all positions of the pairs that are not padding [heads, d_v]."""
        sums: dict[str, Tensor] = {}
        counts: dict[str, int] = {}
        for batch in self.batches:
            trace = self.saved.translator(batch.source, batch.decoder_input)
            for name, attention in _attentions(trace):
                real = (batch.source if name.startswith("encoder") else batch.labels) != PADDING
                total = (attention.heads * real[:, None, :, None]).sum(dim=(0, 2), dtype=torch.float64)
                sums[name] = sums[name] + total if name in sums else total
                counts[name] = counts.get(name, 0) + int(real.sum())
        return {name: (total / counts[name]).to(torch.float32).numpy() for name, total in sums.items()}


def rewritten(saved: SavedModel, source: str, interventions: Interventions, longest: int) -> tuple[str, bool]:
    """The greedy translation under an intervention, and whether it came to an end within `longest` tokens."""
    ids = saved.tokenizer.encode(source).ids
    best = outcome(greedy(scorer_for(saved.translator, pad([ids]), interventions), [min(longest, saved.config.maximum_length)]))[0]
    return saved.tokenizer.decode(best.words), bool(best.tokens) and best.tokens[-1] == END


def examined(saved: SavedModel, pairs: Sequence[Pair]) -> Examined:
    return Examined(saved, tuple(pairs))


def _attentions(trace: Trace) -> Iterable[tuple[str, AttentionTrace]]:
    """Every attention of a pass under its name."""
    for side, stack in (("encoder", trace.encoder), ("decoder", trace.decoder)):
        for number, layer in enumerate(stack.layers if stack else ()):
            yield f"{side}.{number}.self", layer.self_attention
            if layer.cross_attention is not None:
                yield f"{side}.{number}.cross", layer.cross_attention

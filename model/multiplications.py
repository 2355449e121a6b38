"""How many multiplications one step of decoding takes, with a cache of keys and values and without. Formulas; knows no torch.

Counted are the products of matrices, which are nearly all there is: projections, queries times keys, weights times
values, feed-forward networks, and the logits. Without a cache a step computes the whole model again, as `RecomputingScorer` does.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.config import ModelConfig


@dataclass(frozen=True)
class StepCost:
    """Multiplications of one step of decoding, by part; `cells` are query-key pairs of one head's decoder self-attention."""

    encoder: int
    decoder: int
    logits: int
    cells: int

    @property
    def total(self) -> int:
        return self.encoder + self.decoder + self.logits


def step_cost(config: ModelConfig, source: int, step: int, cached: bool) -> StepCost:
    """Of step `step` (from 1) for a source of `source` tokens. With a cache the encoder's work, and the memory's keys and
    values, are step 1's."""
    rows = 1 if cached else step
    encodes = not cached or step == 1
    encoder = config.layers * _encoder_layer(config, source) if encodes else 0
    memory = _keys_and_values(config, source) if encodes else 0
    layer = (
        _keys_and_values(config, rows) + _queries_and_output(config, rows) + _attention(config, rows, step)
        + memory + _queries_and_output(config, rows) + _attention(config, rows, source)
        + _feed_forward(config, rows)
    )  # fmt: skip
    return StepCost(encoder, config.layers * layer, rows * config.d_model * config.vocabulary, rows * step)


def _encoder_layer(config: ModelConfig, rows: int) -> int:
    own = _keys_and_values(config, rows) + _queries_and_output(config, rows) + _attention(config, rows, rows)
    return own + _feed_forward(config, rows)


def _keys_and_values(config: ModelConfig, rows: int) -> int:
    return rows * config.d_model * config.heads * (config.d_k + config.d_v)


def _queries_and_output(config: ModelConfig, rows: int) -> int:
    return rows * config.d_model * config.heads * (config.d_k + config.d_v)


def _attention(config: ModelConfig, rows: int, keys: int) -> int:
    return rows * keys * config.heads * (config.d_k + config.d_v)


def _feed_forward(config: ModelConfig, rows: int) -> int:
    return 2 * rows * config.d_model * config.d_ff

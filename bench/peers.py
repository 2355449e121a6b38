"""PyTorch's own Transformer, dressed as ours is: embeddings times √d_model, sinusoidal positions, a projection to the vocabulary."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class TorchTransformer(nn.Module):
    """`nn.Transformer` of one shape; source and target ids [batch, n] -> logits [batch, n, vocabulary]."""

    def __init__(self, layers: int, d_model: int, d_ff: int, heads: int, vocabulary: int, dropout: float, length: int) -> None:
        super().__init__()
        self.scale = math.sqrt(d_model)
        self.source = nn.Embedding(vocabulary, d_model)
        self.target = nn.Embedding(vocabulary, d_model)
        self.transformer = nn.Transformer(d_model, heads, layers, layers, d_ff, dropout, batch_first=True)
        self.output = nn.Linear(d_model, vocabulary, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("positions", sinusoids(length, d_model))
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(length))

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        stream = self.transformer(
            self.dropout(self.source(source) * self.scale + self.positions),
            self.dropout(self.target(target) * self.scale + self.positions),
            tgt_mask=self.mask,
            tgt_is_causal=True,
        )
        return self.output(stream)


def sinusoids(length: int, d_model: int) -> Tensor:
    """Interleaved sines and cosines [length, d_model] (section 3.5)."""
    position = torch.arange(length)[:, None]
    angle = position / 10_000 ** (torch.arange(0, d_model, 2) / d_model)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)

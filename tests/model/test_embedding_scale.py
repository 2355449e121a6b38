"""Without the factor √d_model the rows enter as they are, and nothing else changes."""

from __future__ import annotations

import math

import torch

from model.config import ModelConfig
from model.interventions import Interventions
from model.transformer import new_model

CONFIG = ModelConfig(layers=1, d_model=16, d_ff=32, heads=2, vocabulary=40, maximum_length=16, tied_embeddings=False)


def test_rows_enter_times_the_root_of_d_model_or_as_they_are() -> None:
    model = new_model(CONFIG, 0).eval()
    ids = torch.tensor([[4, 9, 4]])
    rows = model.source_embedding.weight[ids]
    with torch.inference_mode():
        whole = model(ids, ids)
        broken = model(ids, ids, Interventions(drop_embedding_scale=True))
    assert torch.equal(whole.encoder.embedding, rows * math.sqrt(16))
    assert torch.equal(broken.encoder.embedding, rows)
    assert torch.equal(broken.encoder.position, whole.encoder.position)
    assert torch.equal(broken.decoder.embedding, model.target_embedding.weight[ids])
    assert not torch.allclose(broken.logits, whole.logits)

"""A pass on another device, on a machine that has none: torch's fake tensors have a device and a shape, and refuse to be mixed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from model.__main__ import main
from model.config import preset
from model.held_out import last_vectors
from model.training import Training
from model.transformer import new_model
from tests.model.tiny import TINY, tiny_corpus, tiny_tokenizer

ELSEWHERE = "lazy"  # a device that fake tensors may be moved to where no driver is there


@pytest.mark.parametrize("positions", ["sinusoidal", "learned", "none"])
def test_all_of_a_pass_happens_where_the_parameters_are(positions: str) -> None:
    corpus = tiny_corpus()
    tokenizer = tiny_tokenizer(corpus)
    shape = preset("toy").with_(vocabulary=len(tokenizer.pieces), layers=1, d_model=16, heads=2, d_ff=32, positions=positions)
    training = Training(new_model(shape, 0), tokenizer, corpus, TINY)
    batch = next(training.batches)
    with FakeTensorMode(allow_non_fake_inputs=True):
        for module in training.model.modules():
            for name, parameter in list(module.named_parameters(recurse=False)):
                setattr(module, name, torch.nn.Parameter(torch.empty(parameter.shape, device=ELSEWHERE)))
        assert last_vectors(training.model, batch.to(torch.device(ELSEWHERE))).device.type == ELSEWHERE
        with pytest.raises(RuntimeError, match="device"):
            last_vectors(training.model, batch)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a graphics card")
def test_without_a_card_one_sentence_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["train", "--corpus", "copying", "--device", "cuda", "--out", str(tmp_path / "run")]) == 2
    assert "no graphics card" in capsys.readouterr().err

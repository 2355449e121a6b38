"""Two processes under torchrun against one: the same batches, the same losses and norms; each row is somebody's once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from model.batches import Batch
from model.config import PADDING
from model.team import ALONE, Team

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "steps": 20, "batch": 17, "warmup": 5, "layers": 1, "d_model": 16, "heads": 2, "d_ff": 32, "dropout": 0.0, "norms_every": 1,
    "evaluate_every": 0, "evaluate_sentences": 20, "checkpoint_every": 10, "frames": 0,
}  # fmt: skip


def trained(folder: Path, *launcher: str) -> list[dict[str, float]]:
    """metrics.jsonl of 20 steps on 100 pairs: six batches an epoch, the last of 15 pairs."""
    settings = [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")]
    command = [*launcher, "-m", "model", "train", "--corpus", "copying", "--sentences", "100", "--threads", "1", "--out", str(folder)]
    done = subprocess.run([*command, *settings], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1])["steps"] == 20 and done.stdout.count('"out"') == 1, "one process speaks"
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def test_two_processes_train_as_one(tmp_path: Path) -> None:
    one = trained(tmp_path / "one", sys.executable)
    two = trained(tmp_path / "two", sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    assert len(one) == len(two) == 20
    for ours, theirs in zip(one, two, strict=True):
        assert ours["tokens"] == theirs["tokens"]
        for name in ("loss", "gradient_norm", "rate"):
            assert theirs[name] == pytest.approx(ours[name], rel=1e-5), (name, ours["step"])
        for part, norm in ours["update_norms"].items():
            assert theirs["update_norms"][part] == pytest.approx(norm, rel=1e-4), (part, ours["step"])
    scores = [run[-1]["held_out"]["splits"] for run in (one, two)]
    assert all(scores[1][name]["loss"] == pytest.approx(split["loss"], rel=1e-5) for name, split in scores[0].items())


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_every_row_is_one_process_s(size: int) -> None:
    labels = torch.tensor([[5, 6, 2], [7, 2, PADDING], [8, 2, PADDING], [9, 9, 2], [2, PADDING, PADDING]])
    batch = Batch(labels + 100, labels + 200, labels, 11)
    shares = [Team(rank, size).share(batch) for rank in range(size)]
    assert sum(share.tokens for share in shares) == batch.tokens
    for name in ("source", "decoder_input", "labels"):
        rows = torch.cat([getattr(share, name) for share in shares]).tolist()
        assert sorted(rows) == sorted(getattr(batch, name).tolist())


def test_alone_nothing_is_sent() -> None:
    tensor = torch.ones(3)
    ALONE.add([tensor])
    assert tensor.tolist() == [1, 1, 1] and ALONE.leads

"""Checkpoints are whole or absent, the last few stay, and a damaged one is passed over for the one before it."""

import os

import pytest
import torch

from model import checkpoints, files
from model.checkpoints import Checkpoint, average_parameters, checkpoint_paths, newest_checkpoint, read_checkpoint, write_checkpoint
from model.errors import LabError


def some_checkpoint(step, value=None):
    weight = torch.full((2, 3), float(step if value is None else value))
    return Checkpoint(
        step, {"a.weight": weight}, {"exp_avg.a.weight": weight / 3, "step.a.weight": torch.tensor(float(step))},
        {"batches.epoch": torch.arange(5, dtype=torch.uint8)}, {"seconds": 0.1 + step, "best": [1.5, -0.25]},
    )  # fmt: skip


def same(one, other):
    assert (one.step, one.progress) == (other.step, other.progress)
    for ours, theirs in ((one.parameters, other.parameters), (one.moments, other.moments), (one.generators, other.generators)):
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) and ours[name].dtype == theirs[name].dtype for name in ours)


def test_what_is_written_is_read(tmp_path):
    path = write_checkpoint(tmp_path, some_checkpoint(7), keep=3)
    same(read_checkpoint(path), some_checkpoint(7))
    same(read_checkpoint(tmp_path / "state.safetensors"), some_checkpoint(7))
    same(newest_checkpoint(tmp_path), some_checkpoint(7))


def test_the_last_ones_stay(tmp_path):
    for step in (5, 10, 15, 20, 1_000_000):
        write_checkpoint(tmp_path, some_checkpoint(step), keep=3)
    assert [int(path.stem) for path in checkpoint_paths(tmp_path)] == [15, 20, 1_000_000]
    assert read_checkpoint(tmp_path / "state.safetensors").step == 1_000_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoints", "state.safetensors"], "nothing half-made is left"


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_one(tmp_path, monkeypatch, broken):
    """A full disk, or the end of the process, at any moment: the files are those of before."""
    write_checkpoint(tmp_path, some_checkpoint(5), keep=3)

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, broken, fail)
        with pytest.raises(OSError, match="No space"):
            write_checkpoint(tmp_path, some_checkpoint(10), keep=3)
    same(newest_checkpoint(tmp_path), some_checkpoint(5))
    same(read_checkpoint(tmp_path / "state.safetensors"), some_checkpoint(5))
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["000005.safetensors"]


def test_a_write_cut_short_leaves_the_old_one(tmp_path, monkeypatch):
    """The data reach the disk before the name does."""
    write_checkpoint(tmp_path, some_checkpoint(5), keep=3)
    order = []
    sync, rename = os.fsync, os.replace
    monkeypatch.setattr(files.os, "fsync", lambda descriptor: (order.append("fsync"), sync(descriptor))[1])
    monkeypatch.setattr(files.os, "replace", lambda *names: (order.append("replace"), rename(*names))[1])
    write_checkpoint(tmp_path, some_checkpoint(10), keep=3)
    assert order[0] == "fsync" and "replace" in order and order[-1] == "fsync", "contents, names, then the folder"


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: os.urandom(64) + data[64:]])
def test_a_damaged_one_is_passed_over(tmp_path, damage):
    for step in (5, 10, 15):
        write_checkpoint(tmp_path, some_checkpoint(step), keep=3)
    newest = checkpoint_paths(tmp_path)[-1]
    data = newest.read_bytes()
    newest.unlink()  # state.safetensors is a second name of the same file
    newest.write_bytes(damage(data))
    with pytest.raises(LabError, match=r"000015\.safetensors cannot be read as a checkpoint"):
        read_checkpoint(newest)
    same(newest_checkpoint(tmp_path), some_checkpoint(10))


def test_other_files_are_no_checkpoints(tmp_path):
    with pytest.raises(LabError, match="holds no checkpoint to resume from"):
        newest_checkpoint(tmp_path)
    path = tmp_path / "other.safetensors"
    path.write_bytes(checkpoints.save({"parameters.a": torch.ones(1)}, metadata={"version": "99"}))
    with pytest.raises(LabError, match=r"other\.safetensors is not a checkpoint of format 1"):
        read_checkpoint(path)


def test_the_mean_of_several(tmp_path):
    paths = [write_checkpoint(tmp_path, some_checkpoint(step, value), keep=9) for step, value in ((1, 0.5), (2, 1.0), (3, 3.0))]
    assert torch.equal(average_parameters(paths)["a.weight"], torch.full((2, 3), 1.5))


def test_text_goes_through_a_tensor():
    text = '{"state": "é \\u2581"}'
    assert checkpoints.bytes_as_text(checkpoints.text_as_bytes(text)) == text

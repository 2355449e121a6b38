"""A checkpoint is whole or absent: killed fifty times inside a save, and stopped before each single thing a save does."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from model import checkpoints, files
from model.checkpoints import Checkpoint, checkpoint_paths, newest_checkpoint, read_checkpoint, write_checkpoint

KILLS = 50

# Imports torch once, then splits off a process for each kill. That is safe here alone: one thread, and no arithmetic before.
SAVER = """
import os, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from tests.lab.test_saves import checkpoint, write_checkpoint
folder = Path(sys.argv[1])
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        step = int(line)
        while True:
            write_checkpoint(folder, checkpoint(step), keep=3)
            os.write(1, f"{step}\\n".encode())
            step += 1
    os.write(1, f"child {child}\\n".encode())  # in one piece: an unbuffered print writes its line end apart, and the child writes too
    os.waitpid(child, 0)
    os.write(1, b"gone\\n")
"""


def checkpoint(step: int, size: int = 300_000) -> Checkpoint:
    """Every number in it says which step it is of, so that a mixture would show."""
    values = {"weight": torch.full((size,), float(step))}
    return Checkpoint(
        step, values, {"exp_avg.weight": values["weight"] * 2}, {"noise": torch.tensor([step])}, {"seconds": float(step), "best": []}
    )


def assert_whole(found: Checkpoint) -> None:
    step = float(found.step)
    assert bool((found.parameters["weight"] == step).all()) and bool((found.moments["exp_avg.weight"] == 2 * step).all())
    assert int(found.generators["noise"]) == found.step and found.progress["seconds"] == step


def test_killed_fifty_times_inside_a_save(root: Path, tmp_path: Path) -> None:
    write_checkpoint(tmp_path, checkpoint(1), keep=3)
    saver = subprocess.Popen(
        [sys.executable, "-c", SAVER, str(tmp_path)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    )  # fmt: skip
    assert saver.stdin and saver.stdout
    moments, promised, inside = random.Random(1), 1, 0
    for _ in range(KILLS):
        saver.stdin.write(f"{promised + 1}\n")
        child, told = 0, []
        while not child or not told:  # it saves, over and over
            word = saver.stdout.readline().split()
            assert word, f"the saver ended by itself: {saver.wait(10)}"
            child, told = (int(word[1]), told) if word[0] == "child" else (child, [*told, int(word[0])])
        time.sleep(moments.uniform(0.0, 0.02))
        os.kill(child, signal.SIGKILL)
        while (line := saver.stdout.readline().strip()) != "gone":
            told.append(int(line))
        found = newest_checkpoint(tmp_path)
        assert found.step >= max(told), "a checkpoint that was reported is there"
        for path in checkpoint_paths(tmp_path):
            assert_whole(read_checkpoint(path))
        assert_whole(read_checkpoint(tmp_path / "state.safetensors"))
        inside += bool(list((tmp_path / "checkpoints").glob(".*.part")))
        promised = found.step
    saver.stdin.close()
    saver.wait(10)
    assert inside >= KILLS // 10, f"only {inside} of {KILLS} kills fell inside the writing of a file"


class Power(BaseException):
    """Goes off: nothing after it happens."""


@pytest.mark.parametrize("name", ["open", "fsync", "replace", "link", "unlink"])
def test_stopped_before_each_thing_a_save_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """At whichever call of the system the power goes off, what was there before can be read, or what was being written."""
    for step in (1, 2, 3):
        write_checkpoint(tmp_path, checkpoint(step, 10), keep=2)
    real, calls, off_at = getattr(os, name), 0, 0

    def call(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls > off_at:
            raise Power
        return real(*arguments, **options)

    monkeypatch.setattr(files.os, name, call)
    monkeypatch.setattr(checkpoints.os, name, call)
    for off_at in range(20):  # noqa: B007 (read inside `call`)
        calls = 0
        before = newest_checkpoint(tmp_path).step
        try:
            write_checkpoint(tmp_path, checkpoint(before + 1, 10), keep=2)
        except Power:
            assert newest_checkpoint(tmp_path).step in (before, before + 1)
            assert_whole(newest_checkpoint(tmp_path))
            assert_whole(read_checkpoint(tmp_path / "state.safetensors"))
        else:
            break
    else:
        pytest.fail("it never came to an end")

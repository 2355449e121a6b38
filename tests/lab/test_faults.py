"""What becomes of runs when a process is killed, the disk is full or a file is broken."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from lab import Laboratory, folders
from lab.folders import LOCK, Lock
from lab.loop import TICK_SECONDS
from lab.metrics import MetricsReader
from model.checkpoints import newest_checkpoint
from model.errors import LabError
from tests.lab.conftest import ME, STEPS, Ledger, Stage, alive, losses, model_hash, settings_of, small, wait_until, worker_of

KILLS_OF_A_WORKER, KILLED_STEPS = 10, 1200
SECONDS_OF_A_STEP = 2.0  # on a computer that does much else
KILLS_OF_A_SERVER = 5


def test_workers_killed_at_ten_random_moments(lab: Laboratory) -> None:
    """Said within 5 seconds, little lost, resumed by itself, and in the end the very model of a run nobody disturbed."""
    ledger, moments = Ledger(lab), random.Random(0)
    whole = ledger.start(small("whole", KILLED_STEPS))
    ledger.settle(whole)
    run = ledger.start(small("killed", KILLED_STEPS))
    for kill in range(KILLS_OF_A_WORKER):
        process = first_process(lab, run) if kill < 2 else worker_of(lab, run)
        before = ledger.look(run)
        wait_until(lambda: kill < 2 or ledger.look(run) > before)  # noqa: B023
        time.sleep(moments.uniform(0.0, 0.05))
        restarts, killed = lab.get(run).restarts, time.monotonic()
        os.kill(process, signal.SIGKILL)
        wait_until(lambda: lab.get(run).restarts > restarts, 5.0)  # noqa: B023
        assert time.monotonic() - killed < 5.0
        assert lost_seconds(lab.folder(run)) <= lab.settings.checkpoint_seconds + SECONDS_OF_A_STEP
    ledger.settle(run)
    assert not list(lab.folder(run).rglob(".*.part")), "what was half written is tidied away"
    assert losses(lab.folder(run)) == losses(lab.folder(whole)) and model_hash(lab.folder(run)) == model_hash(lab.folder(whole))


def lost_seconds(folder: Path) -> float:
    """Of training, if it goes on from the newest checkpoint."""
    told = MetricsReader.last(folder / "metrics.jsonl")
    return float(told["seconds"] - newest_checkpoint(folder).progress["seconds"]) if told else 0.0


def first_process(lab: Laboratory, run: str) -> int:
    """A worker that is still importing, preparing, or at the beginning of the run's folder."""
    wait_until(lambda: lab.worker_processes() and lab.get(run).state == "running")
    return lab.worker_processes()[0]


def test_a_damaged_last_checkpoint(lab: Laboratory, undisturbed: Path) -> None:
    ledger = Ledger(lab)
    run = ledger.start(small("damaged", STEPS, checkpoint_every=20))
    wait_until(lambda: ledger.look(run) >= 60)
    lab.pause(ME, run)
    wait_until(lambda: lab.get(run).state == "paused")
    last = max((lab.folder(run) / "checkpoints").iterdir())
    data = bytearray(last.read_bytes())
    data[: len(data) // 2] = bytes(len(data) // 2)
    last.write_bytes(data)
    lab.resume(ME, run)
    ledger.settle(run)
    assert losses(lab.folder(run)) == losses(undisturbed)


def test_a_full_disk(tmp_path: Path) -> None:
    """A limit on the size of files stands for it: the run fails with a sentence, keeps its checkpoints and can go on."""
    spec = small("large", STEPS, checkpoint_every=20)
    lab = Laboratory(settings_of(tmp_path, file_bytes=40_000))
    run = lab.start(ME, spec)
    wait_until(lambda: not lab.get(run).going)
    view = lab.get(run)
    assert view.state == "failed" and view.message and view.message.code == "disk", view
    lab.close()
    lab = Laboratory(settings_of(tmp_path))
    lab.resume(ME, run)
    ledger = Ledger(lab, {run: spec})
    ledger.settle(run)
    lab.close()


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of 8 MB, where one may be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("no disk may be mounted here")
    monkeypatch.setattr(folders, "FREE_BYTES", 0)
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_disk_that_fills_while_a_run_goes(small_disk: Path, undisturbed: Path) -> None:
    """Nothing can be written any more, not even the journal: it is said within 5 seconds; with room again it goes on to the same model."""
    lab = Laboratory(settings_of(small_disk, checkpoint_seconds=0.5))
    ledger = Ledger(lab)
    run = ledger.start(small("filled", STEPS, checkpoint_every=20))
    wait_until(lambda: ledger.look(run) >= 60)
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    wait_until(lambda: not lab.get(run).going, 5.0 + SECONDS_OF_A_STEP)
    view = lab.get(run)
    assert view.state == "failed" and view.message and view.message.code == "disk", view
    (small_disk / "filler").unlink()
    wait_until(lambda: lab.journal.in_states("failed"), 10)
    lab.resume(ME, run)
    ledger.settle(run)
    assert losses(lab.folder(run)) == losses(undisturbed)
    lab.close()


def test_a_full_disk_is_told_though_the_journal_cannot_be_written(stage: Stage) -> None:
    """How a run ended is told from memory, what a page asks is refused in a sentence, and all is written as soon as there is room."""
    lab = stage.laboratory
    run, other = (lab.start(ME, small(name)) for name in ("one", "other"))
    stage.settle()

    def full(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if not statement.startswith(("SELECT", "PRAGMA")):
            raise sqlite3.OperationalError("database or disk is full")

    event.listen(lab.journal.engine, "before_cursor_execute", full)
    stage.workers[0].end("failed", {"code": "disk", "template": "The disk is full.", "field": None, "values": {}})
    stage.settle()
    for ask in (lambda: lab.rename(ME, other, "new"), lambda: lab.stop(ME, other), lambda: lab.delete(ME, other)):
        with pytest.raises(LabError, match="cannot be written: database or disk is full"):
            ask()
    time.sleep(2 * TICK_SECONDS)
    seen = lab.get(run)
    assert (seen.state, str(seen.message), seen.restarts, lab.get(other).state) == ("failed", "The disk is full.", 0, "queued")
    event.remove(lab.journal.engine, "before_cursor_execute", full)
    wait_until(lambda: lab.journal.get(run).state == "failed" and lab.get(other).state == "running", 10)
    assert str(lab.get(run).message) == "The disk is full."


SERVER = """
import sys, time
from pathlib import Path
from tests.lab.conftest import ME, settings_of, small
from lab import Laboratory
lab = Laboratory(settings_of(Path(sys.argv[1]), checkpoint_seconds=0.5, standby=sys.argv[3] == "1"))
if int(sys.argv[2]):
    print(lab.start(ME, small("killed with its server", int(sys.argv[2]))), flush=True)
else:
    while not lab.worker_processes():
        time.sleep(0.02)
    print(lab.worker_processes()[0], flush=True)
time.sleep(600)
"""


def server(root: Path, folder: Path, steps: int, standby: bool = False) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SERVER, str(folder), str(steps), "1" if standby else "0"]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(root)})


def test_a_server_killed_with_a_run_going(root: Path, tmp_path: Path, undisturbed: Path) -> None:
    """Again and again: each server finds the run and goes on with it, while the worker of the one before may still be writing."""
    run, shown, worker = "", 0, None
    book: dict[int, float] = {}
    for kill in range(KILLS_OF_A_SERVER):
        process = server(root, tmp_path, 0 if kill else STEPS)
        assert process.stdout
        word = process.stdout.readline().strip()
        run = run or word
        metrics = tmp_path / "runs" / run / "metrics.jsonl"
        wait_until(lambda: metrics.exists() and metrics.read_bytes().count(b"\n") > shown + 10)  # noqa: B023
        with pytest.raises(LabError, match=f"process {process.pid}"):
            Laboratory(settings_of(tmp_path))
        worker = Lock(metrics.parent / LOCK).holder()
        process.kill()
        process.wait()
        shown = metrics.read_bytes().count(b"\n")
        for line in MetricsReader().after(metrics, 0):
            assert book.setdefault(line["step"], line["loss"]) == line["loss"], f"step {line['step']} was told differently"
    lab = Laboratory(settings_of(tmp_path))
    try:
        ledger = Ledger(lab, {run: small("killed with its server", STEPS)}, {run: book})
        ledger.settle(run)
        assert losses(metrics.parent) == losses(undisturbed) and model_hash(metrics.parent) == model_hash(undisturbed)
        assert worker and not alive(worker)
        assert [view.id for view in lab.list_runs(ME)] == [run]
    finally:
        lab.close()


def test_whoever_stands_by_ends_with_the_server(root: Path, tmp_path: Path) -> None:
    process = server(root, tmp_path, 0, standby=True)
    assert process.stdout
    worker = int(process.stdout.readline())
    time.sleep(1.5)
    assert alive(worker)
    process.kill()
    process.wait()
    wait_until(lambda: not alive(worker), 10)

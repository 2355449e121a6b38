"""Runs in real processes, and what becomes of them when something is killed, full or broken."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Laboratory, RunSpec, race
from lab.folders import LOCK, Lock
from model.errors import LabError
from model.run_folder import read_run
from tests.lab.conftest import ME, Ledger, settings_of, small, wait_until

STEPS = 400


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """Checkpoints every half second, so that a test need not wait for one."""
    laboratory = Laboratory(settings_of(tmp_path_factory.mktemp("data"), checkpoint_seconds=0.5))
    yield laboratory
    laboratory.close()


@pytest.fixture(scope="module")
def undisturbed(lab: Laboratory) -> Path:
    """The folder of a run nobody disturbed."""
    ledger = Ledger(lab)
    run = ledger.start(small("undisturbed", STEPS))
    ledger.settle(run)
    return lab.folder(run)


def losses(folder: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (folder / "metrics.jsonl").read_text().splitlines()]


def model_hash(folder: Path) -> str:
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def worker_of(lab: Laboratory, run: str) -> int:
    """The process that trains it now."""
    lock = Lock(lab.settings.runs / run / LOCK)

    def holder() -> int | None:
        if lock.take():
            lock.free()
            return None
        return lock.holder()

    return int(wait_until(holder))


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def test_a_run_from_start_to_end(lab: Laboratory, undisturbed: Path) -> None:
    assert {path.name for path in undisturbed.iterdir()} == {
        "card.json", "checkpoints", "config.json", "frames", "log.txt", "metrics.jsonl", "model.safetensors", "run.json",
        "state.safetensors", "tokenizer.json", LOCK,
    }  # fmt: skip
    view = lab.get(undisturbed.name)
    assert view.state == "done" and view.members[0].scores["step"] == STEPS and view.members[0].seconds > 0
    frames = lab.frames(view.id)
    assert len(frames) == 4 and min(frames) == 0 and max(frames) == STEPS
    assert losses(undisturbed)[-1] < losses(undisturbed)[0]
    assert read_run(undisturbed)[1]["origin"] == {"kind": "built-in", "name": "copying", "seed": 0, "pairs": 200}


def test_workers_killed_at_random_moments(lab: Laboratory, undisturbed: Path) -> None:
    """Said within 5 seconds, resumed by itself, and in the end the very model of a run nobody disturbed."""
    ledger, moments = Ledger(lab), random.Random(0)
    run = ledger.start(small("killed", STEPS))
    kills = 0
    for _ in range(4):
        before = ledger.look(run)
        if not wait_until(lambda: ledger.look(run) > before or not lab.get(run).going) or not lab.get(run).going:  # noqa: B023
            break
        time.sleep(moments.uniform(0.0, 0.5))
        restarts, process = lab.get(run).restarts, worker_of(lab, run)
        if not lab.get(run).going:
            break
        os.kill(process, signal.SIGKILL)
        killed = time.monotonic()
        wait_until(lambda: lab.get(run).restarts > restarts, 5.0)  # noqa: B023
        assert time.monotonic() - killed < 5.0
        kills += 1
    ledger.settle(run)
    assert kills >= 2
    assert not list(lab.folder(run).rglob(".*.part")), "what was half written is tidied away"
    assert losses(lab.folder(run)) == losses(undisturbed) and model_hash(lab.folder(run)) == model_hash(undisturbed)


def test_pause_and_resume_come_to_the_same_model(lab: Laboratory, undisturbed: Path) -> None:
    ledger = Ledger(lab)
    run = ledger.start(small("paused", STEPS))
    wait_until(lambda: ledger.look(run) >= 20)
    lab.pause(ME, run)
    wait_until(lambda: lab.get(run).state == "paused", 10)
    step = ledger.look(run)
    time.sleep(0.3)
    assert 20 <= ledger.look(run) == step < STEPS, "nothing trains"
    lab.resume(ME, run)
    ledger.settle(run)
    assert losses(lab.folder(run)) == losses(undisturbed) and model_hash(lab.folder(run)) == model_hash(undisturbed)


def test_a_damaged_last_checkpoint(lab: Laboratory, undisturbed: Path) -> None:
    ledger = Ledger(lab)
    run = ledger.start(small("damaged", STEPS, checkpoint_every=20))
    wait_until(lambda: ledger.look(run) >= 60)
    lab.pause(ME, run)
    wait_until(lambda: lab.get(run).state == "paused", 10)
    last = max((lab.folder(run) / "checkpoints").iterdir())
    data = bytearray(last.read_bytes())
    data[: len(data) // 2] = bytes(len(data) // 2)
    last.write_bytes(data)
    lab.resume(ME, run)
    ledger.settle(run)
    assert losses(lab.folder(run)) == losses(undisturbed)


def test_a_race_trains_its_members_in_turn(lab: Laboratory) -> None:
    spec = race(small(steps=60), {"as it is": {}, "no scaling": {"scaling": False}, "far too fast": {"rate": 1e30}})
    ledger = Ledger(lab)
    run = ledger.start(spec)

    def steps() -> list[int]:
        lines = [lab.metrics(run, member=member) for member in range(3)]
        return [one[-1]["step"] if one else 0 for one in lines]

    while lab.get(run).going:
        first, second, _ = steps()
        assert second - 2 <= first or first <= second + 2
        time.sleep(0.05)
    view = lab.get(run)
    assert view.state == "done" and [member.diverged for member in view.members] == [False, False, True]
    assert [member.step for member in view.members][:2] == [60, 60] and view.members[2].step < 60
    lines = [lab.metrics(run, member=member) for member in range(2)]
    assert lines[0][0]["loss"] != lines[1][0]["loss"]
    assert all(lab.frames(run, member)[60].is_file() for member in range(2))


def test_a_run_that_diverges_says_so(lab: Laboratory) -> None:
    ledger = Ledger(lab)
    run = ledger.start(small(rate=1e30))
    ledger.settle(run, "diverged")
    message = lab.get(run).message
    assert message and message.code == "diverged" and "{" not in str(message)


def test_a_visitors_own_text(lab: Laboratory) -> None:
    text = "\n".join(f"word{number} a b\tb a word{number}" for number in range(60)).encode()
    source = lab.keep_text(ME, "backwards", text + b"\nbroken line")
    preview = lab.preview(ME, source).result(60)
    assert preview["lines"] == 61 and preview["removed"]["wrong_columns"] == 1 and preview["kept"] == 60
    base = small("own", 30)
    ledger = Ledger(lab)
    run = ledger.start(RunSpec(name="own", corpus=source, tokenizer="word", members=base.members))
    ledger.settle(run)
    with pytest.raises(LabError, match="upload it again"):
        lab.start("another visitor", RunSpec(name="theirs", corpus=source, tokenizer="word", members=base.members))
    assert read_run(lab.folder(run))[1]["origin"]["pairs"].startswith(str(lab.folder(run)))
    bad = lab.keep_text(ME, "too short", b"a\tb")
    run = ledger.start(RunSpec(name="bad", corpus=bad, tokenizer="word", members=base.members))
    ledger.settle(run, "failed")
    assert lab.get(run).message.code == "too_few_pairs"  # type: ignore[union-attr]


def test_an_imported_model_is_checked_first(lab: Laboratory, undisturbed: Path) -> None:
    names = ("config.json", "card.json", "tokenizer.json", "model.safetensors")
    files = {name: (undisturbed / name).read_bytes() for name in names}
    run = lab.import_model(ME, "brought along", files)
    view = lab.get(run)
    assert view.kind == "import" and view.state == "done" and model_hash(lab.folder(run)) == model_hash(undisturbed)
    with pytest.raises(LabError) as caught:
        lab.import_model(ME, "broken", files | {"model.safetensors": files["model.safetensors"][:-8]})
    assert caught.value.code == "not_safetensors"
    with pytest.raises(LabError) as caught:
        lab.import_model(ME, "odd", files | {"../run.json": b"{}"})
    assert caught.value.code == "unknown_file"
    assert not [path for path in lab.settings.uploads.iterdir() if (path / "config.json").exists()]


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
    process = server(root, tmp_path, STEPS)
    assert process.stdout
    run = process.stdout.readline().strip()
    metrics = tmp_path / "runs" / run / "metrics.jsonl"
    wait_until(lambda: metrics.exists() and len(metrics.read_text().splitlines()) > 50)
    with pytest.raises(LabError, match=f"process {process.pid}"):
        Laboratory(settings_of(tmp_path))
    worker = Lock(metrics.parent / LOCK).holder()
    process.kill()
    process.wait()
    shown = losses(metrics.parent)[:50]
    lab = Laboratory(settings_of(tmp_path))  # while the worker may still be writing its last checkpoint
    try:
        ledger = Ledger(lab, {run: small("killed with its server", STEPS)})
        ledger.settle(run)
        assert losses(metrics.parent) == losses(undisturbed) and losses(metrics.parent)[:50] == shown
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


def test_closing_leaves_the_run_to_the_next_server(tmp_path: Path, undisturbed: Path) -> None:
    lab = Laboratory(settings_of(tmp_path))
    ledger = Ledger(lab)
    run = ledger.start(small("continued", STEPS))
    wait_until(lambda: ledger.look(run) >= 30)
    worker = worker_of(lab, run)
    lab.close()
    assert not alive(worker)
    step = len(losses(lab.settings.runs / run))
    lab = Laboratory(settings_of(tmp_path))
    assert lab.get(run).state == "running" or lab.get(run).state == "queued"
    ledger.laboratory = lab
    ledger.settle(run)
    assert 30 <= step < STEPS and losses(lab.folder(run)) == losses(undisturbed)
    lab.close()

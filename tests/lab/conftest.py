"""What the tests of the laboratory share: small runs, a ledger of what was accepted and shown, workers that are played."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lab import CorpusSource, Laboratory, RunSpec, Settings, plan
from lab.folders import LOCK, Lock
from lab.process import Report

ME, YOU = "key-of-mine", "key-of-yours"
STEPS = 400  # of a run that is disturbed


def settings_of(folder: Path, **changes: Any) -> Settings:
    values = {"data": folder, "database": f"sqlite:///{folder / 'journal.sqlite3'}", "standby": False} | changes
    return Settings(**values)


def small(name: str = "small", steps: int = 40, **changes: Any) -> RunSpec:
    """A run of some seconds at most: a model of 16 features that copies."""
    shape = {"d_model": 16, "d_ff": 32, "heads": 2, "layers": 1}
    training = {"steps": steps, "batch": 8, "warmup": 1, "evaluate_sentences": 4, "evaluate_every": 0, "frames": 4, "checkpoint_every": 0}
    return plan(name, CorpusSource(name="copying", pairs=200), **{**shape, **training, **changes})


def wait_until(true: Callable[[], Any], seconds: float = 600.0) -> Any:
    """What `true` returns as soon as it is."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)
    return found


@dataclass
class Ledger:
    """The test's own book: which runs were accepted, and every line a visitor was shown."""

    laboratory: Laboratory
    accepted: dict[str, RunSpec] = field(default_factory=dict)
    shown: dict[str, dict[int, float]] = field(default_factory=dict)

    def start(self, spec: RunSpec, visitor: str = ME) -> str:
        run = self.laboratory.start(visitor, spec)
        self.accepted[run] = spec
        return run

    def look(self, run: str) -> int:
        """The newest step there is to see; what is seen is written down, and must be what was seen before."""
        seen = self.shown.setdefault(run, {})
        for line in self.laboratory.metrics(run):
            assert seen.setdefault(line["step"], line["loss"]) == line["loss"], f"step {line['step']} was told differently"
        return max(seen, default=0)

    def settle(self, run: str, state: str = "done", seconds: float = 600.0) -> None:
        """Wait for the run's end, then compare the book with what is there."""
        wait_until(lambda: not self.laboratory.get(run).going or self.look(run) < 0, seconds)
        view = self.laboratory.get(run)
        assert view.state == state, (view.state, view.message and str(view.message))
        assert view.spec == self.accepted[run]
        last = self.look(run)
        lines = self.laboratory.metrics(run)
        assert [line["step"] for line in lines] == list(range(1, last + 1)), "each step is told once, in order"
        if state == "done":
            assert last == view.steps == view.step


class PlayedWorker:
    """A worker the test speaks for."""

    def __init__(self, settings: Settings, report: Report, *, alone: bool = False) -> None:
        self.report, self.alone = report, alone
        self.heard: list[dict[str, Any]] = []
        self.silent, self.number = 0.0, 0
        self.stopped = False

    def tell(self, message: dict[str, Any]) -> None:
        self.heard.append(message)

    def stop(self) -> None:
        if not self.stopped:
            self.stopped = True
            self.report(self, None)

    def let_go(self, patience: float) -> None:
        self.stop()

    @property
    def run(self) -> str:
        return [message["run"] for message in self.heard if message["type"] == "run"][-1]

    def say(self, type: str, **values: Any) -> None:
        self.report(self, {"type": type, **values})

    def end(self, state: str = "done", message: Any = None) -> None:
        self.say("ended", run=self.run, state=state, message=message, seconds=1.0)


@dataclass
class Stage:
    """A laboratory whose workers are played."""

    folder: Path
    workers: list[PlayedWorker] = field(default_factory=list)
    laboratory: Laboratory = field(init=False)

    def open(self, **changes: Any) -> Laboratory:
        self.laboratory = Laboratory(settings_of(self.folder, **changes), self._start)
        return self.laboratory

    def _start(self, settings: Settings, report: Report, *, alone: bool = False) -> PlayedWorker:
        self.workers.append(PlayedWorker(settings, report, alone=alone))
        return self.workers[-1]

    def settle(self) -> None:
        """Until the supervisor has dealt with all it was told."""
        self.laboratory._supervisor.ask(lambda: None)
        self.laboratory._supervisor.ask(lambda: None)

    def state(self, run: str) -> str:
        self.settle()
        return self.laboratory.get(run).state


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    stage.open()
    yield stage
    stage.laboratory.close()


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


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """Checkpoints every half second, so that a test need not wait for one."""
    laboratory = Laboratory(settings_of(tmp_path_factory.mktemp("data"), checkpoint_seconds=0.5))
    yield laboratory
    laboratory.close()


@pytest.fixture(scope="session")
def undisturbed(lab: Laboratory) -> Path:
    """The folder of a run nobody disturbed."""
    ledger = Ledger(lab)
    run = ledger.start(small("undisturbed", STEPS))
    ledger.settle(run)
    return lab.folder(run)

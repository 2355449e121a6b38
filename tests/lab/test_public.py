"""What pages import: without torch, and one laboratory for each process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import lab
from lab import close_laboratory, laboratory
from tests.lab.conftest import ME, Stage, small, wait_until

WITHOUT_TORCH = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name == "torch" or name.startswith("torch."):
            raise ImportError("torch is blocked here")
sys.meta_path.insert(0, Blocker())
import lab
from tests.lab.conftest import ME, settings_of, small
from pathlib import Path
with_runs = lab.Laboratory(settings_of(Path(sys.argv[1])))
run = with_runs.list_runs(ME)[0].id
assert with_runs.metrics(run) == [] and with_runs.frames(run) == {} and with_runs.get(run).state == "paused"
with_runs.close()
"""


def test_everything_pages_use_stands_without_torch(root: Path, stage: Stage) -> None:
    first, run = stage.laboratory.start(ME, small()), stage.laboratory.start(ME, small())
    stage.laboratory.pause(ME, run)
    stage.workers[0].end()
    stage.settle()
    stage.laboratory.delete(ME, first)
    stage.laboratory.close()
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(stage.folder)], cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


def test_one_laboratory_for_a_process(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTENTION_LAB_STANDBY", "0")
    close_laboratory()
    try:
        first = laboratory()
        assert first is laboratory() and first.settings.data == data_folder
        close_laboratory()
        close_laboratory()
        assert laboratory() is not first
    finally:
        close_laboratory()


def test_what_the_package_offers_is_there() -> None:
    assert all(hasattr(lab, name) for name in lab.__all__)


def test_a_run_whose_worker_ended_unheard_is_found_by_the_clock(stage: Stage) -> None:
    """As after a journal that could not be written for a moment."""
    run = stage.laboratory.start(ME, small())
    stage.settle()
    stage.laboratory._supervisor.ask(lambda: setattr(stage.laboratory._supervisor.posts[0], "run", None))
    wait_until(lambda: stage.laboratory.get(run).restarts == 1, 10)
    assert stage.state(run) == "running"

"""Locks between processes, and the data folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab import Laboratory
from lab.folders import Lock, discard, open_data, take_from_stale
from model.errors import LabError
from tests.lab.conftest import settings_of

HOLDER = """
import sys, time
from pathlib import Path
from lab.folders import Lock
lock = Lock(Path(sys.argv[1]))
assert lock.take()
print("held", flush=True)
time.sleep(600)
"""


def holder(root: Path, path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], cwd=root, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def test_a_lock_is_free_as_soon_as_its_process_is_gone(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    process = holder(root, path)
    lock = Lock(path)
    assert not lock.take() and lock.holder() == process.pid
    process.kill()
    process.wait()
    assert lock.take() and lock.holder() == os.getpid()
    lock.free()


def test_a_stale_holder_is_given_time_then_ended(root: Path, tmp_path: Path) -> None:
    process = holder(root, tmp_path / "lock")
    start = time.monotonic()
    lock = Lock(tmp_path / "lock")
    take_from_stale(lock, patience=0.5)
    assert time.monotonic() - start >= 0.5 and process.wait(5) == -9 and lock.holder() == os.getpid()
    lock.free()


def test_two_servers_on_one_data_folder_are_told_so(tmp_path: Path) -> None:
    first = Laboratory(settings_of(tmp_path))
    with pytest.raises(LabError) as caught:
        Laboratory(settings_of(tmp_path))
    assert caught.value.code == "folder_in_use"
    assert str(os.getpid()) in str(caught.value) and str(tmp_path) in str(caught.value) and "ATTENTION_LAB_DATA" in str(caught.value)
    first.close()
    Laboratory(settings_of(tmp_path)).close()


def test_a_data_folder_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError) as caught:
        open_data(tmp_path / "file" / "data")
    assert caught.value.code == "folder_unusable"


def test_a_laboratory_that_cannot_open_lets_the_folder_go(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="journal"):
        Laboratory(settings_of(tmp_path, database="sqlite:////nowhere/at/all.sqlite3"))
    Laboratory(settings_of(tmp_path)).close()


def test_what_is_removed_is_gone_whatever_is_in_it(tmp_path: Path) -> None:
    lock = open_data(tmp_path)
    folder = tmp_path / "runs" / "a"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path / "journal.sqlite3")
    discard(tmp_path, folder)
    discard(tmp_path, folder)
    assert not folder.exists() and not list((tmp_path / "trash").iterdir())
    lock.free()

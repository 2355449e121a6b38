"""Where things lie in the data folder, and who may touch them. Knows no torch.

    server.lock          held by the one server of this folder
    journal.sqlite3      the journal
    runs/<id>/           the folder of a run, or of a race: members/0, members/1, ... each the folder of a run
    uploads/<name>/      a visitor's own text, cleaned and checked when it is first read
    fetched/<name>/      a data set others publish, for all visitors
    trash/               what is being removed

A lock is held by the process, not by the file: it is free as soon as that process is gone, however it ended.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import signal
import time
from pathlib import Path
from typing import IO

from model.errors import LabError

RUN_ID = re.compile(r"[0-9a-f]{20}")
FREE_BYTES = 256 * 2**20
LOCK = "worker.lock"  # held by whoever trains in the folder of a run


def new_id() -> str:
    return secrets.token_hex(10)


def member_folder(run: Path, member: int, members: int) -> Path:
    """The folder of a saved model of one member; a run of one member is that folder itself."""
    return run if members == 1 else run / "members" / str(member)


def run_of(member: Path) -> Path:
    """The folder of the run a member's folder belongs to."""
    return member.parent.parent if member.parent.name == "members" else member


def frame_paths(folder: Path) -> dict[int, Path]:
    """Step -> file with the parameters of that moment, in order."""
    return dict(sorted((int(path.stem), path) for path in (folder / "frames").glob("[0-9]*.safetensors")))


class Lock:
    """A lock on a file, with the number of the process that holds it written inside."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[str] | None = None

    def take(self) -> bool:
        """True where it is ours now."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = open(self.path, "a+", encoding="utf-8")  # noqa: SIM115 (stays open as long as the lock is held)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self.file = file
        return True

    def holder(self) -> int | None:
        """The process that holds it, as far as the file says."""
        try:
            return int(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def free(self) -> None:
        if self.file:
            self.file.close()
            self.file = None


def take_from_stale(lock: Lock, patience: float = 3.0) -> None:
    """Take the lock of a run. A worker of an earlier server that still holds it is given `patience` seconds, then killed.

    While the lock is held, the number in it is that of a living worker and of nobody else.
    """
    deadline = time.monotonic() + patience
    while not lock.take():
        if time.monotonic() > deadline and (holder := lock.holder()) and holder != os.getpid():
            try:
                os.kill(holder, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)


def open_data(data: Path) -> Lock:
    """Make the data folder and hold it, or a `LabError`: it cannot be written, or another server has it."""
    lock = Lock(data / "server.lock")
    try:
        for name in ("runs", "uploads", "trash"):
            (data / name).mkdir(parents=True, exist_ok=True)
        taken = lock.take()
    except OSError as problem:
        raise LabError(
            "folder_unusable", "The data folder {folder} cannot be written: {reason}. Name another one with {field}.",
            "ATTENTION_LAB_DATA", folder=data, reason=problem.strerror,
        ) from problem  # fmt: skip
    if not taken:
        raise LabError(
            "folder_in_use",
            "Another Attention Lab (process {process}) uses the data folder {folder}. Stop it, or name another folder with {field}.",
            "ATTENTION_LAB_DATA", folder=data, process=lock.holder(),
        )  # fmt: skip
    return lock


def check_room(data: Path) -> None:
    """Raises `LabError` where the disk is nearly full, before a run begins that could not be kept."""
    if shutil.disk_usage(data).free < FREE_BYTES:
        raise LabError("disk_full", "The disk of the server is full. Delete runs you no longer need.", None)


def discard(data: Path, path: Path) -> None:
    """Out of sight at once, by one rename; then gone."""
    if path.exists():
        aside = data / "trash" / new_id()
        os.replace(path, aside)
        shutil.rmtree(aside, ignore_errors=True)


def empty_trash(data: Path) -> None:
    for path in (data / "trash").iterdir():
        shutil.rmtree(path, ignore_errors=True)

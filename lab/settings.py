"""What the person who runs a server may set, read from the environment once. Knows no torch.

ATTENTION_LAB_DATA       folder of all runs (a folder of the user's unless said)
ATTENTION_LAB_DATABASE   address of the journal, as SQLAlchemy writes it (a SQLite file in the data folder unless said)
ATTENTION_LAB_WORKERS    runs that train at one time (1)
ATTENTION_LAB_THREADS    threads of one training (half of the cores, at most 4)
ATTENTION_LAB_STANDBY    0: no process is kept warm; the first loss then takes some seconds (1)
ATTENTION_LAB_WAITING    runs of one visitor that may wait (3)
ATTENTION_LAB_KEPT       runs of one visitor that are kept (50)
ATTENTION_LAB_KEPT_DAYS  days after its end a run is removed; 0 keeps it for ever (0)
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model.errors import LabError

FIRST_PAGE_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`running_each`, `waiting_each` and `kept_each` are of one visitor, `waiting_all` of all together. Times are in seconds.

    A worker writes a checkpoint every `checkpoint_seconds` of training; one that says nothing for `silence_seconds`, or does
    not stop within `stop_seconds` of being told to, is killed. `file_bytes` is the largest file it may write. The first worker to
    stand by comes `standby_after` the beginning: its imports would share the processor with the first page somebody opens.
    """

    data: Path
    database: str
    workers: int = 1
    threads: int = 1
    standby: bool = True
    standby_after: float = 0.0
    running_each: int = 1
    waiting_each: int = 3
    waiting_all: int = 200
    kept_each: int = 50
    kept_days: int = 0
    tasks_each: int = 4
    checkpoint_seconds: float = 5.0
    silence_seconds: float = 60.0
    stop_seconds: float = 15.0
    task_seconds: float = 120.0
    file_bytes: int = 2**31

    @property
    def runs(self) -> Path:
        return self.data / "runs"

    @property
    def uploads(self) -> Path:
        return self.data / "uploads"

    @property
    def fetched(self) -> Path:
        return self.data / "fetched"


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Raises `LabError` where a number is none."""
    values = os.environ if environment is None else environment
    data = Path(values.get("ATTENTION_LAB_DATA") or _user_folder(values)).expanduser().absolute()
    return Settings(
        data=data,
        database=values.get("ATTENTION_LAB_DATABASE") or f"sqlite:///{data / 'journal.sqlite3'}",
        workers=_number(values, "ATTENTION_LAB_WORKERS", 1, least=1),
        threads=_number(values, "ATTENTION_LAB_THREADS", max(1, min(4, (os.cpu_count() or 1) // 2)), least=1),
        standby=bool(_number(values, "ATTENTION_LAB_STANDBY", 1)),
        standby_after=FIRST_PAGE_SECONDS,
        waiting_each=_number(values, "ATTENTION_LAB_WAITING", 3),
        kept_each=_number(values, "ATTENTION_LAB_KEPT", 50, least=1),
        kept_days=_number(values, "ATTENTION_LAB_KEPT_DAYS", 0),
    )


def _user_folder(values: Mapping[str, str]) -> Path:
    return Path(values.get("XDG_DATA_HOME") or "~/.local/share") / "attention-lab"


def _number(values: Mapping[str, str], name: str, default: int, least: int = 0) -> int:
    text = values.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < least:
        raise LabError(
            "bad_setting", "{field} is {value}; it must be a whole number of at least {least}.", name, value=repr(text), least=least
        )
    return int(text)

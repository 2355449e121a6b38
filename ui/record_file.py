"""A visitor's record as a value and as a file: read with suspicion, since it may come from anywhere, and written whole.

Unknown names are refused by name: nobody else's file, and nothing from a later version, is taken for something it is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

import catalogue
from model.errors import LabError
from model.files import write_whole

FORMAT_VERSION = 1
BYTES = 64 * 2**10
ENTRIES = 300  # of a part of a record
CHARACTERS = 300  # of a text in it
_TROUBLE = re.compile("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NAME = re.compile(r"([a-z0-9-]{1,40})\.([A-Za-z0-9_. -]{1,60})")


@dataclass(frozen=True)
class Bet:
    question: str
    choice: str


@dataclass
class Record:
    """Bets and first answers by `slug.name`, answers to questions asked again, and the days (ISO) a lesson was opened and read."""

    bets: dict[str, Bet] = field(default_factory=dict)
    answers: dict[str, bool] = field(default_factory=dict)
    again: dict[str, bool] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not any(asdict(self).values())

    def add(self, other: Record) -> None:
        """What the other one holds besides; what stands here already stays."""
        for part in fields(self):
            own: dict[str, Any] = getattr(self, part.name)
            for name, value in getattr(other, part.name).items():
                own.setdefault(name, value)


def to_json(record: Record) -> bytes:
    return (json.dumps({"format_version": FORMAT_VERSION, **asdict(record)}, indent=1, ensure_ascii=False) + "\n").encode()


def from_json(data: bytes) -> Record:
    """The record in a file of at most `BYTES`, or a `LabError` that names what is wrong with it."""
    if len(data) > BYTES:
        raise LabError("file_too_large", "{file} has more than {limit} bytes.", "record", file="record", limit=BYTES)
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        raise LabError("not_json", "{file} is not JSON.", "record", file="record") from None
    if not isinstance(values, dict) or values.pop("format_version", None) != FORMAT_VERSION:
        raise LabError(
            "unknown_format", "This is no record of Attention Lab: its format version must be {known}.", "record", known=FORMAT_VERSION
        )
    parts: dict[str, Callable[[str, Any], Any]] = {
        "bets": _bet, "answers": _answer, "again": _answer, "opened": _day, "read": _day
    }  # fmt: skip
    for name in values.keys() - parts.keys():
        raise _refused(name)
    return Record(**{name: _part(name, values.get(name, {}), check) for name, check in parts.items()})


def _part(part: str, values: Any, check: Callable[[str, Any], Any]) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise _refused(part)
    if len(values) > ENTRIES:
        raise LabError("too_many_entries", "{part} has more than {limit} entries.", "record", part=part, limit=ENTRIES)
    return {name: check(name, value) for name, value in values.items()}


def _bet(name: str, value: Any) -> Bet:
    if not isinstance(value, Mapping) or value.keys() != {"question", "choice"} or not _is_known(name, "riddle"):
        raise _refused(name)
    return Bet(question=_text(name, value["question"]), choice=_text(name, value["choice"]))


def _answer(name: str, value: Any) -> bool:
    if not isinstance(value, bool) or not _is_known(name):
        raise _refused(name)
    return value


def _day(name: str, value: Any) -> str:
    try:
        known = name in _slugs() and date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        known = False
    if not known:
        raise _refused(name)
    return str(value)


def _text(name: str, value: Any) -> str:
    """Kept letter by letter, since lessons compare a bet with its choices."""
    if not isinstance(value, str) or len(value) > CHARACTERS or _TROUBLE.search(value):
        raise _refused(name)
    return value


def _is_known(name: str, *others: str) -> bool:
    match = _NAME.fullmatch(name)
    return match is not None and match[1] in {*_slugs(), *others}


def _slugs() -> set[str]:
    return {lesson.slug for lesson in catalogue.LESSONS}


def _refused(name: str) -> LabError:
    return LabError("unknown_entry", "A record of Attention Lab has no entry {name} like this one.", "record", name=repr(name[:60]))


def read_file(path: Path) -> Record:
    """The record kept at a path, an empty one where there is none. `LabError` where the file is damaged."""
    try:
        with path.open("rb") as file:
            data = file.read(BYTES + 1)
    except FileNotFoundError:
        return Record()
    return from_json(data)


def write_file(path: Path, record: Record) -> None:
    """Whole or not at all. Raises `OSError` where the disk does not take it, `LabError` where the record has grown too large."""
    data = to_json(record)
    from_json(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)

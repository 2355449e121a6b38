"""The visitor's record: bets, first answers, questions asked again, lessons opened and read.

Kept in the data folder in a file of the visitor's own, so that it is there tomorrow and in another tab; for the session
alone where there is no cookie (plain `streamlit run`, tests) or the disk takes nothing. What happened first stands.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from lab.settings import from_environment
from model.errors import LabError
from ui.record_file import CHARACTERS, Bet, Record, from_json, read_file, to_json, write_file
from ui.visitor import cookie_key

FOLDER = "visitors"
VISITORS = 50_000  # files; a visitor more is kept for the session
_RECORD, _SEEN, _MISTAKE = "record", "record_seen", "record_mistake"
_lock = threading.Lock()
log = logging.getLogger(__name__)


def current() -> Record:
    """The record as it stands. Shared by the runs of a session: change it through the functions below alone."""
    path = _path()
    stamp = _stamp(path)
    if _RECORD not in st.session_state or stamp != st.session_state.get(_SEEN):  # another tab has written, or deleted
        st.session_state[_RECORD], st.session_state[_SEEN] = _read(path), stamp
    found: Record = st.session_state[_RECORD]
    return found


def bets() -> dict[str, Bet]:
    return current().bets


def answers() -> dict[str, bool]:
    """Whether the first answer to a question was right, by `slug.name`."""
    return current().answers


def keep_bet(name: str, choice: str, question: str = "") -> None:
    """The first bet stands."""
    if name not in current().bets:
        bet = Bet(question[:CHARACTERS], choice[:CHARACTERS])
        _change(lambda record: record.bets.setdefault(name, bet))


def keep_answer(slug: str, name: str, right: bool) -> None:
    """The first answer to a question counts."""
    key = f"{slug}.{name}"
    if key not in current().answers:
        _change(lambda record: record.answers.setdefault(key, right))


def keep_again(slug: str, name: str, right: bool) -> None:
    """The answer to a question that was asked again; a right one is the last."""
    key = f"{slug}.{name}"
    if current().again.get(key) not in (right, True):
        _change(lambda record: record.again.update({key: right}))


def mark_opened(slug: str) -> None:
    if slug not in current().opened:
        _change(lambda record: record.opened.setdefault(slug, _today()))


def mark_read(slug: str) -> None:
    """The lesson was shown to its end."""
    if slug not in current().read:
        _change(lambda record: record.read.setdefault(slug, _today()))


def export() -> bytes:
    return to_json(current())


def add(data: bytes) -> LabError | None:
    """Add what a file holds to the record; what stands there already stays. Returns why not."""
    try:
        other = from_json(data)
        together = from_json(to_json(current()))
        together.add(other)
        from_json(to_json(together))
    except LabError as error:
        return error
    _change(lambda record: record.add(other))
    return None


def forget() -> None:
    """Delete the record, and with it every widget that holds an answer or a bet."""
    path = _path()
    if path is not None:
        with _lock:
            path.unlink(missing_ok=True)
    for name in [str(name) for name in st.session_state]:
        if name.startswith(("check_", "bet_choice_", _RECORD)):
            del st.session_state[name]


def mistake() -> LabError | None:
    """Why the record began anew or is kept for the session alone, None where all is well."""
    found: LabError | None = st.session_state.get(_MISTAKE)
    return found


def _change(change: Callable[[Record], object]) -> None:
    """One change at a time, of the record as it stands on the disk."""
    path = _path()
    with _lock:
        record = current()
        change(record)
        if path is not None:
            _write(path, record)
            st.session_state[_SEEN] = _stamp(path)


def _path() -> Path | None:
    """The visitor's file, named by a hash of the key: who can list the folder cannot be anybody in it."""
    key = cookie_key()
    if key is None:
        return None
    return from_environment().data / FOLDER / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.json"


def _stamp(path: Path | None) -> int | None:
    try:
        return None if path is None else path.stat().st_mtime_ns
    except OSError:
        return None


def _read(path: Path | None) -> Record:
    """The record on the disk. A damaged one is put aside and begins anew."""
    try:
        return Record() if path is None else read_file(path)
    except (LabError, OSError) as problem:
        log.warning("a visitor's record cannot be read: %s", problem)
        st.session_state[_MISTAKE] = LabError("record_damaged", "Your record could not be read; it begins anew.", "record")
        if path is not None and isinstance(problem, LabError):
            path.replace(path.with_suffix(".damaged"))
        return Record()


def _write(path: Path, record: Record) -> None:
    try:
        if not path.exists() and path.parent.is_dir() and sum(1 for _ in path.parent.iterdir()) >= VISITORS:
            raise OSError("the folder of records is full")
        write_file(path, record)
    except (OSError, LabError) as problem:
        log.warning("a visitor's record cannot be written: %s", problem)
        st.session_state[_MISTAKE] = LabError(
            "record_unwritable", "Your record could not be written; it is kept as long as this page is open.", "record"
        )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()

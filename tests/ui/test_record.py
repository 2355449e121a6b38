"""The visitor's record survives a reload and a night, comes back from its file, and takes nothing it does not know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from model.errors import LabError
from ui import record
from ui.record_file import BYTES, CHARACTERS, ENTRIES, Bet, Record, from_json, read_file, to_json, write_file

FULL = Record(
    bets={"heads.referent": Bet("Which head?", "the fourth"), "riddle.tired": Bet("", "animal")},
    answers={"heads.sum": False, "mask.leak": True},
    again={"heads.sum": True},
    opened={"heads": "2026-01-02"},
    read={"heads": "2026-01-02"},
)


class Visit:
    """A session with a cookie: what `record` asks Streamlit for, without Streamlit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
        self.monkeypatch, self.key, self.session = monkeypatch, key, dict[str, Any]()

    def __enter__(self) -> None:
        self.monkeypatch.setattr(record.st, "session_state", self.session)
        self.monkeypatch.setattr(record, "cookie_key", lambda: self.key)

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATTENTION_LAB_DATA", str(tmp_path))
    return tmp_path / record.FOLDER


def test_a_record_comes_back_as_it_was() -> None:
    assert from_json(to_json(FULL)) == FULL


def test_what_happened_first_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    with Visit(monkeypatch, None):
        for choice, right in (("animal", False), ("street", True)):
            record.keep_bet("heads.referent", choice, "Which?")
            record.keep_answer("heads", "sum", right)
        assert record.bets()["heads.referent"] == Bet("Which?", "animal") and record.answers() == {"heads.sum": False}
        for right, stands in ((False, False), (True, True), (False, True)):
            record.keep_again("heads", "sum", right)
            assert record.current().again["heads.sum"] is stands


def test_it_is_there_in_another_session_of_the_same_visitor(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    with Visit(monkeypatch, "key"):
        record.keep_answer("heads", "sum", True)
        record.mark_read("heads")
    with Visit(monkeypatch, "key"):
        assert record.answers() == {"heads.sum": True} and "heads" in record.current().read
    with Visit(monkeypatch, "another key"):
        assert record.current().empty
    assert "key" not in "".join(path.name for path in data.iterdir())


def test_two_tabs_write_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Visit(monkeypatch, "key"), Visit(monkeypatch, "key")
    with first:
        record.keep_answer("heads", "one", True)
    with second:
        record.keep_answer("heads", "two", False)
    with first:
        record.keep_answer("heads", "three", True)
        assert record.answers() == {"heads.one": True, "heads.two": False, "heads.three": True}
    with second:
        record.forget()
    with first:
        assert record.current().empty


def test_without_a_cookie_nothing_is_written(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    with Visit(monkeypatch, None):
        record.keep_answer("heads", "sum", True)
        assert record.answers()
    assert not data.exists()


def test_a_damaged_file_begins_anew_with_a_sentence(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    with Visit(monkeypatch, "key"):
        record.keep_answer("heads", "sum", True)
    next(data.iterdir()).write_bytes(b'{"format_version": 1, "answers": {"heads.s')
    with Visit(monkeypatch, "key"):
        assert record.current().empty
        assert record.mistake() is not None
        record.keep_answer("heads", "sum", False)
    with Visit(monkeypatch, "key"):
        assert record.answers() == {"heads.sum": False} and record.mistake() is None
    assert len(list(data.glob("*.damaged"))) == 1, "the damaged one is put aside"


def test_a_disk_that_takes_nothing_leaves_the_session(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record, "write_file", full)
    with Visit(monkeypatch, "key"):
        record.keep_answer("heads", "one", True)
        record.keep_answer("heads", "two", True)
        assert len(record.answers()) == 2 and record.mistake() is not None


def test_deleting_takes_the_answers_on_the_page_along(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    with Visit(monkeypatch, "key"):
        record.keep_bet("heads.referent", "animal")
        record.st.session_state["check_heads_sum_1"] = 2
        record.st.session_state["stage"] = "kept"
        record.forget()
        assert record.current().empty and record.st.session_state["stage"] == "kept"
        assert "check_heads_sum_1" not in record.st.session_state
    assert not list(data.iterdir())


def test_an_imported_record_adds_and_replaces_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Visit(monkeypatch, "key"):
        record.keep_answer("heads", "sum", True)
        assert record.add(to_json(FULL)) is None
        assert record.answers() == {"heads.sum": True, "mask.leak": True}
        assert record.bets()["heads.referent"].choice == "the fourth"
        assert from_json(record.export()) == record.current()


def changed(**parts: object) -> bytes:
    return json.dumps({**json.loads(to_json(FULL)), **parts}).encode()


BAD = {
    "nothing": b"",
    "not JSON": b"\x89PNG\r\n",
    "a list": b"[]",
    "deep": b"[" * 50_000,
    "too large": b" " * (BYTES + 1),
    "no version": b'{"answers": {}}',
    "later version": changed(format_version=2),
    "an unknown part": changed(grades={"heads": 1}),
    "an unknown lesson": changed(answers={"nobody.sum": True}),
    "an unknown lesson read": changed(read={"nobody": "2026-01-01"}),
    "an answer that is no answer": changed(answers={"heads.sum": 1}),
    "a day that is none": changed(read={"heads": "2026-02-30"}),
    "a number for a day": changed(read={"heads": 5}),
    "a list of bets": changed(bets=[]),
    "a bet with more": changed(bets={"heads.a": {"question": "", "choice": "", "more": ""}}),
    "a long bet": changed(bets={"heads.a": {"question": "", "choice": "x" * (CHARACTERS + 1)}}),
    "a surrogate": changed(bets={"heads.a": {"question": "", "choice": "\ud800"}}),
    "a path for a name": changed(answers={"../../x.y": True}),
    "too many": changed(answers={f"heads.q{number}": True for number in range(ENTRIES + 1)}),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_record_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    with Visit(monkeypatch, "key"):
        record.keep_answer("heads", "sum", True)
        error = record.add(BAD[kind])
        assert isinstance(error, LabError) and str(error)
        assert record.answers() == {"heads.sum": True}


def test_the_unknown_is_named() -> None:
    with pytest.raises(LabError, match="nobody"):
        from_json(BAD["an unknown lesson"])
    with pytest.raises(LabError, match="grades"):
        from_json(BAD["an unknown part"])


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "record.json"
    write_file(path, FULL)
    assert read_file(path) == FULL and [found.name for found in path.parent.iterdir()] == ["record.json"]
    with pytest.raises(LabError):
        write_file(path, Record(answers={f"heads.{number}{'x' * 40}": True for number in range(2_000)}))
    assert read_file(path) == FULL

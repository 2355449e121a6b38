"""The journal: compare and set, times, and what it refuses."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from lab.journal import FROM, Journal, State
from model.errors import LabError

STATES = get_args(State)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(f"sqlite:///{tmp_path / 'journal.sqlite3'}")
    yield journal
    journal.close()


@pytest.mark.parametrize("start", STATES)
@pytest.mark.parametrize("to", STATES)
def test_a_state_is_reached_from_where_it_may_be(journal: Journal, start: State, to: State) -> None:
    journal.add("a", "me", "name", "run", {}, 1, state=start)
    moved = journal.move("a", to)
    assert moved == (start in FROM[to])
    row = journal.get("a")
    assert row and row.state == (to if moved else start)
    assert (row.ended is not None) == (moved and to in ("done", "stopped", "failed", "diverged"))


def test_every_state_but_the_first_is_reached_and_none_from_done_or_diverged() -> None:
    assert set(FROM) == set(STATES)
    assert not [to for to, starts in FROM.items() if {"done", "diverged"} & set(starts)]


def test_of_many_who_try_at_once_one_succeeds(journal: Journal) -> None:
    for number in range(10):
        journal.add(f"run {number}", "me", "name", "run", {}, 1)
    won: list[str] = []

    def grab() -> None:
        won.extend(f"run {number}" for number in range(10) if journal.move(f"run {number}", "running"))

    threads = [threading.Thread(target=grab) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == sorted(f"run {number}" for number in range(10))


def test_only_narrows_what_is_allowed(journal: Journal) -> None:
    journal.add("a", "me", "name", "run", {}, 1)
    journal.move("a", "running")
    assert not journal.move("a", "queued", only=("paused",))
    assert journal.move("a", "queued")


def test_places_count_upwards_and_an_interrupted_run_keeps_the_front(journal: Journal) -> None:
    for name in "abc":
        journal.add(name, "me", name, "run", {}, 1)
    assert [row.place for row in reversed(journal.of_visitor("me"))] == [1, 2, 3]
    journal.move("a", "running")
    journal.move("a", "queued", place=0)
    assert journal.get("a").place == 0  # type: ignore[union-attr]
    journal.move("b", "paused")
    journal.move("b", "queued")
    assert journal.get("b").place == 4  # type: ignore[union-attr]


def test_what_was_written_is_there_for_the_next_server(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    journal = Journal(address)
    journal.add("a", "me", "un nom avec é 🙂", "run", {"steps": 3, "members": [{"name": "x"}]}, 2)
    journal.note("a", best=[{"bleu": 1.5}, {}], message={"code": "x"})
    before = journal.get("a")
    journal.close()
    journal = Journal(address)
    assert journal.get("a") == before and before and before.config["members"] == [{"name": "x"}]
    assert journal.remove("a", ("running",)) is False and journal.remove("a", ("queued",)) is True and journal.get("a") is None
    journal.close()


def test_a_journal_of_another_version_and_what_is_no_journal(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    Journal(address).close()
    with sqlite3.connect(tmp_path / "journal.sqlite3") as connection:
        connection.execute("update about set format_version = 99")
    with pytest.raises(LabError, match="99"):
        Journal(address)
    (tmp_path / "text.sqlite3").write_text("this is no database, however long it is" * 100)
    for wrong in (f"sqlite:///{tmp_path / 'text.sqlite3'}", f"sqlite:///{tmp_path / 'missing' / 'journal.sqlite3'}"):
        with pytest.raises(LabError) as caught:
            Journal(wrong)
        assert caught.value.code == "journal_unusable"
    with pytest.raises(LabError):
        Journal("no address at all")

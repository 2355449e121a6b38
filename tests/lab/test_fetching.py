"""Fetching behind the pages: for one visitor, for two who want the same, cancelled, gone on with, refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lab import Laboratory
from lab.data_sets import DataSet, File
from lab.fetch import CHUNK
from lab.fetching import Fetching
from model.corpora.own import read_aligned
from model.errors import LabError
from tests.lab.conftest import ME, YOU, Stage, wait_until
from tests.lab.publisher import Host, aligned, memory, publisher, zipped


@pytest.fixture
def host() -> Iterator[Host]:
    with publisher() as host:
        yield host


def table(host: Host, rows: int = 400) -> DataSet:
    return DataSet("memory", "Memory", "", "", ("en", "fr"), (File(host.address + "/en-fr.tmx.gz"),), rows)


def end_of(lab: Laboratory, visitor: str = ME) -> Fetching:
    def ended() -> Fetching | None:
        found = lab.fetching(visitor)
        return found if found is not None and not found.going else None

    found: Fetching = wait_until(ended)
    return found


def test_it_becomes_a_text_of_the_visitor_s(stage: Stage, host: Host) -> None:
    lab, wanted = stage.laboratory, aligned(host)
    assert lab.fetching(ME) is None and lab.fetched_bytes(wanted) == 0
    lab.fetch(ME, wanted)
    end = end_of(lab)
    size = sum(len(host.files[path]) for path in ("/en.gz", "/fr.gz"))
    assert (end.state, end.received, end.total, end.error) == ("done", size, size, None)
    assert lab.fetched_bytes(wanted) == size and lab.fetching(YOU) is None
    assert end.source is not None and end.source.name == "Pairs" and end.source.kind == "aligned"
    kept = lab.settings.uploads / end.source.upload
    assert read_aligned(*((kept / name).read_bytes() for name in ("source.txt", "target.txt")))[1].lines == 40_000
    lab.forget_fetching(ME)
    assert lab.fetching(ME) is None


def test_what_is_here_comes_without_the_network(stage: Stage, host: Host) -> None:
    lab, wanted = stage.laboratory, table(host)
    lab.fetch(ME, wanted)
    first = end_of(lab)
    lab.fetch(YOU, wanted)
    second = end_of(lab, YOU)
    assert first.source and second.source and first.source.upload != second.source.upload
    assert second.source.kind == "pairs" and len(host.asked) == 1


def test_bytes_are_told_and_cancelling_keeps_them(stage: Stage, host: Host) -> None:
    lab, wanted, host.hold_after = stage.laboratory, aligned(host), 2 * CHUNK
    lab.fetch(ME, wanted)
    wait_until(lambda: (now := lab.fetching(ME)) is not None and now.received == 2 * CHUNK)
    now = lab.fetching(ME)
    assert now is not None and now.going and now.total == sum(file.size or 0 for file in wanted.files)
    with pytest.raises(LabError, match="wait for Pairs"):
        lab.fetch(ME, table(host))
    lab.cancel_fetching(ME)
    assert lab.fetching(ME) is None
    host.hold_after = None
    host.go_on.set()
    wait_until(lambda: not lab._fetcher._errands)
    assert 2 * CHUNK <= lab.fetched_bytes(wanted) <= 3 * CHUNK
    before = lab.fetched_bytes(wanted)
    lab.fetch(ME, wanted)
    assert end_of(lab).state == "done" and host.asked[1] == ("/en.gz", f"bytes={before}-")


def test_two_who_want_the_same_get_it_from_one_fetching(stage: Stage, host: Host) -> None:
    lab, wanted, host.hold_after = stage.laboratory, table(host), 1000
    for visitor in (ME, YOU, "third"):
        lab.fetch(visitor, wanted)
    lab.cancel_fetching(ME)
    host.go_on.set()
    assert end_of(lab, YOU).state == end_of(lab, "third").state == "done"
    assert lab.fetching(ME) is None and len(host.asked) == 1


def test_what_goes_wrong_is_one_sentence_and_can_be_tried_again(stage: Stage, host: Host) -> None:
    lab, wanted, host.cut_after = stage.laboratory, aligned(host), CHUNK
    lab.fetch(ME, wanted)
    end = end_of(lab)
    assert end.state == "failed" and end.error is not None and end.error.code == "no_network" and end.received == CHUNK
    host.cut_after = None
    lab.fetch(ME, wanted)
    assert end_of(lab).state == "done"


@pytest.mark.parametrize(
    ("rows", "body"),
    [(501, memory(500)), (1, zipped("no memory")), (1, memory(500)[:-400]), (1, memory(500)[:200] + b"\xff" * 4000)],
    ids=["too few", "another format", "cut off", "damaged"],
)
def test_what_is_not_as_expected_is_thrown_away(stage: Stage, host: Host, rows: int, body: bytes) -> None:
    lab, wanted = stage.laboratory, replace(table(host), rows=rows)
    host.files["/en-fr.tmx.gz"] = body
    lab.fetch(ME, wanted)
    end = end_of(lab)
    assert end.error is not None and end.error.code == "fetch_rows" and lab.fetched_bytes(wanted) == 0


def test_a_disk_that_is_full_for_the_text_is_said(stage: Stage, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = stage.laboratory

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lab._fetcher, "_keep", full)
    lab.fetch(ME, table(host))
    end = end_of(lab)
    assert end.error is not None and end.error.code == "fetch_kept" and "{" not in str(end.error)


def test_closing_ends_it(stage: Stage, host: Host) -> None:
    lab, host.hold_after = stage.laboratory, 1000
    lab.fetch(ME, table(host))
    wait_until(lambda: host.asked)
    host.go_on.set()
    lab._fetcher.close()
    assert lab.fetching(ME) is None and not lab._fetcher._errands

"""Fetching from a server of this computer: whole, in two goes, from a server without ranges, broken, wrong, gone, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lab.data_sets import DATA_SETS, DataSet, File
from lab.fetch import CHUNK, fetch, fetched, is_here
from model import limits
from model.corpora.own import read_aligned, read_pairs
from model.errors import LabError
from tests.lab.publisher import SOURCES, TARGETS, Host, aligned, publisher, zipped


@pytest.fixture
def host() -> Iterator[Host]:
    with publisher() as host:
        yield host


def test_two_files_come_whole_and_are_read_as_one_s_own_text(host: Host, tmp_path: Path) -> None:
    wanted = aligned(host)
    progress = list(fetch(wanted, tmp_path))
    assert is_here(wanted, tmp_path) and fetched(wanted, tmp_path) == [host.files["/en.gz"], host.files["/fr.gz"]]
    for number, file in enumerate(wanted.files):
        of_file = [step for step in progress if step.file == number]
        assert [step.received for step in of_file] == sorted(step.received for step in of_file)
        assert of_file[-1].received == of_file[-1].total == file.size and len(of_file) > 2
    corpus, report = read_aligned(*fetched(wanted, tmp_path))
    assert report.lines == len(SOURCES) and len(corpus.train) > 10_000
    assert list(fetch(wanted, tmp_path)) == [] and len(host.asked) == 2, "what is here is not fetched again"


def test_a_memory_becomes_a_table(host: Host, tmp_path: Path) -> None:
    wanted = DataSet("memory", "Memory", "", "", ("en", "fr"), (File(host.address + "/en-fr.tmx.gz"),), 400)
    list(fetch(wanted, tmp_path))
    (table,) = fetched(wanted, tmp_path)
    assert table.decode().splitlines() == ["\t".join(pair) for pair in list(zip(SOURCES, TARGETS, strict=True))[:500]]
    assert read_pairs(table)[1].lines == 500
    other = replace(wanted, rows=501)
    with pytest.raises(LabError, match="500 pairs"):
        list(fetch(other, tmp_path))
    assert not is_here(other, tmp_path)


def test_cancelled_it_goes_on_where_it_stopped(host: Host, tmp_path: Path) -> None:
    wanted, steps = aligned(host), iter(())
    steps = fetch(wanted, tmp_path)
    while next(steps).received < 2 * CHUNK:
        pass
    steps.close()  # type: ignore[attr-defined]
    assert not is_here(wanted, tmp_path)
    again = list(fetch(wanted, tmp_path))
    assert again[0].received == 2 * CHUNK and host.asked[1] == ("/en.gz", f"bytes={2 * CHUNK}-")
    assert fetched(wanted, tmp_path)[0] == host.files["/en.gz"]


def test_a_broken_connection_is_said_and_nothing_is_lost(host: Host, tmp_path: Path) -> None:
    wanted, host.cut_after = aligned(host), 3 * CHUNK // 2
    for _ in range(20):
        with pytest.raises(LabError, match=r"127\.0\.0\.1 cannot be reached, or the connection broke"):
            list(fetch(wanted, tmp_path))
        if (tmp_path / "en.gz").exists():
            break
    host.cut_after = None
    list(fetch(wanted, tmp_path))
    assert fetched(wanted, tmp_path) == [host.files["/en.gz"], host.files["/fr.gz"]]


def test_a_server_without_ranges_starts_over(host: Host, tmp_path: Path) -> None:
    wanted, host.ranges = aligned(host), False
    (tmp_path / "en.gz.part").write_bytes(b"x" * 1000)
    assert next(iter(fetch(wanted, tmp_path))).received == 0
    list(fetch(wanted, tmp_path))
    assert fetched(wanted, tmp_path)[0] == host.files["/en.gz"]


def test_all_of_it_had_come_before_it_could_be_checked(host: Host, tmp_path: Path) -> None:
    wanted = aligned(host)
    (tmp_path / "en.gz.part").write_bytes(host.files["/en.gz"])
    list(fetch(wanted, tmp_path))
    assert is_here(wanted, tmp_path)


def test_another_file_is_thrown_away(host: Host, tmp_path: Path) -> None:
    wanted = aligned(host)
    host.files["/fr.gz"] = zipped("something else")
    with pytest.raises(LabError, match="not the file that was expected"):
        list(fetch(wanted, tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["en.gz"]


def test_a_file_that_has_moved_or_a_page_in_its_place(host: Host, tmp_path: Path) -> None:
    with pytest.raises(LabError, match="answers 404"):
        list(fetch(replace(aligned(host), files=(File(host.address + "/none.gz"),)), tmp_path))
    host.files["/page.gz"] = b"<html>sign in</html>"
    with pytest.raises(LabError, match="not the file that was expected"):
        list(fetch(replace(aligned(host), files=(File(host.address + "/page.gz"),)), tmp_path))


def test_without_network_one_sentence(tmp_path: Path) -> None:
    closed = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = closed.server_port
    closed.server_close()
    with pytest.raises(LabError, match="cannot be reached"):
        list(fetch(DataSet("none", "", "", "", ("en", "fr"), (File(f"http://127.0.0.1:{port}/en.gz"),), 1), tmp_path))


def test_a_file_without_end_is_cut_off(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UPLOAD_BYTES", 2 * CHUNK)
    with pytest.raises(LabError, match=str(2 * CHUNK)):
        list(fetch(aligned(host), tmp_path))


def test_what_is_offered_says_where_from_and_on_what_terms() -> None:
    assert {found.languages for found in DATA_SETS} == {("en", "fr"), ("en", "it")}
    for found in DATA_SETS:
        assert found.terms and found.about and all(file.address.startswith("https://") for file in found.files)

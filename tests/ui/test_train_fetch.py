"""Fetching on the Train page: what stands there before, how far it is, what it becomes, and what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lab import close_laboratory, data_sets, front
from lab.data_sets import DataSet, File
from lab.fetch import CHUNK
from lab.tasks import perform
from tests.lab.conftest import Stage
from tests.lab.publisher import Host, aligned, publisher
from ui import train_fetch, wording

ROOT = Path(__file__).parents[2]
START, CANCEL = "train_fetch_start_pairs", "train_fetch_cancel_pairs"


@pytest.fixture
def played(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The laboratory of the page, without a worker; short tasks are done at once."""
    close_laboratory()
    stage = Stage(data_folder)
    monkeypatch.setattr(front, "_only", stage.open())

    def at_once(kind: str, arguments: Mapping[str, Any], visitor: str = "") -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(perform(kind, arguments))
        return done

    monkeypatch.setattr(stage.laboratory, "submit_task", at_once)
    yield stage
    close_laboratory()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Publishes the one data set there is."""
    with publisher() as host:
        monkeypatch.setattr(data_sets, "DATA_SETS", (aligned(host),))
        yield host


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(wording, "notice", lambda text, key: said.append(text))
    return said


def visit() -> AppTest:
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    page.session_state["visitor"] = "mine"
    page.run().switch_page("pages/train.py")
    page.session_state["train_corpus"] = "own"
    page.session_state["train_own_kind"] = "published"
    page.run()
    assert not page.exception, [error.value for error in page.exception]
    return page


def drawn_until(page: AppTest, true: Callable[[], Any]) -> None:
    """Drawn anew, as the page does by itself, until something holds."""
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)
        page.run()
        assert not page.exception, [error.value for error in page.exception]


def keys(page: AppTest) -> set[str]:
    return {str(button.key) for button in page.button}


def words(page: AppTest) -> str:
    return " ".join(str(part.value) for part in (*page.markdown, *page.caption))


def test_what_is_offered_stands_there_before_anything_is_fetched(played: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.urlopen", lambda *_: pytest.fail("nothing may be fetched"))
    said = words(visit())
    for wanted in data_sets.DATA_SETS:
        assert all(part in said for part in (wanted.title, wanted.about, wanted.terms, *(file.address for file in wanted.files)))
    assert "1.1 MB in all" in said and "more than 64 MB is not taken" in said
    assert played.laboratory.fetching("mine") is None


def test_it_comes_and_is_learnt_from(played: Stage, host: Host) -> None:
    page = visit()
    assert page.button(key=START).label == "Fetch from the network" and page.button(key="train_start").disabled
    page.button(key=START).click().run()
    drawn_until(page, lambda: "train_own_again" in keys(page))
    assert page.session_state["train_own_text"].found["lines"] == 40_000
    assert not page.button(key="train_start").disabled and played.laboratory.fetching("mine") is None
    page.button(key="train_start").click().run()
    (run,) = played.laboratory.list_runs("mine")
    assert run.spec.corpus.kind == "aligned" and run.name == "Pairs 1"


def test_cancelled_and_gone_on_with(played: Stage, host: Host) -> None:
    host.hold_after = 2 * CHUNK
    page = visit()
    page.button(key=START).click().run()
    drawn_until(page, lambda: (now := played.laboratory.fetching("mine")) is not None and now.received == 2 * CHUNK)
    page.run()
    assert CANCEL in keys(page) and START not in keys(page)
    assert "32 kB of" in str(page.get("progress")[0].proto)
    page.button(key=CANCEL).click().run()
    assert START in keys(page) and "32 kB of it are on this server already" in words(page)
    host.hold_after = None
    host.go_on.set()
    page.button(key=START).click().run()
    drawn_until(page, lambda: "train_own_again" in keys(page))


def test_without_network_one_sentence(played: Stage, notices: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = DataSet("pairs", "Pairs", "About.", "Terms.", ("en", "fr"), (File("http://127.0.0.1:9/en.gz"),), 1)
    monkeypatch.setattr(data_sets, "DATA_SETS", (nowhere,))
    page = visit()
    page.button(key=START).click().run()
    drawn_until(page, lambda: notices)
    assert notices[0].startswith("127.0.0.1 cannot be reached") and START in keys(page)


@pytest.mark.parametrize(
    ("size", "told"), [(1, "1 kB"), (568_929, "556 kB"), (2**20 - 1, "1.0 MB"), (1_173_171, "1.1 MB"), (10**7, "9.5 MB"), (2**26, "64 MB")]
)
def test_amounts(size: int, told: str) -> None:
    assert train_fetch.amount(size) == told

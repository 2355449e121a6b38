"""One real server for all browser tests of a process, a real Chromium for each file; every visit is a fresh profile.

The Chromium is not kept longer: as long as it runs, so does Playwright's event loop, and a test elsewhere could have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bench.browser import MISSING, NewVisit, Visit, chromium, find
from bench.server import running_server
from tests.browser.training import PATIENCE

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server started for these tests."""
    with running_server() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if find() is None:
        pytest.fail(MISSING, pytrace=False)
    with chromium() as browser:
        yield browser


@pytest.fixture
def patience() -> Iterator[None]:
    """What has to come may take its time: a worker trains beside the page."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=None)


@pytest.fixture
def new_visit(browser: Browser, server: str) -> Iterator[NewVisit]:
    """Make visits: `new_visit(width=390, scheme="dark").open("inspect")`; each is a visitor with an empty profile."""
    visits: list[Visit] = []

    def make(**options: object) -> Visit:
        visits.append(Visit(browser, server, **options))  # type: ignore[arg-type]
        return visits[-1]

    yield make
    for visit in visits:
        visit.close()

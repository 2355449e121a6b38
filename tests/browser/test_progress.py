"""The record in a real browser: there after a reload and in a new tab, out as a file, in as a file, gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import catalogue
from bench.browser import NewVisit, Visit, settle
from tests.browser.test_every_page import SIDEWAYS, violations

READY = [lesson for lesson in catalogue.LESSONS if lesson.ready]
pytestmark = pytest.mark.skipif(not READY, reason="no lesson is finished")
RECORD = {
    "format_version": 1,
    "bets": {"heads.referent": {"question": "Which head <b>finds</b> it?", "choice": "$the$ fourth"}},
    "answers": {"heads.sum": True, "heads.leak": False},
    "again": {},
    "opened": {"heads": "2026-01-02"},
    "read": {"heads": "2026-01-02"},
}


def bring_in(view: Page, folder: Path, content: bytes) -> None:
    path = folder / "record.json"
    path.write_bytes(content)
    view.get_by_role("button", name="Bring one in").click()
    view.locator("input[type=file]").set_input_files(path)
    view.wait_for_timeout(300)
    settle(view)


def test_bets_survive_a_reload(new_visit: NewVisit) -> None:
    visit = new_visit()
    lesson = READY[0]
    view = visit.open(lesson.slug)
    choice = view.locator("[class*=st-key-bet_] button").first
    text = choice.inner_text()
    choice.click()
    expect(view.get_by_text(f"Your bet: {text}")).to_be_visible()
    settle(view)
    view.reload()
    settle(view)
    expect(view.get_by_text(f"Your bet: {text}")).to_be_visible()
    view.goto(f"{visit.address}/progress")
    settle(view)
    expect(view.locator(".path .bet b", has_text=text)).to_be_visible()
    assert new_visit().open("progress").locator(".path .bet").count() == 0, "another visitor sees nothing of it"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_record_goes_in_and_out_and_away(new_visit: NewVisit, tmp_path: Path, width: int, scheme: str) -> None:
    visit: Visit = new_visit(width=width, scheme=scheme)
    view = visit.open("progress")
    bring_in(view, tmp_path, json.dumps(RECORD).encode())
    expect(view.get_by_text("$the$ fourth")).to_be_visible()
    expect(view.get_by_text("Which head <b>finds</b> it?")).to_be_visible()
    view.keyboard.press("Escape")
    assert max(view.evaluate(SIDEWAYS)) <= 0
    found = violations(view)
    assert not found, "\n".join(found)
    with view.expect_download() as event:
        view.get_by_role("button", name="Take it along").click()
    assert json.loads(Path(event.value.path()).read_text(encoding="utf-8")) == RECORD
    view.get_by_role("button", name="Delete it").click()
    view.get_by_role("button", name="Delete my record").click()
    expect(view.get_by_text("$the$ fourth")).to_have_count(0)
    settle(view)
    view.reload()
    settle(view)
    expect(view.get_by_text("Nothing here yet.")).to_be_visible()
    assert not visit.console_errors and not visit.page_errors and not visit.foreign_requests


def test_a_foreign_file_gets_a_sentence(new_visit: NewVisit, tmp_path: Path) -> None:
    visit = new_visit()
    view = visit.open("progress")
    bring_in(view, tmp_path, json.dumps({**RECORD, "read": {"nobody": "2026-01-02"}}).encode())
    expect(view.get_by_text("has no entry 'nobody'")).to_be_visible()
    assert view.locator("[data-testid=stException]").count() == 0 and not visit.page_errors

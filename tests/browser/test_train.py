"""The real path: start a short run, watch it end, put it on the stage, inspect it, come back and find it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from bench.browser import settle
from tests.browser.conftest import NewVisit

END_MILLISECONDS = 60_000


def start_short_run(page: Page) -> None:
    page.get_by_text("Reversing", exact=True).click()
    settle(page)
    page.get_by_label("Steps").fill("60")
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Start").click()


def test_a_run_of_ones_own(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.open("train")
    start_short_run(page)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_text("Done: 60 steps")).to_be_visible(timeout=END_MILLISECONDS)
    settle(page)
    expect(page.locator("[data-testid=stVegaLiteChart]").first.get_by_text("floor of training")).to_be_visible()
    page.get_by_role("button", name="Use this model").click()
    page.wait_for_url("**model=run*")
    settle(page)
    run = re.search(r"[?&]run=([0-9a-f]{20})", page.url)
    assert run is not None, "the address names the run"

    page.get_by_role("link", name="inspect it").click()
    page.wait_for_url("**/inspect?**")
    settle(page)
    expect(page.locator("select[aria-label=Model] option:checked")).to_have_text("Reversing 1")

    page.goto(f"{visit.address}/train")
    settle(page)
    expect(page.get_by_text("My runs")).to_be_visible()

    other = new_visit().open(f"train?run={run[1]}")
    expect(other.get_by_text("Done: 60 steps")).to_be_visible()
    expect(other.get_by_text("somebody else's run")).to_be_visible()
    expect(other.get_by_role("button", name="Rename or delete")).to_have_count(0)
    expect(other.get_by_text("My runs")).to_have_count(0)
    assert not visit.console_errors and not visit.page_errors and not visit.foreign_requests

"""What the browser tests of the Train page share: how a run is started, and what is waited for."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from bench.browser import settle

SECONDS = 1000  # of Playwright's milliseconds
PATIENCE = 60 * SECONDS  # with a page on a busy computer
TRAINING = 600 * SECONDS  # with a worker, to which everything else goes first
FAILED = re.compile(r"Failed after step|Diverged\. At step")


def start(page: Page, steps: int, label: str = "Steps") -> str:
    """Press Start; the id of the run, which the address then names."""
    page.get_by_label(label, exact=True).fill(str(steps))
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**run=*")
    return run_in(page)


def comes(page: Page, told: str | re.Pattern[str]) -> None:
    """Wait for what a run tells in the end; not for a run that has failed."""
    failed = page.get_by_text(FAILED)
    expect(page.get_by_text(told).or_(failed).first).to_be_visible(timeout=TRAINING)
    expect(failed).to_have_count(0)


def run_in(page: Page) -> str:
    found = re.search(r"[?&]run=([0-9a-f]{20})", page.url)
    assert found is not None, "the address names the run"
    return found[1]

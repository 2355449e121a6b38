"""The matrix and the lines on their own: pointer, keyboard, sums, table, tokens as data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from bench.browser import Visit
from bench.server import running_server
from tests.browser.pictures_app import arrays
from tests.browser.test_every_page import violations
from tests.browser.test_inspect import written


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_server(module="tests.browser.pictures_app") as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    visit = Visit(browser, address, height=1400)
    visit.open()
    visit.page.locator(".grid").nth(1).wait_for()
    yield visit
    visit.close()


def score_line(view: Page) -> str:
    return view.locator(".arithmetic").first.inner_text()


def test_a_score_is_spelt_out(visit: Visit) -> None:
    query, key, _, _ = arrays()
    before = visit.frames_sent
    grid = visit.page.locator(".grid").first
    grid.focus()
    for step in ("ArrowDown", "ArrowDown", "ArrowRight"):
        visit.page.keyboard.press(step)
    product = float(np.float32(query[2]) @ np.float32(key[1]))
    assert score_line(visit.page) == f"score(cat, le) = q·k / √8 = {written(product)} / 2.83 = {written(product / np.sqrt(8))}"
    box = grid.bounding_box()
    assert box is not None
    cell = box["width"] / 4
    assert 8 <= cell <= 44
    grid.hover(position={"x": 3.5 * cell, "y": 3.5 * cell})
    assert score_line(visit.page).startswith("score(<b>x</b>, s) = ")
    assert visit.frames_sent == before and not visit.page_errors


def test_masked_cells_are_named(visit: Visit) -> None:
    visit.page.locator(".grid").nth(1).focus()
    visit.page.keyboard.press("End")
    assert visit.page.locator(".arithmetic").nth(1).inner_text().endswith("= 0")
    assert "masked" in visit.page.locator(".grid").nth(1).get_by_role("gridcell").inner_text()


def test_the_table_holds_the_same_numbers(visit: Visit) -> None:
    _, _, _, weights = arrays()
    visit.page.get_by_role("button", name="Show as a table").nth(1).click()
    cells = visit.page.locator("table td").all_inner_texts()[1:]
    wanted = [written(weights[i, j]) if j <= i else "masked" for i in range(4) for j in range(4)]
    assert cells == wanted


def test_lines_are_hovered_pinned_and_walked(visit: Visit) -> None:
    buttons = visit.page.locator(".lines button")
    expect(buttons).to_have_count(8)
    _, _, _, weights = arrays()
    buttons.nth(2).hover()
    shares = visit.page.locator(".lines .read .share").all_inner_texts()
    assert shares[0] == f"{round(100 * weights[2, 0])}\u00a0%" and shares[3] == ""
    buttons.nth(2).click()
    visit.page.mouse.move(2, 2)
    expect(buttons.nth(2)).to_have_attribute("aria-pressed", "true")
    assert visit.page.locator(".lines .read .share").all_inner_texts() == shares
    buttons.nth(2).focus()
    visit.page.keyboard.press("Tab")
    assert visit.page.locator(".lines .read .share").all_inner_texts() != shares


def test_tokens_never_become_elements(visit: Visit) -> None:
    assert "<b>x</b>" in visit.page.locator(".lines button").all_inner_texts()[3]


def test_both_pictures_are_accessible(visit: Visit) -> None:
    assert not violations(visit.page), "\n".join(violations(visit.page))

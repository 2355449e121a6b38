"""Check yourself in a real browser: with the keyboard alone, announced, and one message to the server for a cell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.browser import Visit, settle
from bench.server import running_server
from tests.browser.test_every_page import SIDEWAYS, violations


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_server(module="tests.browser.check_app") as address:
        yield address


@pytest.fixture(params=[1280, 390])
def visit(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visit]:
    visit = Visit(browser, address, width=request.param)
    visit.open()
    yield visit
    visit.close()
    assert not visit.console_errors and not visit.page_errors


def verdict(view: Page, text: str) -> None:
    expect(view.get_by_role("status").filter(has_text=text)).to_be_visible()


def to_the_cell(view: Page) -> None:
    view.get_by_text("*one*", exact=True).click()
    verdict(view, "Not this one. no, one")
    view.get_by_role("button", name="Next question").click()
    view.get_by_role("textbox").fill("30 %")
    view.keyboard.press("Enter")
    verdict(view, "Not this one. That is the rest.")
    view.get_by_role("textbox").fill("69")
    view.keyboard.press("Enter")
    verdict(view, "Right. It sums up.")
    view.get_by_role("button", name="Next question").click()
    view.locator(".grid").wait_for()
    settle(view)


def test_a_cell_is_answered_with_the_keyboard_in_one_message(visit: Visit) -> None:
    view = visit.page
    to_the_cell(view)
    assert view.get_by_role("status").filter(has_text="R").count() == 0, "nothing is said before the answer"
    before = visit.frames_sent
    view.locator(".grid").focus()
    for key in ("ArrowDown", "ArrowRight"):
        view.keyboard.press(key)
    expect(view.get_by_role("button", name="Answer: the, chat")).to_be_visible()
    assert visit.frames_sent == before, "moving about sends nothing"
    view.keyboard.press("Enter")
    verdict(view, "Not this one. not row 1, column 1")
    settle(view)
    assert visit.frames_sent == before + 1
    found = violations(view)
    assert not found, "\n".join(found)
    assert max(view.evaluate(SIDEWAYS)) <= 0
    view.get_by_role("button", name="How did I do?").click()
    expect(view.get_by_text("0 of 3 right at the first try")).to_be_visible()


def test_a_click_is_an_answer(visit: Visit) -> None:
    view = visit.page
    to_the_cell(view)
    box = view.locator(".grid").bounding_box()
    assert box is not None
    view.mouse.click(box["x"] + box["width"] * 5 / 6, box["y"] + box["height"] * 7 / 8)
    verdict(view, "Right. the largest")
    assert view.locator(".front circle").count() == 1, "the right cell is marked, with a sign beside the colour"


def test_a_finger_chooses_first_and_answers_with_the_button(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    view = context.new_page()
    view.goto(address)
    settle(view)
    to_the_cell(view)
    box = view.locator(".grid").bounding_box()
    assert box is not None
    view.touchscreen.tap(box["x"] + box["width"] / 6, box["y"] + box["height"] / 8)
    view.wait_for_timeout(400)
    assert view.get_by_role("status").filter(has_text="row").count() == 0
    view.get_by_role("button", name="Answer: <s>, le").tap()
    verdict(view, "Not this one. not row 0, column 0")
    context.close()

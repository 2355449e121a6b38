"""Lesson 13 in a real browser: its pictures answer pointer and keyboard, and nothing of it goes to the server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from bench.browser import NewVisit, Visit
from tests.browser.test_every_page import SIDEWAYS, violations

STRIP, BATCH, CHANGE, FILM = range(4)
ELSEWHERE = ("katex-display", "<pre class")  # formulas and code that scroll: every lesson's, held by tests/browser/test_every_page.py


def lesson(new_visit: NewVisit, **options: object) -> tuple[Visit, Page]:
    visit = new_visit(**options)
    view = visit.open("mask?model=toy")
    view.locator(".masks").nth(FILM).wait_for()
    return visit, view


def part(view: Page, number: int) -> Locator:
    found = view.locator(".masks").nth(number)
    found.scroll_into_view_if_needed()
    return found


def press(where: Locator, name: str) -> None:
    where.get_by_role("button", name=name, exact=True).click()


def test_nothing_of_it_goes_to_the_server(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit, height=1400)
    before = visit.frames_sent
    strip, batch, change, film = (part(view, number) for number in range(4))
    for name in ("Not shifted", "Not shifted, diagonal hidden", "Shifted by one", "Next row", "Previous row"):
        press(strip, name)
    strip.get_by_role("group", name="Head").get_by_role("button", name="1").click()
    strip.locator(".strip").press("ArrowRight")
    for name in ("Causal alone", "Padding alone", "Both"):
        press(batch, name)
    batch.locator(".grid3").nth(1).press("ArrowDown")
    press(change, "trop")
    press(film, "Stories")
    film.locator("input[type=range]").press("ArrowLeft")
    press(film.get_by_role("group", name="Sample"), "2")
    view.wait_for_timeout(700)
    assert visit.frames_sent == before
    assert not visit.page_errors and not visit.console_errors and not visit.foreign_requests


def test_the_strip_tells_what_a_row_may_read(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    strip = part(view, STRIP)
    told, slider = strip.locator(".told"), strip.get_by_role("slider", name="Row of the decoder")
    expect(told).to_have_text(
        "Row 11 has been given qu' and must write il. It reads 11 inputs, its own among them; 4 are hidden. "
        "il itself is the input of row 12: hidden."
    )
    slider.press("Home")
    expect(told).to_contain_text("Row 1 has been given <s>")
    expect(strip.locator(".strip svg text", has_text="\u2212\u221e")).to_have_count(14)
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuenow", "15")
    expect(told).to_contain_text("reads all 15 inputs")
    press(strip, "Not shifted, diagonal hidden")
    slider.press("Home")
    expect(told).to_contain_text("nothing left to read")
    expect(strip.locator(".strip svg text", has_text="\u2212\u221e")).to_have_count(15)


def test_weights_of_a_row_add_up_to_one(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    strip = part(view, STRIP)
    for head in "1234":
        strip.get_by_role("group", name="Head").get_by_role("button", name=head).click()
        expect(strip.locator(".arithmetic")).to_contain_text(re.compile(r"\+ 4 \u00d7 0 = 1\.00"))
    assert "head=4" in view.url


def test_a_batch_counts_its_cells(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    batch = part(view, BATCH)
    counts = batch.locator(".sheet3 p")
    for row in range(3):
        numbers = [int(text) for text in re.findall(r"\d+", counts.nth(row).inner_text())]
        assert sum(numbers) == 15 * 15 and numbers[1] == 105
    press(batch, "Causal alone")
    expect(counts.nth(2)).to_contain_text("open 120")
    press(batch, "Padding alone")
    expect(counts.nth(0)).to_contain_text("open 225")


def test_a_changed_word_moves_no_row_before_it(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    change = part(view, CHANGE)
    for word, before in (("pas", 5), ("fatigu\u00e9", 14), ("l'", 1)):
        change.locator(".pick button", has_text=re.compile(f"^{word}$")).click()
        cells = change.locator(".rows tbody tr")
        assert cells.nth(0).locator("td").all_inner_texts()[:before] == ["0"] * before
        assert "0" not in cells.nth(0).locator("td").all_inner_texts()[before:]
        assert "0" not in cells.nth(1).locator("td").all_inner_texts()[:before]
        expect(change.locator(".verdict b").nth(0)).to_have_text("0")


def test_the_film_shows_both_trainings(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    film = part(view, FILM)
    expect(film.locator("output")).to_have_text("after step 0 of 400")  # the bet is open: its answer is not shown
    film.locator("input[type=range]").press("End")
    expect(film.locator(".said .mark2").nth(0)).to_have_text("right, word for word")
    press(film, "Stories")
    expect(film.locator(".said .mark2").nth(1)).to_have_text("nothing fits after the beginning")
    assert film.locator(".said.open .misfit").inner_text() == film.locator(".said.open .written").inner_text()
    film.locator("input[type=range]").press("Home")
    expect(film.locator("output")).to_have_text("after step 0 of 900")
    press(film, "Play")
    expect(film.locator("output")).not_to_have_text("after step 0 of 900", timeout=5000)
    press(film, "Pause")


def test_tables_stand_beside_the_pictures(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    for number, tables in ((STRIP, 3), (BATCH, 3), (CHANGE, 3), (FILM, 1)):
        here = part(view, number)
        press(here, "Show as a table")
        expect(here.locator("table")).to_have_count(tables)
    expect(part(view, CHANGE).locator(".table table").first.locator("tbody td").nth(1)).to_have_text("0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(new_visit: NewVisit, scheme: str) -> None:
    visit, view = lesson(new_visit, width=390, scheme=scheme)
    assert max(view.evaluate(SIDEWAYS)) <= 0
    strip = part(view, STRIP)
    expect(strip.locator(".figures .grid, .grid")).to_have_count(1)
    press(strip, "scores")
    press(strip, "Show as a table")
    assert max(view.evaluate(SIDEWAYS)) <= 0
    ours = [found for found in violations(view) if not any(place in found for place in ELSEWHERE)]
    assert not ours and not visit.page_errors

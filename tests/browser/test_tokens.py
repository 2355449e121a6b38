"""Lesson 6 in a real browser: what needs no server sends nothing to it, the bet covers its answer, keys reach everything."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bench.browser import NewVisit, Visit, settle
from tests.browser.test_every_page import SIDEWAYS, violations

ROWS = ".cutrows"


def lesson(new_visit: NewVisit, bet: str | None = "3 pieces", **options: object) -> tuple[Visit, Page]:
    visit = new_visit(**{"height": 1400, **options})
    view = visit.open("embeddings?model=toy")
    view.locator(ROWS).first.wait_for()
    if bet:
        view.get_by_text(bet, exact=True).first.click()
        view.locator(".trees").wait_for()
        settle(view)
    return visit, view


def row(view: Page, name: str) -> list[str]:
    """The pieces of one tokenizer, as they stand in their boxes."""
    return view.locator(ROWS).first.locator(f"section[aria-label='{name}'] .box").all_inner_texts()


def test_the_bet_covers_what_answers_it(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit, bet=None)
    assert row(view, "Words")[6] == "street" and not row(view, "Byte pair")
    assert view.get_by_text("Bet first: this line answers it.").count() == 2
    assert view.locator(".trees").count() == 0
    view.get_by_text("2 pieces", exact=True).first.click()
    view.locator(".trees").wait_for()
    assert "st|re|et" in "|".join(row(view, "Byte pair"))
    expect(view.get_by_text("street becomes 3 pieces")).to_be_visible()


def test_what_needs_no_server_sends_nothing(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit)
    before = visit.frames_sent
    size = view.get_by_role("slider", name="Vocabulary", exact=True)
    size.focus()
    for _ in range(3):
        view.keyboard.press("ArrowRight")
    assert len(row(view, "Byte pair")) == 12, "with 1000 rows every word is whole"
    view.keyboard.press("Home")
    assert len(row(view, "Byte pair")) > 40
    view.locator(f"{ROWS} .box").nth(3).hover()
    expect(view.locator(".cutrows + .arithmetic").first).to_contain_text("row")
    view.get_by_role("button", name="row of E").click()
    view.locator(".frame.rows").press("ArrowDown")
    view.locator(".frame.rows").press("ArrowRight")
    view.get_by_role("button", name="To the start").last.click()
    view.get_by_role("button", name="French gender").click()
    view.get_by_role("button", name="animal", exact=True).first.click()
    view.get_by_role("button", name="French", exact=True).click()
    view.get_by_role("slider", name="Training").press("Home")
    view.wait_for_timeout(600)
    assert visit.frames_sent == before
    assert not visit.console_errors and not visit.page_errors


def test_merges_step_from_characters_to_pieces(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    picture = view.locator(".trees svg")
    final = picture.get_attribute("aria-label") or ""
    assert final.startswith("Pieces now: \u2581the \u2581an imal")
    view.get_by_role("button", name="To the start").last.click()
    assert (picture.get_attribute("aria-label") or "").startswith("Pieces now: \u2581 t h e \u2581 a n i m a l")
    seen = []
    while (label := picture.get_attribute("aria-label") or "") != final:
        seen.append(len(label.split()))
        view.get_by_role("button", name="One step on").last.click()
        assert len(seen) < 100
    assert seen == sorted(seen, reverse=True)
    view.get_by_role("button", name="To the start").last.click()
    view.get_by_role("button", name="Play").last.click()
    view.wait_for_timeout(1700)
    assert picture.get_attribute("aria-label") != "Pieces now: \u2581 t h e \u2581 a n i m a l"


def test_the_map_goes_through_training_and_names_neighbours(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    canvas = view.locator(".map-canvas")
    expect(canvas).to_have_attribute("aria-label", re.compile("step 4000"))
    after = view.locator(".near .neighbours").last
    assert after.locator("button").first.inner_text() == "forest"
    view.get_by_role("slider", name="Training").press("Home")
    expect(canvas).to_have_attribute("aria-label", re.compile("untrained"))
    view.locator(".find").fill("queen")
    view.locator(".find").press("Enter")
    expect(after.locator("button").first).to_have_text(re.compile("girl|woman"))
    after.locator("button").first.click()
    expect(view.locator(".near-side .arithmetic")).to_contain_text(re.compile("Most like (girl|woman)"))


def test_unigram_and_its_ladder(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    view.get_by_role("radio", name="Unigram").click()
    view.locator(".lattice svg").wait_for()
    settle(view)
    rungs = view.locator(".rung")
    assert rungs.count() >= 5
    rungs.last.click()
    expect(view.locator(".lattice svg")).to_have_attribute("aria-label", re.compile("the best path is"))
    assert rungs.last.get_attribute("aria-pressed") == "true"
    view.locator(".lattice").press("ArrowRight")


def test_a_table_beside_every_picture(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    buttons = view.get_by_role("button", name="Show as a table")
    for place in range(buttons.count()):
        buttons.nth(place).click()
    assert view.locator(".table table").count() == buttons.count() >= 5


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize("width", (390, 1280))
def test_in_full_it_fits_and_reads(new_visit: NewVisit, width: int, scheme: str) -> None:
    """The other tests of pages see the lesson before its bet."""
    visit, view = lesson(new_visit, width=width, scheme=scheme)
    assert max(view.evaluate(SIDEWAYS)) <= 0
    found = violations(view)
    assert not found, "\n".join(found)
    assert not visit.console_errors and not visit.page_errors

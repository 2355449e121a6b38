"""Lesson 9 in a real browser: looking costs nothing, a switch asks the server, Fuses are solved, links lead back, tables sort."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bench.browser import NewVisit, Visit, settle
from tests.browser.test_every_page import SIDEWAYS, violations

BOARD = ".board:not(.game)"
GAME = ".board.game"


def lesson(new_visit: NewVisit, address: str = "", **options: object) -> tuple[Visit, Page]:
    visit = new_visit(**options)
    view = visit.open(f"heads?{address if 'model=' in address else 'model=toy&' + address}")
    view.locator(f"{BOARD} .tile canvas").first.wait_for()
    view.locator(".headfilm canvas").first.wait_for()
    settle(view)
    return visit, view


def silence(view: Page, board: str, head: str) -> None:
    view.locator(board).get_by_role("button", name=f"Silence {head}", exact=True).click()
    view.locator(f"{board}:not(.waiting)").wait_for(timeout=60_000)  # the first answer may have to wait for the model


def test_looking_sorting_and_scrubbing_send_nothing(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit, height=1400)
    before = visit.frames_sent
    view.get_by_role("button", name="Show Cross-attention, layer 2, head 3 large").click()
    expect(view.locator(f"{BOARD} .largemap h3")).to_have_text("Cross-attention, layer 2, head 3")
    assert "attention=cross" in view.url and "layer=2" in view.url and "head=3" in view.url
    view.locator(f"{BOARD} .sister").first.click()
    expect(view.locator(f"{BOARD} .largemap h3")).to_have_text("Cross-attention, layer 2, head 1")
    view.locator(".headsum .tokensrow button").nth(2).click()
    view.locator(".headsum .controls").get_by_role("button", name="Decoder", exact=True).click()
    view.locator(".headsum .strips").focus()
    view.keyboard.press("ArrowRight")
    expect(view.locator(".headsum .arithmetic")).to_contain_text("Dimension 2")
    line = view.locator(".headsum .arithmetic").inner_text().replace("\u2212", "-").split(":", 1)[1]
    terms, total = line.split("=")[0].replace(" ", ""), line.split("=")[1].split()[0]
    decimals = len(total.split(".")[1])
    assert f"{sum(map(float, re.findall(r'[+-]?[0-9.]+', terms))):.{decimals}f}" in (total, total.removeprefix("-")), line
    view.locator(".headtable").first.get_by_role("button", name="entropy").click()
    view.locator(".headtable").first.get_by_role("button", name="Encoder", exact=True).click()
    view.locator(".headfilm input[type=range]").focus()
    view.keyboard.press("Home")
    expect(view.locator(".headfilm .step")).to_have_text("after step 0")
    view.get_by_role("button", name="Play", exact=True).click()
    view.wait_for_timeout(1800)
    assert view.locator(".headfilm .step").inner_text() != "after step 0"
    assert visit.frames_sent == before
    assert not visit.page_errors and not visit.console_errors and not visit.foreign_requests


def test_two_silent_heads_turn_the_pronoun_and_come_back(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit)
    outcome = view.locator(f"{BOARD} .outcome")
    expect(outcome).to_contain_text("qu'il")
    silence(view, BOARD, "Encoder self-attention, layer 1, head 3")
    silence(view, BOARD, "Encoder self-attention, layer 1, head 4")
    expect(outcome).to_contain_text("qu'elle", timeout=20_000)
    expect(outcome).to_contain_text("“il” has turned into “elle”")
    assert outcome.locator("mark").all_inner_texts() == ["qu'elle", "fatiguée"]
    outcome.get_by_role("button", name="What does this cost").click()
    expect(outcome).to_contain_text(re.compile(r"loss 0\.108 → 0\.\d{3} nats"), timeout=30_000)
    view.get_by_role("button", name="its mean", exact=True).click()
    view.locator(f"{BOARD}:not(.waiting)").wait_for()
    expect(outcome).not_to_contain_text("nats")
    outcome.get_by_role("button", name="All on again").click()
    expect(outcome).to_contain_text("Silence a head", timeout=20_000)
    assert not visit.page_errors and not visit.console_errors


def test_the_keyboard_walks_the_tiles_and_switches_keep_the_focus(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    first = view.locator(BOARD).get_by_role("button", name="Silence Encoder self-attention, layer 1, head 1", exact=True)
    first.focus()
    view.keyboard.press("ArrowRight")
    second = view.locator(BOARD).get_by_role("button", name="Silence Encoder self-attention, layer 1, head 2", exact=True)
    expect(second).to_be_focused()
    view.keyboard.press("Enter")
    expect(second).to_have_attribute("aria-pressed", "true")
    view.locator(f"{BOARD}:not(.waiting)").wait_for()
    expect(view.locator(f"{BOARD} .outcome")).to_contain_text("Not a word changes")
    expect(second).to_be_focused()


def test_fuses_are_solved_scored_and_shared(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    view.get_by_text("5 · par 2", exact=True).click()
    expect(view.locator(f"{GAME} .outcome")).to_contain_text("fatigué")
    silence(view, GAME, "Encoder self-attention, layer 1, head 3")
    expect(view.locator(f"{GAME} .outcome")).to_contain_text("The pronoun holds", timeout=20_000)
    silence(view, GAME, "Encoder self-attention, layer 1, head 4")
    expect(view.locator(f"{GAME} .outcome .won")).to_contain_text("par", timeout=20_000)
    settle(view)
    assert "fuses=5.e1h3.e1h4" in view.url
    expect(view.get_by_text("5 · par 2 · yours 2")).to_be_visible()
    _, other = lesson(new_visit, view.url.split("?", 1)[1])
    expect(other.locator(f"{GAME} .outcome .won")).to_contain_text("par", timeout=20_000)
    expect(other.locator(f"{GAME} .tile.silent")).to_have_count(2)


def test_a_challenge_has_no_fuses_out(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit, "fuses=6")
    expect(view.locator(f"{GAME} .outcome")).to_contain_text("le chien")
    expect(view.locator(f"{GAME} .tile.silent")).to_have_count(0)


def test_a_link_can_be_copied_by_hand_where_there_is_no_clipboard(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit, "fuses=2.e2h4")
    view.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    view.get_by_role("button", name="Copy a link to the level alone").click()
    address = view.locator(f"{GAME} .copies input").input_value()
    assert "fuses=2" in address and "e2h4" not in address


def test_a_column_sorts_both_ways(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit, height=1200)
    table = view.locator(".headtable").first
    column = table.get_by_role("columnheader", name="loss, zeros")
    column.get_by_role("button").click()
    expect(column).to_have_attribute("aria-sort", "descending")
    assert table.locator("tbody tr").first.locator("th").inner_text() == "cross 2.4"
    column.get_by_role("button").click()
    expect(column).to_have_attribute("aria-sort", "ascending")
    assert table.locator("tbody tr").last.locator("th").inner_text() == "cross 2.4"
    table.locator("tbody tr").last.get_by_role("button").click()
    expect(view.locator(f"{BOARD} .largemap h3")).to_have_text("Cross-attention, layer 2, head 4")


def test_the_bet_opens_the_count(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit)
    expect(view.locator(".headtable")).to_have_count(1)
    view.get_by_text("In the decoder, among the French words").click()
    view.locator(".headtable").nth(1).wait_for(timeout=20_000)
    expect(view.get_by_text("The count says: in the encoder")).to_be_visible()


def test_the_main_control_stands_above_the_fold(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit, width=1280, height=800)
    box = view.locator(f"{BOARD} .outcome").bounding_box()
    assert box and box["y"] + box["height"] <= 800


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_everything_open_it_is_accessible(new_visit: NewVisit, scheme: str) -> None:
    _, view = lesson(new_visit, scheme=scheme)
    silence(view, BOARD, "Encoder self-attention, layer 1, head 3")
    for place in (BOARD, ".headsum", ".headfilm"):
        view.locator(place).get_by_role("button", name="Show as a table").click()
    view.wait_for_timeout(500)
    assert not violations(view), "\n".join(violations(view))


def test_a_phone_scrolls_tables_not_the_page(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit, width=390, height=844)
    for place in (BOARD, ".headsum", ".headfilm"):
        view.locator(place).get_by_role("button", name="Show as a table").click()
    assert max(view.evaluate(SIDEWAYS)) <= 0

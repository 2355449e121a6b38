"""The stage in a real browser: links, history, odd input, and what never goes to the server."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bench.browser import Visit, settle
from bench.server import running_server
from tests.browser.conftest import NewVisit

CAT = "the cat did not cross the street because it was too tired"
KNOWN_AXE = {"list", "listitem"}  # Streamlit's own sidebar with sections


def source_of(page: Page) -> str:
    return " ".join(page.locator(".stage .words.source .word").all_inner_texts()).replace("\n", "")


def write(page: Page, sentence: str) -> None:
    page.get_by_role("button", name="Now yours").click()
    page.locator(".stage form.text input").fill(sentence)
    page.keyboard.press("Enter")
    settle(page)


def set_view(page: Page, **values: int) -> None:
    """What a component does when a learner touches a head."""
    page.evaluate("values => window.attentionLabView.set(values)", values)


def test_a_swapped_word_is_in_the_address(new_visit: NewVisit) -> None:
    page = new_visit().open("inspect")
    page.locator(".stage button.english", has_text="animal").click()
    page.get_by_role("option", name="cat").click()
    page.wait_for_url("**source=the+cat+did+not**")
    settle(page)
    assert source_of(page) == CAT


def test_swaps_by_keyboard(new_visit: NewVisit) -> None:
    page = new_visit().open("inspect")
    page.locator(".stage button.english", has_text="animal").focus()
    page.keyboard.press("Enter")
    first = page.locator(".swaps button").first
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator(".swaps")).to_have_count(0)
    expect(page.locator(".stage button.english", has_text="animal")).to_be_focused()


def test_a_link_opens_the_same_view_in_another_browser(new_visit: NewVisit) -> None:
    mine = new_visit()
    page = mine.open("inspect")
    write(page, "the owl sleeps")
    sent = mine.frames_sent
    set_view(page, layer=2, head=3)
    page.wait_for_timeout(300)
    assert mine.frames_sent == sent, "layer and head are the browser's own"
    other = new_visit().open(page.url)
    assert source_of(other) == "the owl sleeps"
    view = other.evaluate("[window.attentionLabView.get('layer'), window.attentionLabView.get('head')]")
    assert view == ["2", "3"]


def test_the_head_survives_an_edit_back_and_forward(new_visit: NewVisit) -> None:
    page = new_visit().open("inspect")
    set_view(page, head=2)
    write(page, "the owl sleeps")
    assert "head=2" in page.url
    set_view(page, head=4)
    page.go_back()
    settle(page)
    assert "animal" in source_of(page) and "head=2" in page.url
    page.go_forward()
    settle(page)
    assert source_of(page) == "the owl sleeps" and "head=4" in page.url


def test_the_stage_is_kept_among_pages(new_visit: NewVisit) -> None:
    page = new_visit().open("inspect")
    write(page, "the owl sleeps")
    set_view(page, head=2)
    page.locator("[data-testid=stSidebarNav] a", has_text="Home").click()
    page.wait_for_selector(".stage.flow")
    settle(page)
    assert source_of(page) == "the owl sleeps"
    assert "source=the+owl+sleeps" in page.url and "head=2" in page.url and "model=captions" in page.url


def test_the_bet_is_locked_in_before_the_pronoun_is_shown(new_visit: NewVisit) -> None:
    page = new_visit().open()
    page.wait_for_selector("button.bet", timeout=15_000)
    shown = page.locator(".picture button.french:not([hidden])")
    before = shown.count()
    assert before < page.locator(".picture button.french").count()
    page.locator("button.bet", has_text="animal").click()
    expect(page.locator(".stage .question")).to_contain_text("It writes", timeout=15_000)
    expect(shown).to_have_count(page.locator(".picture button.french").count())


ODD = {
    "empty": "",
    "blank": "   ",
    "long": "word " * 20_000,
    "too many tokens": "zx qj vk " * 30,
}
READ = {
    "emoji": "the owl 🦉 sleeps 👩‍👩‍👧",
    "right to left": "مرحبا بالعالم",
    "control": "the\x00 owl\x07 sleeps",
    "html": "<b onclick=alert(1)>owl</b> <img src=x onerror=alert(2)>",
    "latex": "$x^2$ \\frac{a}{b} **bold** :smile: [a](b)",
}


def healthy(visit: Visit) -> None:
    assert not visit.page_errors, visit.page_errors
    assert not visit.console_errors, visit.console_errors
    assert not visit.foreign_requests
    assert visit.page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize("sentence", ODD.values(), ids=ODD.keys())
def test_what_cannot_be_read_gets_one_sentence_and_nothing_is_lost(new_visit: NewVisit, sentence: str) -> None:
    visit = new_visit()
    page = visit.open("inspect")
    before = page.url
    write(page, sentence)
    expect(page.locator(".stage .mistake")).to_have_count(1)
    assert page.url == before
    assert page.locator(".stage form.text input").input_value() == sentence
    page.keyboard.press("Escape")
    assert "animal" in source_of(page)
    healthy(visit)


@pytest.mark.parametrize("sentence", READ.values(), ids=READ.keys())
def test_odd_text_is_text(new_visit: NewVisit, sentence: str) -> None:
    visit = new_visit()
    page = visit.open("inspect")
    write(page, sentence)
    expect(page.locator(".stage .mistake")).to_have_count(0)
    assert source_of(page).split() == sentence.replace("\x00", "").replace("\x07", "").split()
    assert page.locator(".stage img, .stage script").count() == 0
    healthy(visit)


def test_the_same_again_is_answered_too(new_visit: NewVisit) -> None:
    """Nothing changes, and still the form closes; the same mistake twice is told twice. Neither leaves the stage waiting."""
    page = new_visit().open("inspect")
    before = source_of(page)
    write(page, before)
    page.wait_for_timeout(600)
    assert source_of(page) == before
    write(page, "")
    page.keyboard.press("Enter")
    settle(page)
    page.wait_for_timeout(600)
    expect(page.locator("#stage-mistake")).to_have_count(1)
    expect(page.locator(".stage.busy")).to_have_count(0)


def test_a_target_of_ones_own_and_back(new_visit: NewVisit) -> None:
    page = new_visit().open("inspect")
    page.get_by_role("button", name="Your French").click()
    page.locator(".stage form.text input").fill("le chat dort")
    page.keyboard.press("Enter")
    page.wait_for_url("**target=le+chat+dort**")
    settle(page)
    page.get_by_role("button", name="Back to its own").click()
    page.wait_for_url(lambda address: "target=" not in address)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_home(new_visit: NewVisit, scheme: str) -> None:
    visit = new_visit(scheme=scheme)
    page = visit.open()
    page.wait_for_selector("button.bet", timeout=15_000)
    page.wait_for_timeout(600)
    found = Axe().run(page).response["violations"]
    serious = [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found if rule["impact"] in ("serious", "critical")]
    assert not [item for item in serious if item[0] not in KNOWN_AXE], serious
    healthy(visit)


def test_the_very_first_visitor_may_come_by_a_link(new_visit: NewVisit) -> None:
    """A fresh server whose first page is not Home shows the frame all the same."""
    with running_server() as address:
        page = new_visit().open(f"{address}/inspect")
        assert page.locator(".stage").count() == 1

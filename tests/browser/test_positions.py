"""Lesson 7 in a real browser: hands, heatmap and words move without the server; sums that are right; one question for one order."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from bench.browser import NewVisit, Visit
from figures.positions import likeness, sinusoids
from tests.browser.test_every_page import SIDEWAYS, violations
from tests.browser.test_inspect import written
from ui import sentences

WORDS = sentences.DEFAULT.split()
WIDTH = 64


def lesson(new_visit: NewVisit, address: str = "", **options: object) -> tuple[Visit, Page]:
    visit = new_visit(**options)
    view = visit.open(f"positions?{address if 'model=' in address else 'model=toy&' + address}")
    view.locator(".encoding .grid").wait_for()
    view.locator(".orders .tile").first.wait_for()
    return visit, view


def chips(view: Page) -> list[str]:
    return [text.split("\n")[-1].strip() for text in view.locator(".orders .chip").all_inner_texts()]


def section(view: Page, of: str) -> Locator:
    return view.locator(".positions").filter(has=view.locator(of))


def test_the_line_is_what_numpy_computes(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit, "row=4&column=9")
    rows, line = sinusoids(len(WORDS), WIDTH), view.locator(".encoding .arithmetic")
    expect(line).to_contain_text(f"PE(4, 9) = cos(4 / 10000{8}/{WIDTH}) = cos(4 / 3.16)")
    expect(line).to_contain_text(f"= {written(rows[4, 9])} ")
    expect(view.locator(".place")).to_have_text(f"{WORDS[4]} at position 4")
    before = visit.frames_sent
    box = view.locator(".encoding .grid").bounding_box()
    assert box is not None
    for row, column in ((0, 0), (7, 20), (11, 63)):
        view.locator(".encoding .grid").hover(
            position={"x": (column + 0.5) * box["width"] / WIDTH, "y": (row + 0.5) * box["height"] / len(WORDS)}
        )
        expect(line).to_contain_text(f"PE({row}, {column})")
        assert f"= {written(rows[row, column])}" in line.inner_text()
    assert visit.frames_sent == before


def test_keyboard_link_and_long_view(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit, "row=0&column=0")
    before = visit.frames_sent
    view.locator(".encoding .grid").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        view.keyboard.press(key)
    expect(view.locator(".encoding .arithmetic")).to_contain_text("PE(2, 1)")
    expect(view).to_have_url(re.compile(r"row=2\b.*column=1\b"))
    view.get_by_role("button", name="100 positions").click()
    view.locator(".scrub input").focus()
    view.keyboard.press("End")
    expect(view.locator(".place")).to_have_text("position 99, beyond your words")
    assert written(math.cos(99)) in view.locator(".encoding .arithmetic").inner_text()
    view.get_by_role("button", name="your words").click()
    expect(view.locator(".place")).to_contain_text(WORDS[-1])
    assert visit.frames_sent == before and not visit.page_errors


def test_playing_turns_the_hands(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit, "row=0&column=0")
    before = visit.frames_sent
    seen = {view.locator(".encoding canvas.clocks").evaluate("node => node.toDataURL()")}
    view.get_by_role("button", name="Play", exact=True).click()
    expect(view.get_by_role("button", name="Pause")).to_be_visible()
    expect(view.locator(".place")).to_have_text(f"{WORDS[2]} at position 2")
    seen.add(view.locator(".encoding canvas.clocks").evaluate("node => node.toDataURL()"))
    view.get_by_role("button", name="Pause").click()
    assert len(seen) == 2 and visit.frames_sent == before


def test_without_motion_hands_step(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit, "row=0&column=0")
    view.emulate_media(reduced_motion="reduce")
    view.locator(".encoding .grid").focus()
    painted = "node => node.toDataURL()"
    view.keyboard.press("ArrowDown")
    first = view.locator(".encoding canvas.clocks").evaluate(painted)
    view.wait_for_timeout(400)
    assert view.locator(".encoding canvas.clocks").evaluate(painted) == first, "a hand still moves"


def test_dragging_and_keys_send_nothing_for_our_sentence(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit, height=1400)
    before, place = visit.frames_sent, view.locator(".orders")
    place.scroll_into_view_if_needed()
    assert chips(view) == ["Jake", "learned", "AI"]
    first, last = (place.locator(".chip").nth(index).bounding_box() for index in (0, 2))
    assert first is not None and last is not None
    view.mouse.move(first["x"] + 20, first["y"] + 15)
    view.mouse.down()
    view.mouse.move(last["x"] + 30, last["y"] + 15, steps=8)
    view.mouse.up()
    assert chips(view) == ["learned", "AI", "Jake"]
    place.locator(".chip").first.focus()
    view.keyboard.press("ArrowRight")
    assert chips(view) == ["AI", "learned", "Jake"]
    view.keyboard.press("End")
    assert chips(view) == ["AI", "Jake", "learned"]
    expect(place.locator(".with .most b")).to_have_text(re.compile(r"^\d\.\d\d$"))
    expect(place.locator(".without .most b")).to_contain_text("10\u207b\u2077")
    for name, blind in (("Decoder", False), ("Decoder, mask off", True)):
        place.get_by_role("button", name=name, exact=True).click()
        place.get_by_role("button", name="Reverse").click()
        expect(place.locator(".without .most b")).to_have_class(re.compile("value" if blind else "minus"))
    place.get_by_role("button", name="As it was").click()
    expect(place.locator(".without .most b")).to_have_text("0")
    assert visit.frames_sent == before and not visit.page_errors and not visit.console_errors


def test_an_order_of_their_own_is_asked_for_once(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit, height=1400)
    place = view.locator(".orders")
    place.get_by_role("button", name="Encoder: your sentence").click()
    expect(place.locator(".with .tile")).to_have_count(2 * len(WORDS))
    before = visit.frames_sent
    place.get_by_role("button", name="Reverse").click()
    expect(place.locator(".with .most b")).to_have_class(re.compile("minus"))
    expect(place.locator(".without .most b")).to_have_class(re.compile("value"))
    assert chips(view) == WORDS[::-1]
    assert visit.frames_sent == before + 1


def test_a_model_of_which_nothing_is_shipped(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit, "model=toy:untrained", height=1400)
    place = view.locator(".orders")
    place.get_by_role("button", name="Reverse").click()
    expect(place.locator(".with .most b")).to_have_class(re.compile("minus"))
    expect(place.locator(".without .most b")).to_have_class(re.compile("value"))
    assert not visit.page_errors


def test_offsets_turns_and_sums(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit, height=1400)
    before = visit.frames_sent
    offsets = section(view, "[aria-label='Product of two positions against their offset']")
    curve = likeness(WIDTH)
    expect(offsets.locator(".arithmetic").first).to_contain_text(f"= {curve[6]:.2f}")
    offsets.get_by_role("slider").focus()
    for _step in range(12):
        view.keyboard.press("ArrowLeft")
    expect(offsets.locator(".arithmetic").first).to_contain_text(f"\u2212 6) = {curve[6]:.2f}")
    offsets.get_by_role("button", name="512").click()
    expect(offsets.locator(".arithmetic").first).to_contain_text(f"+ 44) = {likeness(512)[44]:.2f}")

    turns = section(view, ".faces")
    turns.get_by_label("from position").fill("20")
    angle = np.array([20, 23]) / 10000 ** (8 / WIDTH)
    expect(turns.locator(".matrix").nth(2)).to_have_text(written(math.sin(angle[1])) + written(math.cos(angle[1])))
    expect(turns.locator(".matrix").nth(1)).to_have_text(written(math.sin(angle[0])) + written(math.cos(angle[0])))

    sums = section(view, ".words")
    sums.locator("button[data-row='6']").click()
    expect(sums.locator(".arithmetic")).to_contain_text(WORDS[6])
    parts = re.findall(r"[\u2212\d.]+", sums.locator(".arithmetic").inner_text().split(":")[1])
    one, other, both = (float(part.replace("\u2212", "-")) for part in parts)
    assert one + other == pytest.approx(both, abs=0.011) and other == pytest.approx(math.sin(6), abs=0.006)
    assert visit.frames_sent == before and not visit.page_errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_picture_has_its_table_and_nothing_is_amiss(new_visit: NewVisit, scheme: str) -> None:
    visit, view = lesson(new_visit, scheme=scheme)
    for picture in view.locator(".positions").all():
        picture.get_by_role("button", name="Show as a table").click()
        assert picture.locator("table").count() == 1
    view.evaluate("() => document.fonts.ready.then(() => true)")  # until then a formula is wider than its place
    assert not violations(view), "\n".join(violations(view))
    assert not visit.page_errors


def test_a_phone_scrolls_the_pictures_not_the_page(new_visit: NewVisit) -> None:
    _, view = lesson(new_visit, width=390, height=844)
    assert view.locator(".encoding .frame").first.evaluate("node => node.scrollWidth - node.clientWidth") > 0
    view.locator(".orders").get_by_role("button", name="Encoder: your sentence").click()
    expect(view.locator(".orders .with .tile")).to_have_count(2 * len(WORDS))
    assert max(view.evaluate(SIDEWAYS)) <= 0


def test_another_sentence_keeps_the_place_and_words_are_data(new_visit: NewVisit) -> None:
    visit, view = lesson(new_visit, "row=9&source=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")
    assert view.locator(".positions img").count() == 0
    assert not visit.page_errors

"""Lesson 8 in a real browser: the path by keys, sums that are right, words that can be dragged, and nothing to the server."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from bench.browser import NewVisit, Visit
from figures.payload import pack
from model.reading import Reading
from tests.browser.test_every_page import SIDEWAYS, violations
from tests.browser.test_inspect import written
from ui import first, sentences

PLACE = "layer=1&head=2"
LINE = ".attention .arithmetic"
PRESSED = ".path [aria-pressed=true]"
PARTS = Path(__file__).parents[2] / "ui" / "components" / "parts"


@pytest.fixture(scope="module")
def reading() -> Reading:
    found = first.load("toy", sentences.DEFAULT)
    assert found is not None
    return found


def open_lesson(new_visit: NewVisit, address: str = PLACE, **options: object) -> tuple[Visit, Page]:
    visit = new_visit(**({"height": 1000} | options))
    view = visit.open(f"self-attention?model=toy&{address}")
    view.locator(".attention .path button").first.wait_for()
    return visit, view


def line_of(view: Page) -> str:
    return view.locator(LINE).inner_text().replace("\n", "")


def last_number(text: str) -> str:
    return text.rsplit("= ", 1)[1].split(" ")[0].strip()


def place_at(view: Page, plate: str, row: int, column: int, shape: tuple[int, int]) -> None:
    box = view.locator(f"[data-plate={plate}]").bounding_box()
    assert box is not None
    view.locator(f"[data-plate={plate}]").click(
        position={"x": (column + 0.5) * box["width"] / shape[1], "y": (row + 0.5) * box["height"] / shape[0]}
    )


def test_the_path_is_walked_with_arrow_keys_and_says_true_numbers(new_visit: NewVisit, reading: Reading) -> None:
    visit, view = open_lesson(new_visit, f"{PLACE}&step=x")
    before = visit.frames_sent
    head, row = 1, reading.source_pieces.index("\u2581it")
    arrays = {name: reading.arrays[f"encoder.0.self.{name}"][head] for name in ("query", "products", "scores", "weights", "heads")}
    best = int(arrays["weights"][row].argmax())
    expected = {
        "x": written(reading.arrays["encoder.input"][row, 0]), "q, k, v": written(arrays["query"][row, 0]),
        "products": written(arrays["products"][row, best]), "scores": written(arrays["scores"][row, best]),
        "weights": written(arrays["weights"][row, best]), "output": written(arrays["heads"][row, 0]),
    }  # fmt: skip
    view.locator(PRESSED).focus()
    for name, value in expected.items():
        expect(view.locator(PRESSED)).to_have_text(name)
        expect(view.locator(LINE)).to_contain_text("it")
        assert last_number(line_of(view)) == value, name
        view.keyboard.press("ArrowRight")
    expect(view.locator(PRESSED)).to_have_text("output")
    for _ in range(3):
        view.keyboard.press("ArrowLeft")
    expect(view.locator(PRESSED)).to_have_text("products")
    assert "step=products" in view.url
    assert visit.frames_sent == before


def test_every_cell_opens_into_what_made_it(new_visit: NewVisit, reading: Reading) -> None:
    visit, view = open_lesson(new_visit, f"{PLACE}&step=output")
    before = visit.frames_sent
    n, d_k = len(reading.source_pieces), reading.config.d_k
    arrays = {name: reading.arrays[f"encoder.0.self.{name}"][1] for name in ("query", "key", "value", "weights", "heads")}
    for plate, name, row, column in (("query", "query", 3, 5), ("key", "key", 6, 2), ("value", "value", 1, 9), ("output", "heads", 2, 4)):
        place_at(view, plate, row, column, (n, d_k))
        assert last_number(line_of(view)) == written(arrays[name][row, column]), plate
        opened = view.locator(".attention .numbers svg").get_attribute("aria-label") or ""
        assert opened.endswith(written(arrays[name][row, column])), plate
        assert view.locator(".attention .numbers rect").count() >= 3 * (n if plate == "output" else reading.config.d_model)
    place_at(view, "weights", 4, 2, (n, n))
    assert last_number(line_of(view)) == written(arrays["weights"][4, 2])
    assert "row=4" in view.url and "column=2" in view.url
    view.keyboard.press("ArrowRight")
    assert last_number(line_of(view)) == written(arrays["weights"][4, 3])
    assert visit.frames_sent == before


def test_unfolding_and_turning_to_another_head_send_nothing(new_visit: NewVisit, reading: Reading) -> None:
    visit, view = open_lesson(new_visit, f"{PLACE}&step=weights")
    before = visit.frames_sent
    view.get_by_role("button", name="Unfold").click()
    for plate in ("products", "scores", "weights"):
        expect(view.locator(f"[data-plate={plate}]")).to_be_visible()
    view.get_by_role("button", name="Layer 2, head 3", exact=True).click()
    assert "layer=2" in view.url and "head=3" in view.url
    weights = reading.arrays["encoder.1.self.weights"][2]
    row = reading.source_pieces.index("\u2581it")
    assert last_number(line_of(view)) == written(weights[row].max())
    rows = view.locator(".follow tbody tr")
    assert rows.count() == len(reading.source_pieces)
    assert visit.frames_sent == before


def test_the_pencil_comes_first_and_its_sums_are_whole(new_visit: NewVisit) -> None:
    visit, view = open_lesson(new_visit, "")
    expect(view.locator(PRESSED)).to_have_text("look-up")
    before = visit.frames_sent
    assert "2·2 + 0·2 + 2·3 + 2·0 = 10" in view.locator(".lookup").inner_text()
    view.get_by_role("button", name="a share of every row").click()
    expect(view.locator(".lookup tfoot")).to_contain_text("44.0")  # 0.665 · 50 + 0.090 · 10 + 0.245 · 40
    seen = []
    for _ in range(6):
        view.get_by_role("button", name="Next →").click()
        seen.append(line_of(view))
    assert seen[1].endswith("2·1 + 1·0 + 0·0 + 1·0 = 2")
    assert seen[2].endswith("= 10") and seen[3].endswith("10 / √4 = 10 / 2 = 5")
    assert seen[4].endswith("148 / 223 = 0.67")
    assert re.search(r"= 44\.0$", seen[5])
    expect(view.get_by_role("button", name="Next →")).to_be_disabled()
    assert visit.frames_sent == before


def test_a_bet_turns_the_picture_to_the_sentence(new_visit: NewVisit, reading: Reading) -> None:
    _visit, view = open_lesson(new_visit, "")
    view.locator("[class*=st-key-bet_] button").first.click()
    expect(view.get_by_role("button", name="Your sentence")).to_have_attribute("aria-pressed", "true")
    expect(view.locator("text=Your bet").first).to_be_visible()
    expect(view.locator(PRESSED)).to_have_text("x")
    for _ in range(5):
        view.get_by_role("button", name="Next →").click()
    expect(view.locator(".attention .told").first).to_contain_text("takes home")


def test_the_fixture_in_the_browser(new_visit: NewVisit) -> None:
    """The facts' three rows through the very scripts of the picture."""
    _visit, view = open_lesson(new_visit, "")
    names = ("dom", "colour", "cells", "tokens", "spell", "table", "heads", "attention_head")
    script = "\n".join((PARTS / f"{name}.js").read_text(encoding="utf-8") for name in names)
    made = view.evaluate(
        """script => {
            const floats = (rows) => ({ shape: [rows.length, rows[0].length], values: Float32Array.from(rows.flat()) });
            const [same, value] = [floats([[1, 0], [0, 1], [1, 1]]), floats([[1, 0], [0, 1], [0.5, 0.5]])];
            const completed = new Function(script + "; return completed")();
            const head = completed({ query: same, key: same, value, scale: 1 / Math.SQRT2 });
            return { weights: [...head.weights], output: [...head.output.values] };
        }""",
        script,
    )
    np.testing.assert_allclose(made["weights"], [0.4011, 0.1978, 0.4011, 0.1978, 0.4011, 0.4011, 0.2483, 0.2483, 0.5035], atol=1e-4)
    np.testing.assert_allclose(made["output"], [0.6017, 0.3983, 0.3983, 0.6017, 0.5, 0.5], atol=1e-4)


def test_half_precision_is_read_in_the_browser(new_visit: NewVisit) -> None:
    """Numbers of larger models come in half precision: powers of two, fractions, signs, and what is smaller than normal."""
    _visit, view = open_lesson(new_visit, "")
    sent = np.array([[1.0, -2.5, 0.333], [0.0, 6e-6, -1234.0]], dtype=np.float16)
    made = view.evaluate(
        """([script, bytes]) => {
            const array = new Function(script + "; return unpack")()(Uint8Array.from(bytes)).arrays.sent;
            return { shape: array.shape, values: [...array.values] };
        }""",
        [(PARTS / "dom.js").read_text(encoding="utf-8"), list(pack({}, {"sent": sent}))],
    )
    assert made["shape"] == [2, 3]
    np.testing.assert_array_equal(np.array(made["values"], dtype=np.float32), sent.astype(np.float32).ravel())


def test_outputs_move_with_dragged_words(new_visit: NewVisit) -> None:
    visit, view = open_lesson(new_visit, "", height=1200)
    verdict = view.locator(".verdict")
    verdict.scroll_into_view_if_needed()
    words = view.locator(".movable")
    count = words.count()
    before = visit.frames_sent
    start, end = words.nth(1).bounding_box(), words.nth(5).bounding_box()
    assert start is not None and end is not None
    view.mouse.move(start["x"] + 20, start["y"] + 10)
    view.mouse.down()
    view.mouse.move(end["x"] + 20, end["y"] + 10, steps=8)
    view.mouse.up()
    assert "animal" in words.nth(5).inner_text()
    assert float(verdict.get_attribute("data-difference") or "1") < 1e-4
    words.nth(5).focus()
    view.keyboard.press("ArrowDown")
    assert "animal" in words.nth(6).inner_text()
    assert float(verdict.get_attribute("data-difference") or "1") < 1e-4
    view.get_by_role("button", name="Positions stay where they are").click()
    assert float(verdict.get_attribute("data-difference") or "0") > 0.01
    view.get_by_role("button", name="Put back").click()
    assert float(verdict.get_attribute("data-difference") or "1") < 1e-4
    assert words.count() == count
    assert visit.frames_sent == before


def test_one_cursor_for_three_curves(new_visit: NewVisit) -> None:
    visit, view = open_lesson(new_visit, "", height=1200)
    slider = view.locator(".scaling input")
    slider.scroll_into_view_if_needed()
    before = visit.frames_sent
    told = [view.locator(".plots svg").nth(number).get_attribute("aria-label") for number in range(3)]
    slider.focus()
    view.keyboard.press("End")
    after = [view.locator(".plots svg").nth(number).get_attribute("aria-label") for number in range(3)]
    assert all(one != other and "512" in (other or "") for one, other in zip(told, after, strict=True))
    assert slider.evaluate("node => node.getRootNode().activeElement === node")
    assert visit.frames_sent == before


def test_on_a_phone_the_picture_scrolls_inside_its_frame(new_visit: NewVisit) -> None:
    _visit, view = open_lesson(new_visit, f"{PLACE}&step=output", width=390, height=844)
    frame = view.locator(".flowframe")
    assert frame.evaluate("node => node.scrollWidth > node.clientWidth")
    assert max(view.evaluate(SIDEWAYS)) <= 0
    found = violations(view)
    assert not found, "\n".join(found)


def test_everything_opened_is_still_accessible(new_visit: NewVisit) -> None:
    _visit, view = open_lesson(new_visit, f"{PLACE}&step=output", scheme="dark")
    view.get_by_role("button", name="Unfold").click()
    for button in view.get_by_role("button", name="Show as a table").all():
        button.click()
    assert view.locator(".attention table").count() == 2
    found = violations(view)
    assert not found, "\n".join(found)

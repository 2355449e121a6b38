"""Inspect in a real browser: nothing to the server, sums that are right, links and files that carry the view."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from bench.browser import NewVisit, Visit
from model.reading import Reading
from tests.browser.test_every_page import SIDEWAYS, violations

CARD = ".explorer .card"
GRID = f"{CARD} .grid"
LINE = ".explorer .arithmetic"


def inspect(new_visit: NewVisit, address: str = "", **options: object) -> tuple[Visit, Page]:
    visit = new_visit(**options)
    view = visit.open(f"inspect?{address if 'model=' in address else 'model=toy&' + address}")
    view.locator(GRID if "lines" not in address else ".explorer .lines").first.wait_for()
    return visit, view


def reading_of(view: Page, folder: Path) -> Reading:
    """The arrays behind the page, by its own download button."""
    with view.expect_download() as event:
        view.get_by_role("button", name="NPZ").click()
    path = folder / "reading.npz"
    event.value.save_as(path)
    return Reading.from_npz(path.read_bytes())


def written(value: float) -> str:
    """A number as the arithmetic line writes it: two or three significant digits, a true minus sign."""
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3 if size >= 0.01 else 4
    text = "0" if size < 0.00005 else f"{size:.{decimals}f}"
    return "\u2212" + text if value < 0 and float(text) else text


def test_looking_around_sends_nothing(new_visit: NewVisit) -> None:
    visit, view = inspect(new_visit, height=1400)
    before = visit.frames_sent
    grid = view.locator(GRID)
    seen = {view.locator(LINE).inner_text()}
    for place in ({"x": 8, "y": 8}, {"x": 60, "y": 30}, {"x": 30, "y": 70}):
        grid.hover(position=place)
        seen.add(view.locator(LINE).inner_text())
    grid.click(position={"x": 60, "y": 60})
    for key in ("ArrowRight", "ArrowDown", "End", "Home"):
        view.keyboard.press(key)
    seen.add(view.locator(LINE).inner_text())
    for name in ("Layer 2, head 2", "Layer 1, head 3"):
        view.get_by_role("button", name=name, exact=True).click()
        expect(view.locator(f"{CARD} h3")).to_have_text(name)
        seen.add(view.locator(LINE).inner_text())
    for name in ("Products", "Scores", "Mask", "Unfold", "Weights", "Decoder", "Decoder to encoder", "Lines"):
        view.get_by_role("button", name=name, exact=True).click()
        seen.add(view.locator(LINE).inner_text())
    view.locator(".explorer .side button").first.click()
    view.wait_for_timeout(700)
    assert len(seen) > 8, "the line does not follow"
    assert visit.frames_sent == before
    assert not visit.page_errors and not visit.console_errors and not visit.foreign_requests


@pytest.mark.parametrize(("kind", "stem"), [("encoder", "encoder.0.self"), ("decoder", "decoder.1.self"), ("cross", "decoder.1.cross")])
def test_the_line_is_what_numpy_computes(new_visit: NewVisit, tmp_path: Path, kind: str, stem: str) -> None:
    layer, head, row, column = int(stem.split(".")[1]), 2, 3, 1
    place = f"attention={kind}&layer={layer + 1}&head={head + 1}&row={row}&column={column}"
    _, view = inspect(new_visit, f"{place}&step=scores")
    arrays = reading_of(view, tmp_path).arrays
    query, key = arrays[f"{stem}.query"][head], arrays[f"{stem}.key"][head]
    product = float(query[row] @ key[column])
    root = np.sqrt(query.shape[-1])
    line = view.locator(LINE).inner_text()
    assert line.endswith(f"/ √{query.shape[-1]} = {written(product)} / {root:g} = {written(product / root)}"), line

    view.get_by_role("button", name="Weights", exact=True).click()
    scores = query @ key.T / root
    exponentials = np.where(arrays[f"{stem}.allowed"], np.exp(scores.astype(np.float64)), 0)[row]
    share = exponentials[column] / exponentials.sum()
    assert view.locator(LINE).inner_text().endswith(f"= {written(share)}")
    assert share == pytest.approx(float(arrays[f"{stem}.weights"][head, row, column]), abs=1e-5)

    shown = view.locator(".explorer .numbers").inner_text()
    assert f"Σ = {written(product)}" in shown


def test_a_later_word_is_masked(new_visit: NewVisit) -> None:
    _, view = inspect(new_visit, "attention=decoder&row=1&column=3&step=mask")
    assert "\u2212\u221e" in view.locator(LINE).inner_text()
    assert "later" in view.locator(LINE).inner_text()
    view.get_by_role("button", name="Weights", exact=True).click()
    assert re.search(r"= 0\b", view.locator(LINE).inner_text())


def test_a_link_carries_the_view(new_visit: NewVisit) -> None:
    _, first = inspect(new_visit, height=1400)
    first.get_by_role("button", name="Decoder to encoder", exact=True).click()
    first.get_by_role("button", name="Layer 2, head 3", exact=True).click()
    first.get_by_role("button", name="Products", exact=True).click()
    first.locator(GRID).click(position={"x": 50, "y": 40})
    first.mouse.move(0, 0)  # the little label stands only while a cell is pointed at
    address, told = first.url, first.locator(".explorer").inner_text()
    for part in ("attention=cross", "layer=2", "head=3", "step=products", "row=", "column="):
        assert part in address
    _, second = inspect(new_visit, address.split("?", 1)[1], height=1400)
    assert second.locator(".explorer").inner_text() == told


def test_back_from_lines_to_the_step_before(new_visit: NewVisit) -> None:
    _, view = inspect(new_visit, "step=scores")
    view.get_by_role("button", name="Lines", exact=True).click()
    assert "step=lines" in view.url
    view.get_by_role("button", name="Matrix", exact=True).click()
    assert "step=scores" in view.url


def test_files_are_made_in_the_browser(new_visit: NewVisit, tmp_path: Path) -> None:
    visit, view = inspect(new_visit, "attention=cross&layer=2&head=1&row=2&column=2")
    reading = reading_of(view, tmp_path)
    weights = reading.matrix("decoder.1.cross", "weights", 0)
    before = visit.frames_sent
    files = {}
    for kind in ("PNG", "SVG", "CSV"):
        view.locator(".explorer summary").click()
        with view.expect_download() as event:
            view.locator(".explorer .menu").get_by_role("button", name=kind).click()
        path = tmp_path / event.value.suggested_filename
        event.value.save_as(path)
        files[kind] = path
    assert files["PNG"].read_bytes().startswith(b"\x89PNG")
    drawn = files["SVG"].read_text(encoding="utf-8")
    assert drawn.startswith("<svg") and "toy model, trained:" in drawn and reading.source.split()[0] in drawn
    assert view.locator(".explorer .more[open]").count() == 0, "the menu stays open"
    table = list(csv.reader(io.StringIO(files["CSV"].read_text(encoding="utf-8-sig"))))
    np.testing.assert_allclose(np.array([row[1:] for row in table[1:]], dtype=float), weights.values, rtol=1e-5)
    assert len(table[0]) == len(weights.columns) + 1
    assert visit.frames_sent == before


def test_keyboard_walks_through_the_grid(new_visit: NewVisit) -> None:
    _, view = inspect(new_visit, "row=0&column=0")
    grid = view.locator(GRID)
    grid.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        view.keyboard.press(key)
    assert "row=2" in view.url and "column=1" in view.url
    cell = grid.get_by_role("gridcell")
    assert cell.get_attribute("id") == grid.get_attribute("aria-activedescendant")
    assert cell.get_attribute("aria-colindex") == "3"
    assert view.locator(".explorer [role=row]").get_attribute("aria-rowindex") == "4"


def test_two_models_side_by_side(new_visit: NewVisit) -> None:
    _, view = inspect(new_visit, "attention=cross&beside=true")
    expect(view.locator(GRID)).to_have_count(2)
    boxes = [view.locator(GRID).nth(index).bounding_box() for index in (0, 1)]
    assert boxes[0] and boxes[1] and (boxes[0]["width"], boxes[0]["height"]) == (boxes[1]["width"], boxes[1]["height"])
    expect(view.locator(f"{LINE} .spelt")).to_have_count(2)


@pytest.mark.parametrize("address", ["attention=cross&step=all", "attention=decoder&step=lines", "attention=decoder&step=mask&beside=true"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_accessible(new_visit: NewVisit, address: str, scheme: str) -> None:
    _, view = inspect(new_visit, address, scheme=scheme)
    view.locator(".explorer summary").click()
    view.get_by_role("button", name="Show as a table").click()
    view.wait_for_timeout(500)
    assert not violations(view), "\n".join(violations(view))


def test_the_fold_opens(new_visit: NewVisit) -> None:
    visit, view = inspect(new_visit, "layers=true")
    view.locator("[data-testid=stVegaLiteChart]").first.wait_for()
    view.locator("[data-testid=stPlotlyChart]").first.wait_for()
    assert not visit.foreign_requests and not visit.page_errors


def test_tokens_are_data(new_visit: NewVisit) -> None:
    _, view = inspect(new_visit, "source=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E+%24x%24")
    assert view.locator(".explorer img").count() == 0


def test_a_phone_scrolls_the_figure_not_the_page(new_visit: NewVisit) -> None:
    _, view = inspect(new_visit, "attention=cross&step=all", width=390, height=844)
    frame = view.locator(f"{CARD} .frame").first
    assert frame.evaluate("node => node.scrollWidth - node.clientWidth") > 0
    view.locator(".explorer summary").click()
    assert max(view.evaluate(SIDEWAYS)) <= 0


def test_another_sentence_lets_go_of_the_pinned_cell(new_visit: NewVisit) -> None:
    _, view = inspect(new_visit, "attention=cross&layer=2&row=4&column=3")
    view.get_by_role("button", name="Surprise me").click()
    view.wait_for_function("() => !location.search.includes('row=')")
    assert "layer=2" in view.url and "attention=cross" in view.url


def test_a_cell_beyond_the_sentence_is_no_cell(new_visit: NewVisit) -> None:
    visit, view = inspect(new_visit, "row=900&column=-4")
    assert view.locator(LINE).inner_text().startswith("weight(")
    assert not visit.page_errors


def test_the_sum_stands_above_the_fold(new_visit: NewVisit) -> None:
    _, view = inspect(new_visit, width=1280, height=800)
    for place in (".explorer .told", LINE):
        box = view.locator(place).bounding_box()
        assert box and box["y"] + box["height"] <= 800


def test_words_that_come_twice_are_numbered(new_visit: NewVisit) -> None:
    _, view = inspect(new_visit, "source=the+cat+sees+the+dog&row=1&column=3&step=mask")
    assert "score(cat, the²)" in view.locator(LINE).inner_text()
    assert "the²" in view.locator(".explorer .told").inner_text()
    assert "Nothing is masked here" in view.locator(f"{CARD} .note").inner_text()

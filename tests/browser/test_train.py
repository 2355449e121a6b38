"""The real path of a run: started, watched, used, found again after a reload and after a restart of the server; a race; a stranger."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.browser import NewVisit, Visit, settle
from bench.server import running_server
from tests.browser.training import PATIENCE, TRAINING, comes, run_in, start

WORDS = ["red", "green", "blue", "one", "two", "three", "four", "cat", "dog", "bird", "sees", "eats", "likes"]
pytestmark = pytest.mark.usefixtures("patience")


def backwards(count: int) -> bytes:
    """A text of one's own that is learnt in seconds: four words, and the same in reverse order."""
    chosen = random.Random(1)
    lines = [chosen.sample(WORDS, 4) for _ in range(count)]
    return "\n".join(f"{' '.join(words)}\t{' '.join(reversed(words))}" for words in lines).encode()


def bring_text(page: Page) -> None:
    page.get_by_text("Your own text", exact=True).click()
    settle(page)
    page.locator("input[type=file]").set_input_files({"name": "backwards.tsv", "mimeType": "text/plain", "buffer": backwards(400)})
    expect(page.get_by_text("lines kept")).to_be_visible(timeout=TRAINING)
    settle(page)


def pick_first_row(page: Page) -> None:
    """A touch on the newest run in the table, which is drawn on a canvas."""
    page.get_by_test_id("stDataFrame").locator(".dvn-scroller").click(position={"x": 90, "y": 52})


@pytest.fixture
def new_visit(new_visit: NewVisit) -> NewVisit:
    def make(**options: object) -> Visit:
        visit = new_visit(**options)
        visit.page.set_default_timeout(PATIENCE)
        return visit

    return make


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """One visitor, whose profile outlives the servers of the test."""
    visit = Visit(browser, "")
    visit.page.set_default_timeout(PATIENCE)
    yield visit
    visit.close()


def test_from_start_to_the_day_after(browser: Browser, visit: Visit, tmp_path: Path) -> None:
    environment = {"ATTENTION_LAB_DATA": str(tmp_path), "ATTENTION_LAB_STANDBY": "1"}
    page = visit.page
    with running_server(environment) as address:
        visit.open(f"{address}/train")
        bring_text(page)
        first = start(page, 120)
        comes(page, re.compile(r"Exact match (9[5-9]|100) %"))
        comes(page, "Done: 120 steps")
        use_and_inspect(page, first)
        page.reload()
        settle(page)
        expect(page.locator("select[aria-label=Model] option:checked")).to_have_text("backwards 1")
        visit.open(f"{address}/train")
        pick_first_row(page)
        expect(page.get_by_text("Done: 120 steps")).to_be_visible()
        assert run_in(page) == first
        second = begin_and_pause(visit, f"{address}/train")
    with running_server(environment) as address:
        visit.open(f"{address}/train?run={first}")
        expect(page.get_by_text("Done: 120 steps")).to_be_visible()
        expect(page.get_by_role("button", name="Rename or delete")).to_be_visible()
        resume_and_stop(visit.open(f"{address}/train?run={second}"))
        visit.open(f"{address}/inspect?model=run:{first}&source=cat+dog+red+two")
        expect(page.locator("select[aria-label=Model] option:checked")).to_have_text("backwards 1")
    assert not visit.page_errors and not visit.foreign_requests


def use_and_inspect(page: Page, run: str) -> None:
    settle(page)
    page.get_by_role("button", name="Use this model").click()
    page.wait_for_url("**model=run*")
    settle(page)
    page.get_by_role("link", name="inspect it").click()
    page.wait_for_url("**/inspect?**")
    settle(page)
    assert f"run%3A{run}" in page.url or f"run:{run}" in page.url
    expect(page.locator("section.explorer")).to_be_visible()


def begin_and_pause(visit: Visit, address: str) -> str:
    page = visit.open(address)
    page.get_by_text("Reversing", exact=True).click() if page.get_by_text("Reversing", exact=True).is_visible() else None
    if not page.get_by_role("button", name="Start").is_visible():
        page.get_by_text("Train another model").click()
        page.get_by_text("Reversing", exact=True).click()
    settle(page)
    run = start(page, 3000)
    comes(page, re.compile(r"Loss \d"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused after step")).to_be_visible()
    return run


def resume_and_stop(page: Page) -> None:
    paused = step_in(page, "Paused after step")
    page.get_by_role("button", name="Resume").click()
    comes(page, re.compile(r"Step [\d,]+ of 3,000, "))
    page.get_by_role("button", name="Stop").click()
    assert step_in(page, "Stopped after step") > paused


def step_in(page: Page, sentence: str) -> int:
    """The step a sentence about the run names, once it is there."""
    told = page.get_by_text(sentence)
    expect(told).to_be_visible()
    found = re.search(r"step ([\d,]+) of", told.inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))


def test_a_race_prepared_by_a_lesson(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.open("train?race=no-mask")
    expect(page.get_by_text("may read the words it has yet to write")).to_be_visible()
    assert "race=no-mask" in page.url
    page.get_by_text("Reversing", exact=True).click()
    settle(page)
    run = start(page, 20, "Steps of each")
    expect(page).not_to_have_url(re.compile("race="))
    comes(page, "Done: 40 steps")
    settle(page)
    charts = page.locator("[data-testid=stVegaLiteChart]")
    for chart in (charts.nth(0), charts.nth(1)):
        for name in ("as it is", "no mask"):
            expect(chart.get_by_text(name, exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Sentences it has never seen").locator("thead th")).to_have_count(2)
    expect(page.locator(".film .grid")).to_have_count(2)
    see_the_film(visit)
    names_stand_clear_on_a_phone(page)
    use_the_second(page, run)
    a_stranger_looks_on(new_visit, run)
    rename_and_delete(page)
    assert not visit.console_errors and not visit.page_errors and not visit.foreign_requests


def see_the_film(visit: Visit) -> None:
    """Moments, layers, heads and cells are the browser's own: not one word to the server."""
    page = visit.page
    before = visit.frames_sent
    moment = page.locator(".reel output")
    expect(moment).to_have_text("after step 20 of 20")
    page.get_by_label("Moment of the training").fill("0")
    expect(moment).to_have_text("after step 0 of 20")
    page.get_by_label("Moment of the training").press("ArrowRight")
    expect(moment).to_have_text("after step 1 of 20")
    page.locator(".film").get_by_role("button", name="Encoder", exact=True).click()
    expect(page.locator(".film .told")).to_contain_text("of its weight on")
    page.locator(".film .choice").last.get_by_role("button", name="3").click()
    page.locator(".film").get_by_role("button", name="Show as a table").click()
    expect(page.locator(".film table")).to_have_count(2)
    page.locator(".film").get_by_role("button", name="Play").click()
    expect(moment).to_have_text("after step 20 of 20")
    assert visit.frames_sent == before


def names_stand_clear_on_a_phone(page: Page) -> None:
    """The name beside the first film's colour bar ends before the second film begins."""
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    name, second = page.locator(".film text.title").first.bounding_box(), page.locator(".film .grid").nth(1).bounding_box()
    assert name is not None and second is not None and name["x"] + name["width"] < second["x"]
    page.set_viewport_size({"width": 1280, "height": 800})
    settle(page)


def use_the_second(page: Page, run: str) -> None:
    page.get_by_role("button", name="Use one of them").click()
    page.get_by_role("button", name="Use this model").nth(1).click()
    page.wait_for_url(f"**model=run%3A{run}.1*")
    settle(page)
    expect(page.locator("select[aria-label=Model] option:checked")).to_have_text("Race 1: Reversing: no mask")


def a_stranger_looks_on(new_visit: NewVisit, run: str) -> None:
    other = new_visit().open(f"train?run={run}")
    expect(other.get_by_text("Done: 40 steps")).to_be_visible()
    expect(other.get_by_text("somebody else's run")).to_be_visible()
    expect(other.get_by_role("button", name="Use one of them")).to_be_visible()
    for name in ("Pause", "Stop", "Resume", "Rename or delete"):
        expect(other.get_by_role("button", name=name, exact=True)).to_have_count(0)
    expect(other.get_by_text("My runs")).to_have_count(0)


def rename_and_delete(page: Page) -> None:
    page.get_by_role("button", name="Rename or delete").click()
    page.get_by_label("Name", exact=True).fill("the leak")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator("b", has_text="the leak")).to_be_visible()
    page.get_by_role("button", name="Delete this run").click()
    settle(page)
    expect(page.get_by_text("Done: 40 steps")).to_have_count(0)
    expect(page.locator("select[aria-label=Model] option:checked")).to_have_text("captions model, trained")


def test_a_model_goes_out_and_comes_back(new_visit: NewVisit, tmp_path: Path) -> None:
    """Downloaded whole, brought back as its files; what lacks a file is refused in a sentence and the fold stays open."""
    page = new_visit().open("train")
    page.get_by_text("Reversing", exact=True).click()
    settle(page)
    start(page, 5)
    comes(page, "Done: 5 steps")
    settle(page)
    with page.expect_download() as coming:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    assert coming.value.suggested_filename == "reversing-1.zip"
    zipfile.ZipFile(coming.value.path()).extractall(tmp_path)
    files = sorted(tmp_path.iterdir())
    assert {file.name for file in files} == {"config.json", "card.json", "model.safetensors", "tokenizer.json"}

    page.get_by_text("Train another model").click()
    page.get_by_text("A model of yours", exact=True).click()
    settle(page)
    page.locator("input[type=file]").set_input_files([file for file in files if file.name != "card.json"])
    take = page.get_by_role("button", name="Check it and take it in")
    expect(take).to_be_enabled()
    take.click()
    expect(page.get_by_text("There is no card.json")).to_be_visible()
    page.locator("input[type=file]").set_input_files(tmp_path / "card.json")
    settle(page)
    take.click()
    expect(page.get_by_text("Brought along as files")).to_be_visible(timeout=TRAINING)


def test_what_is_set_is_there_after_a_look_elsewhere(new_visit: NewVisit) -> None:
    page = new_visit().open("train")
    page.get_by_text("Sorting", exact=True).click()
    settle(page)
    page.get_by_label("Steps", exact=True).fill("170")
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("link", name="Inspect", exact=True).click()
    page.wait_for_url("**/inspect**")
    settle(page)
    page.get_by_role("link", name="Train", exact=True).click()
    page.wait_for_url("**/train**")
    settle(page)
    expect(page.get_by_label("Steps", exact=True)).to_have_value("170")
    expect(page.get_by_role("radio", name="Sorting")).to_be_checked()

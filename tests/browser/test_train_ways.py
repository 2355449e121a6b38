"""Train as it is used: text brought in two files or fetched, stories, a rate too high, a table that is drawn anew. One server for all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bench.browser import Visit, settle
from bench.server import running_server
from tests.browser.train_app import ADDRESS
from tests.browser.training import PATIENCE, TRAINING, comes, start
from tests.lab.publisher import SOURCES, TARGETS, Host, publisher

pytestmark = pytest.mark.usefixtures("patience")
SLOW_BYTES = 40_000  # after which the publisher waits


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with publisher() as host:
        yield host


@pytest.fixture(scope="module")
def server(host: Host) -> Iterator[str]:
    with running_server({ADDRESS: host.address, "ATTENTION_LAB_STANDBY": "1"}, "tests.browser.train_app") as address:
        yield address


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Visit]:
    visit = Visit(browser, server)
    visit.page.set_default_timeout(2 * PATIENCE)
    yield visit
    assert not visit.page_errors and not visit.console_errors and not visit.foreign_requests
    visit.close()


def own_text(visit: Visit, kind: str) -> Page:
    page = visit.open("train")
    page.get_by_text("Your own text", exact=True).click()
    settle(page)
    page.get_by_text(kind, exact=True).click()
    settle(page)
    return page


def give(page: Page, place: int, name: str, text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.locator("input[type=file]").nth(place).set_input_files({"name": name, "mimeType": "text/plain", "buffer": data})
    settle(page)


def test_two_files_and_a_translation_memory(visit: Visit, host: Host) -> None:
    """Refused where their lines do not match; then taken, whatever they are called, and learnt from by the name of the first."""
    page = own_text(visit, "Two files")
    give(page, 0, "animals.en", "\n".join(SOURCES[:300]))
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    give(page, 1, "animals.oc", "\n".join(TARGETS[:299]))
    expect(page.get_by_text("The source has 300 lines and the target has 299")).to_be_visible(timeout=TRAINING)
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    page.get_by_role("button", name="Take another text").click()
    settle(page)
    give(page, 0, "animals.en", "\n".join(SOURCES[:300]))
    give(page, 1, "animals.oc", "\n".join([*TARGETS[:100], "", *TARGETS[101:300]]))
    expect(page.get_by_text("299 of 300 lines kept")).to_be_visible(timeout=TRAINING)
    expect(page.get_by_text("1 with an empty side")).to_be_visible()
    expect(page.get_by_text(SOURCES[0]).or_(page.get_by_text(SOURCES[1])).first).to_be_visible()
    settle(page)
    start(page, 5)
    comes(page, "Done: 5 steps")
    expect(page.locator("b", has_text="animals 1")).to_be_visible()

    page = own_text(visit, "One table")
    give(page, 0, "memory.tmx", host.files["/en-fr.tmx.gz"])
    expect(page.get_by_text("500 of 500 lines kept")).to_be_visible(timeout=TRAINING)


def offered(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-train_fetch_{name}")


def test_fetched_from_the_network(visit: Visit, host: Host) -> None:
    """Told before; nobody there; cancelled half way; gone on with; and a translation memory."""
    page = own_text(visit, "Published by others")
    for name in ("lines", "memory", "nobody"):
        expect(offered(page, name).get_by_role("button", name="Fetch from the network")).to_be_visible()
    assert not host.asked, "nothing is fetched before a button is pressed"
    expect(offered(page, "lines")).to_contain_text(f"{host.address}/en.gz")

    offered(page, "nobody").get_by_role("button").click()
    expect(offered(page, "nobody").get_by_text("127.0.0.1 cannot be reached")).to_be_visible()

    host.hold_after = SLOW_BYTES
    offered(page, "lines").get_by_role("button").click()
    expect(offered(page, "lines").get_by_text(re.compile(r"\d+ kB"))).to_be_visible()
    expect(offered(page, "memory").get_by_role("button")).to_be_disabled()
    offered(page, "lines").get_by_role("button", name="Cancel").click()
    expect(offered(page, "lines").get_by_text("of it are on this server already")).to_be_visible()
    host.hold_after = None
    host.go_on.set()

    offered(page, "memory").get_by_role("button", name="Fetch from the network").click()
    expect(page.get_by_text("500 of 500 lines kept")).to_be_visible(timeout=TRAINING)
    expect(page.get_by_role("button", name="Start")).to_be_enabled()


def assert_others_are_as_they_were(page: Page) -> None:
    """A setting in the fold was changed, and no other one by that."""
    page.get_by_role("button", name="More settings").click()
    expect(page.get_by_label("Layers")).to_have_value("2", timeout=10_000)
    for switch in page.get_by_role("checkbox", name=re.compile("Divide scores|Hide later|Residual")).all():
        expect(switch).to_be_checked()
    page.keyboard.press("Escape")


def test_a_rate_too_high_says_where_and_with_what(visit: Visit) -> None:
    page = visit.open("train")
    page.get_by_text("Reversing", exact=True).click()
    settle(page)
    page.get_by_role("button", name="More settings").click()
    page.get_by_label("Learning rate, at its peak").fill("10")
    page.keyboard.press("Enter")
    settle(page)
    page.keyboard.press("Escape")
    page.get_by_label("Steps", exact=True).fill("400")
    page.keyboard.press("Enter")
    settle(page)
    assert_others_are_as_they_were(page)
    page.get_by_role("button", name="Start").click()
    told = page.get_by_text(re.compile(r"Diverged\. At step \d+ the loss was"))
    expect(told).to_be_visible(timeout=TRAINING)
    expect(told).to_contain_text("The learning rate was set to 10; try a tenth of it.")
    expect(page.get_by_role("button", name="Resume")).to_have_count(0)


def test_the_table_keeps_its_order_while_a_run_goes(visit: Visit) -> None:
    """Sorted by a touch on a heading, and what is touched then is what is seen, though it is drawn anew every other second."""
    page = visit.open("train")
    for corpus, steps in (("Sorting", 3), ("Reversing", 4), ("Dates", 3000)):
        if corpus != "Sorting":
            page.get_by_text("Train another model").click()
        page.get_by_text(corpus, exact=True).click()
        settle(page)
        start(page, steps)
        if steps > 100:  # its own panel, not still the one before, whose loss stands there as well
            expect(page.get_by_test_id("stProgress")).to_be_visible()
        comes(page, f"Done: {steps} steps" if steps < 100 else re.compile(r"Loss \d"))
    table = page.get_by_test_id("stDataFrame").locator(".dvn-scroller")
    table.click(position={"x": 465, "y": 18})  # the heading of the steps
    watch_the_curves(page)
    table.click(position={"x": 90, "y": 52})
    expect(page.get_by_text("Done: 3 steps")).to_be_visible()
    table.click(position={"x": 90, "y": 122})
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped after step")).to_be_visible()


def watch_the_curves(page: Page) -> None:
    """Six seconds of a run: the table is drawn anew three times, charts a dozen times, and each chart is the same node throughout."""
    drawn = page.locator("[data-testid=stVegaLiteChart] svg.marks")
    expect(drawn).to_have_count(2)
    before = drawn.first.inner_html()
    drawn.evaluate_all("charts => charts.forEach((chart) => { chart.dataset.stays = 'yes' })")
    page.wait_for_timeout(6000)
    assert drawn.first.inner_html() != before, "the curve has grown"
    expect(page.locator("svg.marks[data-stays]")).to_have_count(2)


def test_stories_by_a_decoder_alone(visit: Visit) -> None:
    """The race lesson 13 links to; on the page its models write, on the stage they have no place."""
    page = visit.open("mask")
    page.get_by_role("link", name="in stories").click()
    page.wait_for_url("**/train?**")
    settle(page)
    assert "race=no-mask" in page.url and "corpus=stories" in page.url
    run = start(page, 30, "Steps of each")
    comes(page, "Done: 60 steps")
    settle(page)
    region = page.get_by_role("region", name="Beginnings it has never seen")
    expect(region.locator("thead th")).to_have_count(2)
    expect(region).to_contain_text("of its own sentences fit the story")
    expect(page.locator(".film .grid")).to_have_count(2)
    expect(page.get_by_role("button", name="Use this model")).to_have_count(0)
    told = page.get_by_role("region", name="Begun by you")
    expect(told).to_contain_text(re.compile("of its sentences fit|whole story|nothing"))
    page.get_by_label("Its first sentence").fill("He sang.")
    page.keyboard.press("Enter")
    settle(page)
    expect(told).to_contain_text(re.compile("not a beginning of its stories|nothing"))
    watch_another_story(page)
    visit.open(f"inspect?model=run:{run}.1")
    expect(page.get_by_text("goes on with stories and translates nothing")).to_be_visible()
    expect(page.locator("section.explorer")).to_be_visible()


def watch_another_story(page: Page) -> None:
    """Both films, on words of the learner's own; one with too many words is refused and the page goes on."""
    field, film = page.get_by_label("On another story"), page.locator(".film")
    film.get_by_role("button", name="Show as a table").click()
    field.fill("Ida hid a shell.")
    page.keyboard.press("Enter")
    expect(film.get_by_role("rowheader", name="Ida")).to_have_count(2)
    field.fill("and " * 70)
    page.keyboard.press("Enter")
    expect(page.get_by_text("at most 64 fit, so shorten it")).to_be_visible()
    field.fill("")
    page.keyboard.press("Enter")
    expect(page.locator(".film .grid")).to_have_count(2)

"""Lesson 15 in a real browser: stepping, drawing and walking the tree send nothing; the numbers shown are those of the model."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from bench.browser import NewVisit, Visit, settle
from figures.inference import log_softmax
from model.search_tree import SearchTree
from tests.browser.test_every_page import SIDEWAYS, violations
from ui.shipped import shipped
from ui.stage import sentences

KEY = "444.daba4ed9"
ELSEWHERE = ("katex-display", "<pre class")  # formulas and code that scroll: every lesson's, held by tests/browser/test_every_page.py
BETS = ("a more probable one", "the same one", "a less probable one", "no bet: show me")


def open_lesson(new_visit: NewVisit, address: str = "", bet: str | None = None, **options: object) -> tuple[Visit, Page]:
    visit = new_visit(**options)
    view = visit.open(f"inference?model=toy&{address}")
    view.locator(".steps .transport").wait_for()
    if bet is not None:
        view.get_by_text(bet, exact=True).click()
        settle(view)
        view.locator(".tree .branches").wait_for()
    return visit, view


def logits() -> np.ndarray:
    facts = shipped("inference", "toy")
    assert facts is not None
    return log_softmax(facts.arrays[f"{KEY}.logits"])


def shares(rows: Locator, column: int) -> list[str]:
    return [row.locator("> span").nth(column).inner_text() for row in rows.all()]


def mulberry(seed: int) -> float:
    """The first number of the seeded generator, in whole numbers of 32 bits."""
    state = (seed * 2654435761 + 0x6D2B79F5) % 2**32
    mixed = ((state ^ (state >> 15)) * (state | 1)) % 2**32
    mixed = ((mixed + ((mixed ^ (mixed >> 7)) * (mixed | 61)) % 2**32) ^ mixed) % 2**32
    return (mixed ^ (mixed >> 14)) / 2**32


def test_stepping_sends_nothing_and_tells_the_models_numbers(new_visit: NewVisit) -> None:
    visit, view = open_lesson(new_visit)
    before = visit.frames_sent
    logs = logits()
    told = view.locator(".steps .told")
    slider = view.locator(".steps input[type=range]")
    expect(view.locator(".steps .count")).to_have_text("step 11 of 15")  # where il and elle are nearest
    slider.focus()
    for key, step in (("Home", 0), ("ArrowRight", 1), ("End", 14), ("ArrowLeft", 13)):
        view.keyboard.press(key)
        expect(view.locator(".steps .count")).to_have_text(f"step {step + 1} of 15")
        best = np.sort(np.exp(logs[step]))[::-1]
        assert shares(view.locator(".steps .candidate:not(.heads)"), 2)[0] == f"{100 * best[0]:.0f}\u202f%"
        total = logs[: step + 1].max(axis=1).sum()
        assert f"\u2212{abs(total):.2f}" in told.inner_text() if total < -0.1 else f"\u2212{abs(total):.3f}" in told.inner_text()
    view.locator(".steps").get_by_role("button", name="One step on").click()
    assert "the loop stops" in told.inner_text()
    view.locator(".steps select").select_option("1.2")
    view.locator(".steps").get_by_role("button", name="Show as a table").click()
    expect(view.locator(".steps table tbody tr")).to_have_count(15)
    assert visit.frames_sent == before and not visit.page_errors and not visit.console_errors


def test_play_runs_to_the_end_token(new_visit: NewVisit) -> None:
    visit, view = open_lesson(new_visit, "row=13")
    before = visit.frames_sent
    play = view.locator(".steps").get_by_role("button", name="Play")
    play.click()
    expect(view.locator(".steps .play")).to_have_text("Pause")
    expect(view.locator(".steps .count")).to_have_text("step 15 of 15", timeout=4000)
    expect(view.locator(".steps .play")).to_have_text("Play")
    assert "row=15" in view.url and visit.frames_sent == before


def test_the_draw_is_the_models_arithmetic(new_visit: NewVisit) -> None:
    """Temperature, top-k and a seeded point, computed again."""
    visit, view = open_lesson(new_visit)
    before = visit.frames_sent
    draw = view.locator(".draw")
    knob = draw.locator(".knob input")
    knob.nth(1).focus()
    for _ in range(2):
        view.keyboard.press("ArrowRight")  # top-k 2
    best = np.sort(np.exp(logits()[10]))[::-1]
    rows = draw.locator(".candidate:not(.heads)")
    assert shares(rows, 3)[:3] == [
        f"{100 * best[0] / best[:2].sum():.0f}\u202f%",
        f"{100 * best[1] / best[:2].sum():.0f}\u202f%",
        "0\u202f%",
    ]
    draw.locator(".seed input").fill("3")
    draw.get_by_role("button", name="Draw", exact=True).click()
    u = mulberry(3)
    word = "il" if u < best[0] / best[:2].sum() else "elle"
    expect(draw.locator(".told")).to_contain_text(f"u = {u:.4f}")
    assert draw.locator(".told").inner_text().endswith(f": {word}.")
    draw.get_by_role("button", name="Draw 200").click()
    counts = [int(text) for text in shares(rows, 4)]
    assert sum(counts) == 201 and counts[0] + counts[1] == 201
    assert abs(counts[0] / 201 - best[0] / best[:2].sum()) < 4 * math.sqrt(0.19 / 201)
    draw.get_by_role("button", name="Reset").click()
    knob.nth(0).focus()
    for _ in range(10):
        view.keyboard.press("ArrowLeft")  # 10 ** -0.2
    warm = np.exp(np.sort(logits()[10])[::-1] / 0.63)
    assert shares(rows, 3)[0] == f"{100 * warm[0] / warm.sum():.0f}\u202f%"
    assert visit.frames_sent == before and not visit.page_errors


def test_the_tree_waits_for_the_bet_and_holds_the_beam(new_visit: NewVisit) -> None:
    visit, view = open_lesson(new_visit)
    assert view.locator(".tree").count() == 0
    view.get_by_text(BETS[1], exact=True).click()
    settle(view)
    view.locator(".tree .branches").wait_for()
    assert "Your bet holds." in view.locator("[data-testid=stMain]").inner_text()
    facts = shipped("inference", "toy")
    assert facts is not None
    tree = SearchTree.from_arrays({name: facts.arrays[f"{KEY}.tree.{name}"] for name in SearchTree.__annotations__})
    assert view.locator(".tree .node").count() == len(tree.tokens)
    ranking = view.locator(".tree .still tbody tr")
    expect(ranking).to_have_count(len(tree.over()))
    best = tree.over()[0]
    cells = ranking.first.locator("td").all_inner_texts()
    assert cells[1:3] == [f"\u2212{-tree.totals[best]:.2f}", f"\u2212{-tree.scores[best]:.2f}"]
    path = view.locator(".tree .path").inner_text()
    factors = re.search(r"Multiplied: ([\d. ×]+) = ", path)
    assert factors is not None
    written = [float(part) for part in factors[1].split(" × ")]
    np.testing.assert_allclose(written, np.exp([tree.log_probabilities[node] for node in tree.path(best)]), atol=0.006)
    assert not visit.page_errors


def test_walking_the_tree_sends_nothing(new_visit: NewVisit) -> None:
    visit, view = open_lesson(new_visit, bet=BETS[3])
    before = visit.frames_sent
    path = view.locator(".tree .path")
    seen = {path.inner_text()}
    view.locator(".tree .branches").focus()
    for key in ("ArrowLeft", "ArrowDown", "ArrowLeft", "ArrowUp", "Home", "ArrowRight", "End"):
        view.keyboard.press(key)
        seen.add(path.inner_text())
    assert len(seen) >= 5, "the path follows"
    view.locator(".tree .node").nth(20).click()
    seen.add(path.inner_text())
    slider = view.locator(".tree .transport input")
    slider.focus()
    view.keyboard.press("Home")
    assert "No prefix has taken the end token yet." in view.locator(".tree").inner_text()
    view.locator(".tree").get_by_role("button", name="Show as a table").click()
    view.locator(".cache input[type=range]").focus()
    view.keyboard.press("Home")
    expect(view.locator(".cache .sums").first).to_contain_text("This step: 1 cells")
    assert visit.frames_sent == before and not visit.page_errors


def test_the_width_asks_the_server_once(new_visit: NewVisit) -> None:
    visit, view = open_lesson(new_visit, bet=BETS[3])
    nodes = view.locator(".tree .node").count()
    before = visit.frames_sent
    view.locator(".st-key-beam_width button").last.click()
    settle(view)
    expect(view.locator(".tree .node")).not_to_have_count(nodes)
    assert visit.frames_sent - before == 1 and not visit.page_errors


def test_an_earlier_moment_and_greedy_falls_out(new_visit: NewVisit) -> None:
    _, view = open_lesson(new_visit, "moment=71", bet=BETS[0])
    assert "greedy falls out here" in view.locator(".tree").inner_html()
    expect(view.get_by_text("Greedy's path falls out of this beam at step")).to_be_visible()
    expect(view.get_by_text("Your bet holds.")).to_be_visible()


def test_a_counted_sentence_goes_onto_the_stage(new_visit: NewVisit) -> None:
    visit, view = open_lesson(new_visit)
    view.get_by_role("button", name="A win", exact=True).click()
    settle(view)
    assert "young+kings" in view.url and not visit.page_errors
    assert sentences.DEFAULT not in view.url.replace("+", " ")


def test_what_is_measured_is_said_to_be_measured_now(new_visit: NewVisit) -> None:
    visit, view = open_lesson(new_visit)
    view.get_by_role("button", name="Measure both now").click()
    settle(view)
    expect(view.get_by_text("Measured now, on this machine")).to_be_visible()
    assert not visit.page_errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_tree_scrolls_in_its_frame(new_visit: NewVisit, scheme: str) -> None:
    visit, view = open_lesson(new_visit, "moment=160", bet=BETS[3], width=390, height=844, scheme=scheme)
    assert max(view.evaluate(SIDEWAYS)) <= 0
    frame = view.locator(".tree .branches")
    assert frame.evaluate("node => node.scrollWidth > node.clientWidth && node.clientWidth <= 390")
    assert frame.locator("svg").evaluate("node => node.getBoundingClientRect().height") <= frame.evaluate("node => node.clientHeight") + 1
    view.get_by_text("Eight strategies on your sentence").click()
    settle(view)
    found = [line for line in violations(view) if not any(part in line for part in ELSEWHERE)]
    assert not found, "\n".join(found)
    assert not visit.page_errors and not visit.console_errors

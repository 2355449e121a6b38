"""How long a visitor waits: python -m bench.pages [--pages heads,mask] > pages.json

A stage change, on every finished page and on an empty one of the same server, in turn: from the Enter key that gives the
stage a new sentence to the last change of the view. Every sentence is new, so no cache answers. And the first complete
view: from navigation to the last change of the view, in a fresh browser profile. Milliseconds; motion is reduced, since
an animation is no waiting. Ratios are a page's median over the empty page's.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser

from bench.browser import Visit, chromium
from bench.server import running_server
from catalogue import PAGES
from model.corpora import load_corpus

EDIT = "Now yours"  # the button of the stage that opens its text
EMPTY = "empty"
QUIET = 350  # milliseconds without a change after which a view is complete
TIMING = (Path(__file__).parent / "last_change.js").read_text(encoding="utf-8")
WARM_UP = 3


def slugs() -> list[str]:
    """The finished pages on which the sentence can be changed."""
    return [page.slug for page in PAGES if page.ready and "source" in page.stage]


def path_of(slug: str) -> str:
    return "" if slug == "home" else slug


def new_sentences(count: int) -> Iterator[str]:
    """Sentences of the grammar, each one once."""
    pairs = load_corpus("grammar", seed=4242, pairs=2 * count).train
    return iter(dict.fromkeys(pair.source for pair in pairs))


def visit_with_clock(browser: Browser, address: str) -> Visit:
    visit = Visit(browser, address)
    visit.page.emulate_media(reduced_motion="reduce")
    visit.page.add_init_script(TIMING)
    return visit


def when_still(visit: Visit) -> dict[str, float]:
    visit.page.wait_for_function("quiet => window.labIsStill?.(quiet)", arg=QUIET, timeout=60_000, polling=50)
    times: dict[str, float] = visit.page.evaluate("window.labTimes")
    return times


def stage_change(visit: Visit, sentence: str) -> float:
    """Milliseconds from Enter to the last change of the view."""
    visit.page.get_by_role("button", name=EDIT, exact=True).click()
    field = visit.page.locator("form.text input")
    field.fill(sentence)
    visit.page.wait_for_timeout(100)
    field.press("Enter")
    times = when_still(visit)
    return times["painted"] - times["start"]


def first_view(browser: Browser, address: str, slug: str) -> float:
    """Milliseconds from navigation to the last change of the view, nothing cached in the browser."""
    visit = visit_with_clock(browser, address)
    visit.page.goto(f"{address}/{path_of(slug)}", wait_until="commit")
    times = when_still(visit)
    visit.close()
    return times["painted"]


def summary(values: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return {"p50": round(statistics.median(values), 1), "p95": round(cuts[-1], 1), "count": len(values)}


def measure_changes(browser: Browser, address: str, names: Sequence[str], changes: int) -> dict[str, list[float]]:
    """Milliseconds of every stage change by page; the pages take turns, a sentence each."""
    sentences = new_sentences((changes + WARM_UP) * len(names))
    visits = {name: visit_with_clock(browser, address) for name in names}
    times: dict[str, list[float]] = {name: [] for name in names}
    for name, visit in visits.items():
        visit.page.goto(f"{address}/{path_of(name)}")
        when_still(visit)
        for _ in range(WARM_UP):
            stage_change(visit, next(sentences))
    for _ in range(changes):
        for name, visit in visits.items():
            times[name].append(stage_change(visit, next(sentences)))
    for visit in visits.values():
        visit.close()
    return times


def measure(changes: int, views: int, pages: Sequence[str] = ()) -> dict[str, object]:
    """`pages` are slugs, all finished ones unless said; the empty page is always among them."""
    names = [*(pages or slugs()), EMPTY]
    with running_server(module="bench.empty_page") as address, chromium() as browser:
        first_view(browser, address, EMPTY)  # the server's own first time, torch's import included
        first = {name: [first_view(browser, address, name) for _ in range(views)] for name in names}
        times = measure_changes(browser, address, names, changes)
    empty = statistics.median(times[EMPTY])
    return {
        "unit": "milliseconds",
        "stage change": {name: summary(values) for name, values in times.items()},
        "ratio to the empty page": {name: round(statistics.median(values) / empty, 2) for name, values in times.items() if name != EMPTY},
        "first complete view": {name: summary(values) for name, values in first.items()},
    }


def finished(text: str) -> tuple[str, ...]:
    """The slugs in `text`, each that of a finished page with a sentence."""
    names = tuple(filter(None, text.split(",")))
    for name in names:
        if name not in slugs():
            raise argparse.ArgumentTypeError(f"{name!r} is no finished page with a sentence; there are {', '.join(slugs())}")
    return names


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a visitor waits for a stage change and for the first view.")
    parser.add_argument("--changes", type=int, default=30)
    parser.add_argument("--views", type=int, default=5)
    parser.add_argument("--pages", type=finished, default=(), help=f"slugs with commas between them, of {', '.join(slugs())}")
    arguments = parser.parse_args()
    results = measure(arguments.changes, arguments.views, arguments.pages)
    json.dump(results, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()

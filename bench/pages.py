"""How long a visitor waits: python -m bench.pages [--pages heads,mask] > pages.json

A stage change, on every finished page and on an empty one of the same server, in turn: from the Enter key that gives the
stage a new sentence to the last change of what stands in the window, which is then the new sentence's, and to the last change
anywhere on the page: pictures far below the window are drawn late on purpose. Every sentence is new, so no cache answers. And the
first complete view: from navigation to the last change of either, in a fresh browser profile. Milliseconds; motion is reduced,
since an animation is no waiting. Ratios are a page's median over the empty page's.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser

from bench.browser import Visit, chromium
from bench.processes import when_warm
from bench.server import running_server
from catalogue import PAGES
from model.corpora import load_corpus

EDIT = "Now yours"  # the button of the stage that opens its text
EMPTY = "empty"
QUIET = 1000  # milliseconds without a change after which a page is complete, its late pictures included
TIMING = (Path(__file__).parent / "last_change.js").read_text(encoding="utf-8")
WARM_UP = 3


class Waited(NamedTuple):
    """Milliseconds until nothing in the window changes any more, and until nothing of the page does."""

    window: float
    page: float


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


def when_still(visit: Visit) -> Waited:
    visit.page.wait_for_function("quiet => window.labIsStill?.(quiet)", arg=QUIET, timeout=60_000, polling=50)
    start, seen, painted = visit.page.evaluate("[labTimes.start, labSeen(), labTimes.painted]")
    return Waited(seen - start, painted - start)


def stage_change(visit: Visit, sentence: str) -> Waited:
    """Milliseconds from Enter. `RuntimeError` if the page then shows another sentence."""
    visit.page.get_by_role("button", name=EDIT, exact=True).click()
    field = visit.page.locator("form.text input")
    field.fill(sentence)
    visit.page.wait_for_timeout(100)
    field.press("Enter")
    waited = when_still(visit)
    shown = visit.page.locator(".stage .source").inner_text()
    if not all(word in shown for word in sentence.split()):
        raise RuntimeError(f"{visit.page.url} shows {shown!r} for {sentence!r}")
    return waited


def first_view(browser: Browser, address: str, slug: str) -> Waited:
    """Milliseconds from navigation, nothing cached in the browser."""
    visit = visit_with_clock(browser, address)
    visit.page.goto(f"{address}/{path_of(slug)}", wait_until="commit")
    waited = when_still(visit)
    visit.close()
    return waited


def summary(values: Sequence[float]) -> dict[str, float]:
    highest = statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    return {"p50": round(statistics.median(values), 1), "p95": round(highest, 1), "count": len(values)}


def measure_changes(browser: Browser, address: str, names: Sequence[str], changes: int) -> dict[str, list[Waited]]:
    """Every stage change by page; the pages take turns, a sentence each."""
    sentences = new_sentences((changes + WARM_UP) * len(names))
    visits = {name: visit_with_clock(browser, address) for name in names}
    times: dict[str, list[Waited]] = {name: [] for name in names}
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
        when_warm()  # a worker that gets ready would share the processor with what is measured
        first = {name: [first_view(browser, address, name) for _ in range(views)] for name in names}
        times = measure_changes(browser, address, names, changes)
    changed = summaries(times)
    empty = changed[EMPTY]["window"]["p50"]
    return {
        "unit": "milliseconds",
        "stage change": changed,
        "ratio to the empty page": {name: round(values["window"]["p50"] / empty, 2) for name, values in changed.items() if name != EMPTY},
        "first complete view": summaries(first),
    }


def summaries(times: Mapping[str, Sequence[Waited]]) -> dict[str, dict[str, dict[str, float]]]:
    """By page: how long the window took, and how long the whole page."""
    return {
        name: {"window": summary([one.window for one in waited]), "page": summary([one.page for one in waited])}
        for name, waited in times.items()
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

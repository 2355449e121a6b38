"""How live training is, in a browser against a real server: python -m bench.live > live.json

Seconds from the click on Start to the first loss on the screen, for each corpus and with a warm worker; for the default run
to 95 % and 99 % exact match on the screen (null where it never gets there) and to its end; and where it never gets to 99 %, for the same
recipe with twice the steps, and twice again, until one does. Megabytes of memory of the server,
of the worker that stands by, and of a worker that trains. And what training costs everybody else: a stage change on other
pages, p50 in milliseconds, with nothing going on and while a run goes on before somebody's eyes, in turn; and the ratio.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Browser, Page

from bench.browser import Visit, chromium, settle
from bench.pages import WARM_UP, new_sentences, path_of, stage_change, summary, visit_with_clock, when_still
from bench.processes import at_work, megabytes, the_server, when_warm, workers
from bench.server import running_server
from lab import plan

CORPORA = {"grammar": "English to French", "reversing": "Reversing", "sorting": "Sorting", "dates": "Dates"}
PARTS = ("first", "run", "elsewhere")
ELSEWHERE = ("home", "inspect")  # where others are while somebody trains
MOST_STEPS = 8_000  # of the run that is to reach 99 %
LONG_STEPS = 20_000  # of the run that goes on while others look at other pages
PATIENCE = 300_000  # milliseconds

# The first moment at which each of these stands on the screen, in seconds since the click.
CLOCK = r"""() => {
  const live = (window.live = { seen: {} })
  const told = () => [...document.querySelectorAll('[data-testid=stCaptionContainer]')].map((node) => node.innerText)
  const note = (name) => requestAnimationFrame(() => { live.seen[name] ??= (performance.now() - live.start) / 1000 })
  const look = () => {
    if (live.start === undefined) return
    for (const text of told()) {
      if (/^Loss \d/.test(text)) note('first loss')
      const match = /^Exact match (\d+) %/.exec(text)
      if (!match) continue
      live.best = Math.max(live.best ?? 0, Number(match[1]))
      for (const goal of [95, 99]) if (Number(match[1]) >= goal) note(`exact match ${goal} %`)
    }
    if (document.querySelector('[data-testid=stDownloadButton]')) note('the end')
  }
  const isStart = (node) => node.closest('button')?.innerText === 'Start'
  document.addEventListener('click', (event) => { if (isStart(event.target)) live.start = performance.now() }, true)
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
}"""
SEEN = "name => window.live.seen[name] !== undefined"


def begin(visit: Visit, corpus: str, steps: int | None = None) -> Page:
    """Press Start; the clock runs from that click."""
    page = visit.open("train")
    if corpus != "grammar":
        page.get_by_text(CORPORA[corpus], exact=True).click()
        settle(page)
    if steps is not None:
        page.get_by_label("Steps", exact=True).fill(str(steps))
        page.keyboard.press("Enter")
        settle(page)
    page.evaluate(CLOCK)
    page.get_by_role("button", name="Start").click()
    return page


def when_seen(page: Page, name: str) -> float:
    page.wait_for_function(SEEN, arg=name, timeout=PATIENCE)
    return float(page.evaluate("name => window.live.seen[name]", name))


def stop(page: Page) -> None:
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped after").wait_for(timeout=PATIENCE)


def first_loss(browser: Browser, address: str, corpus: str) -> float:
    when_warm()
    visit = Visit(browser, address)
    page = begin(visit, corpus)
    seconds = when_seen(page, "first loss")
    stop(page)
    visit.close()
    return seconds


def runs_until_good(browser: Browser, address: str) -> list[dict[str, Any]]:
    """The default run; then longer ones, which learn with the same recipe, until 99 % stand on the screen."""
    found = [whole_run(browser, address)]
    while found[-1]["seconds"]["exact match 99 %"] is None and found[-1]["steps"] < MOST_STEPS:
        found.append(whole_run(browser, address, 2 * found[-1]["steps"]))
    return found


def whole_run(browser: Browser, address: str, steps: int | None = None) -> dict[str, Any]:
    """A run on the screen, of as many steps as the page proposes unless said; memory before it and at its end, and how busy both
    processes were meanwhile.
    """
    when_warm()
    standby = sum(map(megabytes, workers()))
    visit = Visit(browser, address)
    before = at_work()
    page = begin(visit, "grammar", steps)
    end = when_seen(page, "the end")
    used = {name: round((seconds - before[name]) / end, 2) for name, seconds in at_work().items()}
    seen, best = page.evaluate("[window.live.seen, window.live.best]")
    memory = {"server": megabytes(the_server()), "standby": round(standby, 1), "worker": round(sum(map(megabytes, workers())), 1)}
    visit.close()
    goals = {f"exact match {goal} %": seen.get(f"exact match {goal} %") for goal in (95, 99)}
    return {
        "steps": steps or plan("default").steps,
        "seconds": {**goals, "the end": end},
        "best exact match shown, %": best,
        "megabytes": memory,
        "cores busy": used,
    }


def changes_elsewhere(visits: dict[str, Visit], sentences: Iterator[str], count: int) -> dict[str, list[float]]:
    return {name: [stage_change(visit, next(sentences)).window for _ in range(count)] for name, visit in visits.items()}


def responsiveness(browser: Browser, address: str, changes: int, rounds: int) -> dict[str, Any]:
    """Stage changes without and with a run going on, in turn."""
    sentences = new_sentences(2 * (changes * rounds + WARM_UP) * len(ELSEWHERE))
    visits = {name: visit_with_clock(browser, address) for name in ELSEWHERE}
    for name, visit in visits.items():
        visit.page.goto(f"{address}/{path_of(name)}")
        when_still(visit)
    changes_elsewhere(visits, sentences, WARM_UP)
    times: dict[str, dict[str, list[float]]] = {kind: {name: [] for name in ELSEWHERE} for kind in ("alone", "while a run goes on")}
    for _ in range(rounds):
        when_warm()
        _add(times["alone"], changes_elsewhere(visits, sentences, changes))
        trainer = Visit(browser, address)
        page = begin(trainer, "grammar", LONG_STEPS)
        when_seen(page, "first loss")
        _add(times["while a run goes on"], changes_elsewhere(visits, sentences, changes))
        stop(page)
        trainer.close()
    medians = {kind: {name: statistics.median(found) for name, found in pages.items()} for kind, pages in times.items()}
    ratios = {name: round(medians["while a run goes on"][name] / medians["alone"][name], 2) for name in ELSEWHERE}
    told = {kind: {name: summary(found) for name, found in pages.items()} for kind, pages in times.items()}
    return {"unit": "milliseconds", **told, "ratio of the medians": ratios}


def _add(all_times: dict[str, list[float]], more: dict[str, list[float]]) -> None:
    for name, found in more.items():
        all_times[name] += found


def first_losses(browser: Browser, address: str, repeats: int) -> dict[str, Any]:
    losses = {corpus: [first_loss(browser, address, corpus) for _ in range(repeats)] for corpus in CORPORA}
    return {
        corpus: {"median": round(statistics.median(found), 2), "most": round(max(found), 2), "count": len(found)}
        for corpus, found in losses.items()
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    with running_server({"ATTENTION_LAB_STANDBY": "1"}) as address, chromium() as browser:
        measured = {"seconds until a worker stands by": round(when_warm(), 1)}
        parts: dict[str, Callable[[], Any]] = {
            "seconds from the click to the first loss": lambda: first_losses(browser, address, options.repeats),
            "default run, and longer ones until 99 %": lambda: runs_until_good(browser, address),
            "a stage change elsewhere": lambda: responsiveness(browser, address, options.changes, options.rounds),
        }
        chosen = [title for name, title in zip(PARTS, parts, strict=True) if name in options.only]
        return measured | {title: parts[title]() for title in chosen}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.live", description="How live training is, in a browser against a real server.")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="which parts to measure")
    parser.add_argument("--repeats", type=int, default=5, help="starts for each corpus")
    parser.add_argument("--changes", type=int, default=15, help="stage changes a page and round")
    parser.add_argument("--rounds", type=int, default=2)
    json.dump(measure(parser.parse_args()), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()

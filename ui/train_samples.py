"""What models write for sentences they have never seen: a row a sentence, a column a model; what is wrong in it is marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from lab import RunView
from ui import train_tell
from ui.train_log import Log
from ui.train_words import percent
from ui.words import _

ROLES = ("query", "key", "value", "target")  # of the members of a race, in order
SHOWN = 3
SHOWN_WORDS = 24  # of an answer: a beginner may say one word for ever

_SAMPLES = st.components.v2.component(
    "lab_samples",
    html='<div class="frame" role="region" tabindex="0"></div>',
    css="""
div.frame { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; color: var(--st-text-color); font: 1rem/1.5 var(--st-font); }
th, td { text-align: left; vertical-align: top; padding: 8px 16px 8px 0; font-weight: 400; overflow-wrap: anywhere; min-width: 9em; }
thead th { border-bottom: 1px solid var(--lab-line); font-weight: 650; }
thead span { display: block; font-weight: 400; font-size: 0.875rem; color: var(--lab-muted); font-variant-numeric: tabular-nums; }
thead b { font-size: 1.5rem; font-weight: 600; line-height: 1.2; }
tbody tr + tr > * { border-top: 1px solid var(--lab-line); }
.source { color: var(--lab-source); }
.should { display: block; font-size: 0.875rem; color: var(--lab-muted); }
.verdict { font-size: 0.875rem; color: var(--lab-muted); white-space: nowrap; }
.verdict.right { color: var(--lab-value); }
mark { background: none; color: var(--lab-key); text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 3px; }
.query { color: var(--lab-query); } .key { color: var(--lab-key); }
.value { color: var(--lab-value); } .target { color: var(--lab-target); }
""",
    js="""
const make = (tag, kind, ...children) => {
  const node = document.createElement(tag)
  if (kind) node.className = kind
  node.append(...children.filter((child) => child !== null))
  return node
}
const gap = () => document.createTextNode(" ")
export default function({data, parentElement}) {
  const notes = (member) => member.notes.map((note) => make("span", "", note))
  const head = (member) => make("th", "", make("div", member.role, member.name), make("b", "", member.score), ...notes(member))
  const words = (answer) => answer.words.flatMap(([word, right]) => [right ? document.createTextNode(word) : make("mark", "", word), gap()])
  const cell = (answer) => make("td", "", ...words(answer), make("span", answer.right ? "verdict right" : "verdict", answer.verdict))
  const row = (sample) => {
    const first = make("th", "", make("span", "source", sample.source), sample.should ? make("span", "should", sample.should) : null)
    first.scope = "row"
    return make("tr", "", first, ...sample.answers.map(cell))
  }
  const top = make("tr", "", make("td", "", make("span", "should", data.corner)), ...data.members.map(head))
  for (const node of top.querySelectorAll("th")) node.scope = "col"
  const frame = parentElement.querySelector(".frame")
  frame.setAttribute("aria-label", data.corner)
  frame.replaceChildren(make("table", "", make("thead", "", top), make("tbody", "", ...data.samples.map(row))))
}
""",
)


def samples(view: RunView, logs: Sequence[Log]) -> None:
    """The newest test of each member."""
    st.subheader(_("What it writes") if len(logs) == 1 else _("What they write"), anchor=False)
    told = [log for log in logs if log.samples]
    if not told:
        first = view.spec.members[0].training.evaluate_every
        st.caption(_("Nothing yet: at step {step} it is given sentences it has never seen.").format(step=first))
        return
    members = [_head(view, number, log) for number, log in enumerate(logs)]
    places = range(min(SHOWN, len(told[0].samples)))
    rows = [_row(view, [log.samples[place] if log.samples else None for log in logs]) for place in places]
    corner = _("Beginnings it has never seen") if view.spec.continues else _("Sentences it has never seen")
    table("train_samples", corner, members, rows)


def table(key: str, corner: str, members: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """`rows` are sources with an answer of each of the members."""
    _SAMPLES(key=key, data={"corner": corner, "members": members, "samples": rows})


def _head(view: RunView, number: int, log: Log) -> dict[str, Any]:
    member = view.members[number]
    score = _("{count} %").format(count=percent(log.good[-1][1])) if log.good else "\u2013"
    right = _("of its own sentences fit the story, at step {step}")
    right = right if view.spec.continues else _("of its sentences right to the last word, at step {step}")
    notes = [right.format(step=f"{log.good[-1][0]:,.0f}")] if log.good else []
    if member.diverged:
        notes.append(_("diverged at step {step}").format(step=member.step))
    return {**named(view, number), "score": score, "notes": notes}


def named(view: RunView, number: int) -> dict[str, Any]:
    """The head of a column that has a name alone, and of a run of one model not even that."""
    name = view.members[number].name if len(view.members) > 1 else ""
    return {"name": name, "role": role_of(number, len(view.members)), "score": "", "notes": []}


def role_of(number: int, members: int) -> str:
    return ROLES[number] if members > 1 else ""


def _row(view: RunView, answers: Sequence[dict[str, str] | None]) -> dict[str, Any]:
    known = next(answer for answer in answers if answer)
    if view.spec.continues:
        told = [train_tell.judged(known["source"], answer["translation"] if answer else "") for answer in answers]
        return {"source": known["source"], "should": "", "answers": told}
    shown = [_answer(answer) for answer in answers]
    right = all(answer["right"] for answer in shown)
    should = "" if right else _("it should be: {reference}").format(reference=known["reference"])
    return {"source": known["source"], "should": should, "answers": shown}


def _answer(sample: dict[str, str] | None) -> dict[str, Any]:
    if sample is None:
        return {"words": [], "right": False, "verdict": "\u2013"}
    right = sample["translation"] == sample["reference"]
    verdict = _("right") if right else "" if sample["translation"] else _("(nothing)")
    words = compared(sample["translation"], sample["reference"])
    words = words if len(words) <= SHOWN_WORDS else [*words[:SHOWN_WORDS], ("…", True)]
    return {"words": words, "right": right, "verdict": verdict}


def compared(written: str, reference: str) -> list[tuple[str, bool]]:
    """Each word written, and whether it belongs: whether it is one of the longest run of words both have in the same order."""
    ours, theirs = written.split(), reference.split()
    longest = [[0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i in reversed(range(len(ours))):
        for j in reversed(range(len(theirs))):
            same = ours[i] == theirs[j]
            longest[i][j] = 1 + longest[i + 1][j + 1] if same else max(longest[i + 1][j], longest[i][j + 1])
    found, j = [], 0
    for i, word in enumerate(ours):
        while j < len(theirs) and theirs[j] != word and longest[i][j + 1] == longest[i][j]:
            j += 1
        belongs = j < len(theirs) and theirs[j] == word
        found.append((word, belongs))
        j += belongs
    return found

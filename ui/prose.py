"""Sentences with the learner's own words and numbers in role colours. Words are data: they never pass through Markdown."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

P = ParamSpec("P")
R = TypeVar("R")


def as_part(draw: Callable[P, R]) -> Callable[P, R]:
    """What `draw` draws, in a container of its own: when a part changes, the browser need not go through all the others of the page."""

    @wraps(draw)
    def within(*arguments: P.args, **named: P.kwargs) -> R:
        with st.container():
            return draw(*arguments, **named)

    return within


def heading(text: str, small: bool = False) -> None:
    """A heading. It has an anchor, hidden: where there is none, the browser spells one out of the text at every drawing, which is slow."""
    anchor = f"part-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    (st.subheader if small else st.header)(text, anchor=anchor)


ROLES = ("query", "key", "value", "source", "target")

_PROSE = st.components.v2.component(
    "lab_prose",
    html="<p></p>",
    css="""
p { margin: 0; max-width: var(--lab-text-width); color: var(--st-text-color); font: 1rem/1.6 var(--st-font); overflow-wrap: anywhere; }
b { font-weight: 650; font-variant-numeric: tabular-nums; }
.query { color: var(--lab-query); } .key { color: var(--lab-key); } .value { color: var(--lab-value); }
.source { color: var(--lab-source); } .target { color: var(--lab-target); }
""",
    js="""
export default function({data, parentElement}) {
  parentElement.querySelector("p").replaceChildren(...data.map(([text, kind]) => {
    if (kind === null) return document.createTextNode(text)
    const word = document.createElement("b")
    word.className = kind
    word.textContent = text
    return word
  }))
}
""",
)


@dataclass(frozen=True)
class Said:
    """A word or a number set in bold, in the colour of its role; "" is bold without a colour."""

    text: str
    role: str = ""


def say(template: str, key: str, **values: Said | str | int) -> None:
    """A translated template with its values filled in: `say(_("{word} has {count} pieces."), key, word=Said("il", "target"), count=1)`."""
    _PROSE(key=key, data=segments(template, **values))


def segments(template: str, **values: Said | str | int) -> list[tuple[str, str | None]]:
    """(text, role) in order; role None for plain text. A brace without a value stays as it is."""
    found: list[tuple[str, str | None]] = []
    for part in re.split(r"(\{\w+\})", template):
        value = values.get(part[1:-1]) if part[:1] == "{" else None
        if value is None:
            if part:
                found.append((part, None))
        elif isinstance(value, Said):
            found.append((value.text, value.role))
        else:
            found.append((str(value), ""))
    return found


def percent(share: float) -> Said:
    """71 %, with a narrow space that does not break."""
    return Said(f"{100 * share:.0f}\u202f%")


def grouped(value: float) -> str:
    """47 117: a whole number in groups of three, with the same narrow space."""
    return f"{value:,.0f}".replace(",", "\u202f")


def number(value: float) -> Said:
    """Three significant digits, with a true minus sign."""
    return Said(f"{value:.3g}".replace("-", "\u2212"))


def escaped(text: str) -> str:
    """Text for the few Streamlit labels that read Markdown: every mark of punctuation is only itself."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)

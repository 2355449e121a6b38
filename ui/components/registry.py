"""How a component of pictures is registered: plain scripts and styles of `parts/`, without a build step.

Everything a picture shows comes through `data` as bytes (figures/payload.py), words included. Streamlit sends a component's script again
with every change of its data, so the components carry one line each, and all their scripts come once, in `library`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

from figures.theme import css_variables
from ui.address import VIEW_JS

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_PARTS = Path(__file__).parent / "parts"
DRAWING = ("dom", "colour", "cells", "tokens", "download", "geometry", "wires", "figure", "lines", "spell", "numbers", "table")
LARGE = 20_000  # bytes
WAITING = "const waiting = (window.labPictures ??= Promise.withResolvers());\n"


@dataclass(frozen=True)
class _Entry:
    create: str
    parts: tuple[str, ...]
    styles: tuple[str, ...]


_ENTRIES: dict[str, _Entry] = {}
_order: ContextVar[_Order | None] = ContextVar("order", default=None)


def component(name: str, create: str, *parts: str, styles: tuple[str, ...] = (), sends: str = "") -> Callable[..., object]:
    """The component whose instances the script's function `create` makes; `parts` are its scripts, `styles` its own sheets.

    `sends` names the one thing the browser may tell the server; without it nothing goes back.
    """
    _ENTRIES[name] = _Entry(create, parts, ("style", *styles))
    given, send = (", setTriggerValue", f', (value) => setTriggerValue("{sends}", value)') if sends else ("", "")
    export = f'export default async ({{ data, parentElement{given} }}) => (await waiting.promise)("{name}", parentElement, data{send});\n'
    return partial(_place, st.components.v2.component(name, js=WAITING + export))


@dataclass
class _Order:
    """What a page has drawn of its pictures, and what comes at its end."""

    begun: bool = False
    late: list[Callable[[], object]] = field(default_factory=list)


@contextmanager
def first_things_first() -> Iterator[None]:
    """Of what a page draws within, the first picture goes out at once; larger ones have their places and follow at the end: what a
    visitor sees first does not wait behind what is far below.
    """
    order = _Order()
    token = _order.set(order)
    try:
        yield
    finally:
        _order.reset(token)
    for draw in order.late:
        draw()


def at_the_end(draw: Callable[[], object]) -> None:
    """Draw when all else of the page is drawn, or now where nobody sees to that."""
    order = _order.get()
    (order.late.append if order else _now)(draw)


def _now(draw: Callable[[], object]) -> None:
    draw()


def _place(mount: Callable[..., object], **named: Any) -> None:
    """In a fragment, which draws its own elements alone and must know them all, a picture never waits."""
    order, draw = _order.get(), partial(mount, **named)
    if order and order.begun and len(named["data"]) > LARGE and get_script_run_ctx() and not ThreadState.get().fragment_id:
        at_the_end(partial(_within, st.container(), draw))
        return
    if order:
        order.begun = True
    draw()


def _within(container: DeltaGenerator, draw: Callable[[], object]) -> None:
    with container:
        draw()


def library() -> str:
    """One module with the scripts of every component registered so far: what several use once, the rest of each in a scope of its own."""
    used = Counter(part for entry in _ENTRIES.values() for part in entry.parts)
    shared = [part for part in used if used[part] > 1]
    scopes = [_scope(name, entry, [part for part in entry.parts if part not in shared]) for name, entry in _ENTRIES.items()]
    styles = dict.fromkeys(style for entry in _ENTRIES.values() for style in entry.styles)
    sheets = {style: _read(f"{style}.css") for style in styles}
    sheets["style"] = f".lab {{ {css_variables()} }}\n{sheets['style']}"
    data = [f"const SHEETS = {json.dumps(sheets)};", "const ENTRIES = {};"]
    scripts = [_read(f"{part}.js") for part in (*shared, "entries")]
    return "\n".join((WAITING, VIEW_JS, *data, *scripts, *scopes, "export default () => waiting.resolve(mounted);\n"))


def _scope(name: str, entry: _Entry, own: list[str]) -> str:
    scripts = "\n".join(_read(f"{part}.js") for part in own)
    return f"ENTRIES.{name} = (() => {{\n{scripts}\nreturn {{ create: {entry.create}, styles: {json.dumps(entry.styles)} }};\n}})();"


def _read(file: str) -> str:
    return (_PARTS / file).read_text(encoding="utf-8")

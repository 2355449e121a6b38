"""How a component of pictures is registered: plain scripts and styles of `parts/`, without a build step.

Everything a picture shows comes through `data` as bytes (figures/payload.py), words included. Streamlit sends a component's script again
with every change of its data, so the components carry one line each, and all their scripts come once, in `library`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from figures.theme import css_variables
from ui.address import VIEW_JS

_PARTS = Path(__file__).parent / "parts"
DRAWING = ("dom", "colour", "cells", "tokens", "download", "geometry", "wires", "figure", "lines", "spell", "numbers", "table")
WAITING = "const waiting = (window.labPictures ??= Promise.withResolvers());\n"


@dataclass(frozen=True)
class _Entry:
    create: str
    parts: tuple[str, ...]
    styles: tuple[str, ...]


_ENTRIES: dict[str, _Entry] = {}


def component(name: str, create: str, *parts: str, styles: tuple[str, ...] = (), sends: str = "") -> Callable[..., object]:
    """The component whose instances the script's function `create` makes; `parts` are its scripts, `styles` its own sheets.

    `sends` names the one thing the browser may tell the server; without it nothing goes back.
    """
    _ENTRIES[name] = _Entry(create, parts, ("style", *styles))
    given, send = (", setTriggerValue", f', (value) => setTriggerValue("{sends}", value)') if sends else ("", "")
    export = f'export default async ({{ data, parentElement{given} }}) => (await waiting.promise)("{name}", parentElement, data{send});\n'
    return st.components.v2.component(name, js=WAITING + export)


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

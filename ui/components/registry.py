"""How a component of pictures is registered: plain scripts and styles of `parts/`, joined in order into one module, without a build step.

Everything a picture shows comes through `data` as bytes (figures/payload.py), words included.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from figures.theme import css_variables
from ui.address import VIEW_JS

_PARTS = Path(__file__).parent / "parts"
DRAWING = ("dom", "colour", "cells", "tokens", "download", "geometry", "wires", "figure", "lines", "spell", "numbers", "table")


def component(name: str, create: str, *parts: str, styles: tuple[str, ...] = (), sends: str = "") -> Callable[..., object]:
    """The component whose instances the script's function `create` makes; `parts` are its scripts, `styles` its own sheets.

    `sends` names the one thing the browser may tell the server; without it nothing goes back.
    """
    trigger = (", setTriggerValue", f', (value) => setTriggerValue("{sends}", value)') if sends else ("", "")
    export = f"export default ({{ data, parentElement{trigger[0]} }}) => mounted(parentElement, {create}, data{trigger[1]});\n"
    return st.components.v2.component(
        name,
        css="\n".join((f".lab {{ {css_variables()} }}", *(_read(f"{style}.css") for style in ("style", *styles)))),
        js="\n".join((VIEW_JS, *(_read(f"{part}.js") for part in (*parts, "entries")), export)),
    )


def _read(file: str) -> str:
    return (_PARTS / file).read_text(encoding="utf-8")

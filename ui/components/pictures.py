"""The one matrix component, the one lines component, and the explorer made of both. Registered once, at import.

The scripts are plain files in `parts/`, joined here in order into one module: no build step. Everything they show comes
through `data` (figures/payload.py), words included; hover, layer, head and step never come back to the server.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from figures.theme import css_variables
from ui.address import VIEW_JS

_HERE = Path(__file__).parent / "parts"
_DRAWING = ("dom", "colour", "cells", "tokens", "download", "geometry", "wires", "figure", "lines", "spell", "numbers", "table")


def _script(create: str, *parts: str) -> str:
    joined = "\n".join((_HERE / f"{part}.js").read_text(encoding="utf-8") for part in (*_DRAWING, *parts, "entries"))
    return f"{VIEW_JS}\n{joined}\nexport default ({{ data, parentElement }}) => mounted(parentElement, {create}, data);\n"


_CSS = f".lab {{ {css_variables()} }}\n" + (_HERE / "style.css").read_text(encoding="utf-8")
_MATRIX = st.components.v2.component("lab_matrix", css=_CSS, js=_script("createMatrix", "single"))
_LINES = st.components.v2.component("lab_lines", css=_CSS, js=_script("createSingleLines", "single"))
_EXPLORER = st.components.v2.component("lab_explorer", css=_CSS, js=_script("createExplorer", "heads", "telling", "explorer"))


def matrix(payload: bytes, key: str) -> None:
    """One matrix with hover, keyboard, arithmetic line and table. `payload` from `figures.payload.matrix_payload`."""
    _MATRIX(key=key, data=payload)


def lines(payload: bytes, key: str) -> None:
    """One head as bands between two columns of tokens. `payload` from `figures.payload.lines_payload`."""
    _LINES(key=key, data=payload)


def explorer(payload: bytes, key: str) -> None:
    """Every attention of every layer and head. `payload` from `figures.payload.explorer_payload`."""
    _EXPLORER(key=key, data=payload)

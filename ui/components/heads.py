"""The pictures of the lesson on heads: the board, the sum over heads, tables that sort, the film. Registered once, at import.

Only the board speaks to the server, and only with which heads are silenced.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from figures.theme import css_variables
from ui.address import VIEW_JS

_HERE = Path(__file__).parent / "parts"
_DRAWING = ("dom", "colour", "cells", "tokens", "geometry", "wires", "figure", "spell", "table")
_CSS = f".lab {{ {css_variables()} }}\n" + "\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("style.css", "heads.css"))
_PLAIN = "export default ({{ data, parentElement }}) => mounted(parentElement, {create}, data);"
_SENDING = """export default ({{ data, parentElement, setTriggerValue }}) =>
  mounted(parentElement, {create}, data, (silenced) => setTriggerValue("silenced", silenced));"""


def _script(create: str, export: str, *parts: str) -> str:
    joined = "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in (*_DRAWING, "heads_words", *parts, "entries"))
    return "\n".join((VIEW_JS, joined, export.format(create=create)))


_BOARD = st.components.v2.component("lab_heads_board", css=_CSS, js=_script("createBoard", _SENDING, "heads_board", "heads_large"))
_SUM = st.components.v2.component("lab_heads_sum", css=_CSS, js=_script("createHeadSum", _PLAIN, "heads_sum"))
_TABLE = st.components.v2.component("lab_heads_table", css=_CSS, js=_script("createHeadTable", _PLAIN, "heads_table"))
_FILM = st.components.v2.component("lab_heads_film", css=_CSS, js=_script("createHeadFilm", _PLAIN, "heads_film"))


def board(payload: bytes, key: str, asked: Callable[[object], None]) -> None:
    """All heads with their switches; `asked` is given what the browser asks for, unchecked: {heads, kind, of}."""
    _BOARD(key=key, data=payload, on_silenced_change=lambda: asked(st.session_state[key].get("silenced")))


def head_sum(payload: bytes, key: str) -> None:
    """Concatenation times W^O as a sum over heads. `payload` from `figures.heads.sum_payload`."""
    _SUM(key=key, data=payload)


def head_table(payload: bytes, key: str) -> None:
    """A table that sorts. `payload` from `figures.heads.table_payload`."""
    _TABLE(key=key, data=payload)


def head_film(payload: bytes, key: str) -> None:
    """One head against four while they learn. `payload` from `figures.heads.film_payload`."""
    _FILM(key=key, data=payload)

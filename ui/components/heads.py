"""The pictures of the lesson on heads: the board, the sum over heads, tables that sort, the film. Registered once, at import.

Only the board speaks to the server, and only with which heads are silenced.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.components.registry import component

_SHARED = ("dom", "colour", "cells", "tokens", "geometry", "wires", "figure", "spell", "table", "heads_words")
_BOARD = component("lab_heads_board", "createBoard", *_SHARED, "heads_board", "heads_large", styles=("heads",), sends="silenced")
_SUM = component("lab_heads_sum", "createHeadSum", *_SHARED, "heads_sum", styles=("heads",))
_TABLE = component("lab_heads_table", "createHeadTable", *_SHARED, "heads_table", styles=("heads",))
_FILM = component("lab_heads_film", "createHeadFilm", *_SHARED, "heads_film", styles=("heads",))


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

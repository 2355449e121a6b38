"""The one matrix component, the one lines component, and the explorer made of both. Registered once, at import.

The scripts are plain files in `parts/`, joined here in order into one module: no build step. Everything they show comes
through `data` (figures/payload.py), words included; hover, layer, head and step never come back to the server. The one
thing that does is the cell a learner answers a question with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import streamlit as st

from figures.payload import with_header
from ui.components.registry import DRAWING, component
from ui.words import _

_MATRIX = component("lab_matrix", "createMatrix", *DRAWING, "single")
_ASKED = component("lab_asked", "createMatrix", *DRAWING, "single", sends="cell")
_LINES = component("lab_lines", "createSingleLines", *DRAWING, "single")
_EXPLORER = component("lab_explorer", "createExplorer", *DRAWING, "heads", "telling", "explorer")


def matrix(payload: bytes, key: str) -> None:
    """One matrix with hover, keyboard, arithmetic line and table. `payload` from `figures.payload.matrix_payload`."""
    _MATRIX(key=key, data=payload)


def ask_cell(
    payload: bytes,
    key: str,
    answered: Callable[[tuple[int, int]], None],
    chosen: tuple[int, int] | None,
    right: Collection[tuple[int, int]],
) -> None:
    """A matrix in which the learner answers with a cell: a click, or Enter. `right` is shown once a cell is `chosen`."""
    words = {"hint": _("Click a cell. With the keyboard: the arrow keys, then Enter."), "button": _("Answer: {row}, {column}")}
    asked = {**words, "chosen": chosen, "right": sorted(right) if chosen else []}

    def on_cell() -> None:
        cell = st.session_state[key].get("cell")
        if isinstance(cell, list | tuple) and len(cell) == 2 and all(isinstance(place, int) for place in cell):
            answered((cell[0], cell[1]))

    _ASKED(key=key, data=with_header(payload, ask=asked), on_cell_change=on_cell)


def lines(payload: bytes, key: str) -> None:
    """One head as bands between two columns of tokens. `payload` from `figures.payload.lines_payload`."""
    _LINES(key=key, data=payload)


def explorer(payload: bytes, key: str) -> None:
    """Every attention of every layer and head. `payload` from `figures.payload.explorer_payload`."""
    _EXPLORER(key=key, data=payload)

"""The pictures of the lesson on positions: one component, told by its payload what to draw. Registered once, at import.

Everything but one thing stays in the browser: an order of words that was not sent along is asked for, once, when a word is let go.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.components.registry import component

_PICTURE = component(
    "lab_positions", "createPositions",
    "dom", "colour", "cells", "tokens", "spell", "table", "positions_chart", "positions_clocks", "positions_encoding",
    "positions_offsets", "positions_turns", "positions_sums", "positions_orders", "positions_curves", "positions",
    styles=("positions",), sends="order",
)  # fmt: skip


def picture(payload: bytes, key: str) -> None:
    """One picture of the lesson. `payload` from `figures.positions`."""
    _PICTURE(key=key, data=payload)


def orders(payload: bytes, key: str, asked: Callable[[object], None]) -> None:
    """Words to drag; `asked` is given what the browser asks for, unchecked: {view, order}."""
    _PICTURE(key=key, data=payload, on_order_change=lambda: asked(st.session_state[key].get("order")))

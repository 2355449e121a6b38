"""The pictures of the lesson on positions: one component, told by its payload what to draw. Registered once, at import.

Everything but one thing stays in the browser: an order of words that was not sent along is asked for, once, when a word is let go.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from figures.theme import css_variables
from ui.address import VIEW_JS

_HERE = Path(__file__).parent / "parts"
_PARTS = (
    "dom", "colour", "cells", "tokens", "spell", "table", "positions_chart", "positions_clocks", "positions_encoding",
    "positions_offsets", "positions_turns", "positions_sums", "positions_orders", "positions_curves", "positions", "entries",
)  # fmt: skip
_EXPORT = """
export default ({ data, parentElement, setTriggerValue }) =>
  mounted(parentElement, createPositions, data, (order) => setTriggerValue("order", order))
"""


def _joined(names: tuple[str, ...], ending: str) -> str:
    return "\n".join((_HERE / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)


_PICTURE = st.components.v2.component(
    "lab_positions",
    css=f".lab {{ {css_variables()} }}\n{_joined(('style', 'positions'), 'css')}",
    js="\n".join((VIEW_JS, _joined(_PARTS, "js"), _EXPORT)),
)


def picture(payload: bytes, key: str) -> None:
    """One picture of the lesson. `payload` from `figures.positions`."""
    _PICTURE(key=key, data=payload)


def orders(payload: bytes, key: str, asked: Callable[[object], None]) -> None:
    """Words to drag; `asked` is given what the browser asks for, unchecked: {view, order}."""
    _PICTURE(key=key, data=payload, on_order_change=lambda: asked(st.session_state[key].get("order")))

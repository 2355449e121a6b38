"""The pictures of the lesson on masks: one component, told by its payload what to draw. Registered once, at import.

Nothing comes back to the server: rows, heads, words, moments and worlds change in the browser.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from figures.theme import css_variables
from ui.address import VIEW_JS

_HERE = Path(__file__).parent / "parts"
_PARTS = (
    "dom", "colour", "cells", "tokens", "geometry", "wires", "figure", "spell", "table", "masks_grid",
    "masks_strip_draw", "masks_strip", "masks_batch", "masks_change", "masks_film", "masks", "entries",
)  # fmt: skip
_EXPORT = "export default ({ data, parentElement }) => mounted(parentElement, createMasks, data);\n"


def _joined(names: tuple[str, ...], ending: str) -> str:
    return "\n".join((_HERE / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)


_PICTURE = st.components.v2.component(
    "lab_masks",
    css=f".lab {{ {css_variables()} }}\n{_joined(('style', 'masks'), 'css')}",
    js="\n".join((VIEW_JS, _joined(_PARTS, "js"), _EXPORT)),
)


def picture(payload: bytes, key: str) -> None:
    """One picture of the lesson. `payload` from `figures.masks`."""
    _PICTURE(key=key, data=payload)

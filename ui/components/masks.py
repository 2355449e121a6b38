"""The pictures of the lesson on masks: one component, told by its payload what to draw. Registered once, at import.

Nothing comes back to the server: rows, heads, words, moments and worlds change in the browser.
"""

from __future__ import annotations

from ui.components.registry import component

_PICTURE = component(
    "lab_masks", "createMasks",
    "dom", "colour", "cells", "tokens", "geometry", "wires", "figure", "spell", "table", "masks_grid",
    "masks_strip_draw", "masks_strip", "masks_batch", "masks_change", "masks_film", "masks", styles=("masks",),
)  # fmt: skip


def picture(payload: bytes, key: str) -> None:
    """One picture of the lesson. `payload` from `figures.masks`."""
    _PICTURE(key=key, data=payload)

"""Arrays of a model, sent once: the browser keeps them by name, and every picture whose header names them has them among its own.

What depends on the model alone would otherwise be most of what a changed sentence sends; unchanged, Streamlit sends its hash.
"""

from __future__ import annotations

from functools import partial

from ui.components.registry import at_the_end, component

_KEPT = component("lab_kept", "createKept", "kept")


def keep(payload: bytes, key: str) -> None:
    """`payload` has a `name` in its header; the place called `key` takes no room (assets/style.css) and stands at the page's end."""
    at_the_end(partial(_KEPT, key=f"kept_{key}", data=payload))

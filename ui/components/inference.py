"""The pictures of lesson 15: steps of decoding, a draw, the tree of a beam, the cache; and a table of plain texts.

Built from the same parts as the other pictures (ui/components/parts). Nothing in them speaks to the server.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from figures.theme import css_variables
from ui.address import VIEW_JS

_HERE = Path(__file__).parent / "parts"
_DRAWING = ("dom", "colour", "tokens", "table", "inference_parts")


def _script(create: str, part: str) -> str:
    joined = "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in (*_DRAWING, part, "entries"))
    return f"{VIEW_JS}\n{joined}\nexport default ({{ data, parentElement }}) => mounted(parentElement, {create}, data);\n"


_CSS = f".lab {{ {css_variables()} }}\n" + "".join((_HERE / name).read_text(encoding="utf-8") for name in ("style.css", "inference.css"))
_STEPS = st.components.v2.component("lab_inference_steps", css=_CSS, js=_script("createSteps", "inference_steps"))
_DRAW = st.components.v2.component("lab_inference_draw", css=_CSS, js=_script("createDraw", "inference_draw"))
_TREE = st.components.v2.component("lab_inference_tree", css=_CSS, js=_script("createTree", "inference_tree"))
_CACHE = st.components.v2.component("lab_inference_cache", css=_CSS, js=_script("createCache", "inference_cache"))
_TABLE = st.components.v2.component("lab_inference_table", css=_CSS, js=_script("createTextTable", "inference_table"))


def steps(payload: bytes, key: str) -> None:
    """Encoder once, then token by token. `payload` from `figures.inference.steps_payload`."""
    _STEPS(key=key, data=payload)


def draw(payload: bytes, key: str) -> None:
    """Temperature, top-k, top-p and a seeded draw at one step. The same payload as `steps`."""
    _DRAW(key=key, data=payload)


def tree(payload: bytes, key: str) -> None:
    """A beam as a tree. `payload` from `figures.inference.tree_payload`."""
    _TREE(key=key, data=payload)


def cache(payload: bytes, key: str) -> None:
    """Two growing triangles. `payload` from `figures.inference.cache_payload`."""
    _CACHE(key=key, data=payload)


def table(data: dict[str, Any], key: str) -> None:
    """Plain texts in rows. `data` from `figures.inference.table_payload`."""
    _TABLE(key=key, data=data)

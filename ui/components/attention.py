"""The components of the self-attention lesson, registered once. Payloads from `figures.attention`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from figures.theme import css_variables
from ui.address import VIEW_JS

_HERE = Path(__file__).parent / "parts"
_SHARED = ("dom", "colour", "cells", "tokens", "spell", "table")


def _script(create: str, *parts: str) -> str:
    joined = "\n".join((_HERE / f"{part}.js").read_text(encoding="utf-8") for part in (*_SHARED, *parts, "entries"))
    return f"{VIEW_JS}\n{joined}\nexport default ({{ data, parentElement }}) => mounted(parentElement, {create}, data);\n"


_CSS = f".lab {{ {css_variables()} }}\n" + "".join(
    (_HERE / name).read_text(encoding="utf-8") for name in ("style.css", "attention.css", "attention_more.css")
)
_HEAD = st.components.v2.component(
    "lab_attention",
    css=_CSS,
    js=_script(
        "createAttention", "numbers", "heads", "attention_head", "attention_geometry", "attention_draw", "attention_paint",
        "attention_flow", "attention_tell", "attention_open", "attention_lookup", "attention",
    ),
)  # fmt: skip

_OF_HEAD = ("heads", "attention_head", "attention_geometry")
_SCALING = st.components.v2.component("lab_attention_scaling", css=_CSS, js=_script("createScaling", "attention_scaling"))
_SHUFFLE = st.components.v2.component("lab_attention_shuffle", css=_CSS, js=_script("createShuffle", *_OF_HEAD, "attention_shuffle"))


def head(payload: bytes, key: str) -> None:
    """One head, step by step, of three words and of the learner's sentence. `payload` from `figures.attention.attention_payload`."""
    _HEAD(key=key, data=payload)


def scaling(payload: bytes, key: str) -> None:
    """Three curves over d_k with one cursor. `payload` from `figures.attention_scaling.scaling_payload`."""
    _SCALING(key=key, data=payload)


def shuffle(payload: bytes, key: str) -> None:
    """Words to drag into another order. `payload` from `figures.attention.shuffle_payload`."""
    _SHUFFLE(key=key, data=payload)

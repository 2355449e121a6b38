"""The pictures of lesson 6. Registered once, at import; payloads from figures/tokens.py; nothing of them goes back to the server."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from figures.theme import css_variables

_HERE = Path(__file__).parent / "parts"
_PARTS = ("dom", "colour", "tokens", "geometry", "table", "tokens_boxes")


def _script(create: str, *parts: str) -> str:
    joined = "\n".join((_HERE / f"{part}.js").read_text(encoding="utf-8") for part in (*_PARTS, *parts, "entries"))
    return f"{joined}\nexport default ({{ data, parentElement }}) => mounted(parentElement, {create}, data);\n"


_CSS = f".lab {{ {css_variables()} }}\n" + "".join((_HERE / name).read_text(encoding="utf-8") for name in ("style.css", "tokens.css"))
_CUTS = st.components.v2.component("lab_token_cuts", css=_CSS, js=_script("createCuts", "tokens_cuts"))
_MERGES = st.components.v2.component("lab_token_merges", css=_CSS, js=_script("createMerges", "tokens_merges"))
_LATTICE = st.components.v2.component("lab_token_lattice", css=_CSS, js=_script("createLattice", "tokens_lattice"))
_ROWS = st.components.v2.component("lab_token_rows", css=_CSS, js=_script("createRows", "tokens_rows"))
_MAP = st.components.v2.component("lab_token_map", css=_CSS, js=_script("createMap", "tokens_map"))


def cuts(payload: bytes, key: str) -> None:
    """Four tokenizers side by side on one sentence, with the size of the vocabulary as a slider."""
    _CUTS(key=key, data=payload)


def merges(payload: bytes, key: str) -> None:
    """Byte-pair's merges, one by one."""
    _MERGES(key=key, data=payload)


def lattice(payload: bytes, key: str) -> None:
    """Unigram's lattice of a word, its best path, and what pruning leaves of it."""
    _LATTICE(key=key, data=payload)


def rows(payload: bytes, key: str) -> None:
    """The sentence's rows picked out of the matrix of the vocabulary."""
    _ROWS(key=key, data=payload)


def vocabulary_map(payload: bytes, key: str) -> None:
    """The vocabulary from chance to the end of training, with the neighbours of a word."""
    _MAP(key=key, data=payload)

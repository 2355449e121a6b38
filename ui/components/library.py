"""The scripts of all pictures, sent once: the browser keeps them for as long as the page is open."""

from __future__ import annotations

import streamlit as st

from ui.components import attention, film, heads, inference, kept, masks, pictures, positions, registry, tokens

FAMILIES = (attention, film, heads, inference, kept, masks, pictures, positions, tokens)  # imported, and with that registered
KEY = "lab_library"
_LIBRARY = st.components.v2.component(KEY, js=registry.library())


def draw() -> None:
    """Once on every page, before its pictures; it takes no room (assets/style.css)."""
    _LIBRARY(key=KEY)

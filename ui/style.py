"""The one style sheet of the frame: colours and sizes from figures/theme.py, rules from assets/style.css."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from figures.theme import css_variables

RULES = Path(__file__).parents[1] / "assets" / "style.css"


def use_style() -> None:
    st.html(_sheet())


@cache
def _sheet() -> str:
    return f"<style>:root {{\n{css_variables()}\n}}\n{RULES.read_text(encoding='utf-8')}</style>"

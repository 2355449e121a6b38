"""Source code of this project as Pygments sets it, a line marked where one is named.

Streamlit's own code block makes the browser read the grammars of three hundred languages, 1.5 MB of them: a good part of a lesson's
first view.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape

import streamlit as st
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ui.words import _


def show(source: str, marked: int | None = None) -> None:
    """Python code with the numbers of its lines; `marked` is the number of one, from 1. Its look: assets/style.css."""
    st.html(_page(source, marked, _("The code, {count} lines").format(count=source.count("\n") + 1)))


@cache
def _page(source: str, marked: int | None, name: str) -> str:
    lines: str = highlight(source, PythonLexer(stripnl=False), _Formatter(name, marked))  # every character of the code is escaped
    return lines


class _Formatter(HtmlFormatter):
    """One region that the tab key reaches, since it scrolls."""

    def __init__(self, name: str, marked: int | None) -> None:
        super().__init__(linenos="inline", hl_lines=[marked] if marked else [])
        self.name = name

    def wrap(self, source: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        yield 0, f'<pre class="lab-code" tabindex="0" role="region" aria-label="{escape(self.name)}">'
        yield from source
        yield 0, "</pre>"

"""Errors in the visitor's language. What a visitor typed may stand in them: they are shown as plain text, never Markdown."""

from __future__ import annotations

import logging
from string import Formatter

import streamlit as st

from model.errors import LabError
from ui.words import _

log = logging.getLogger(__name__)

_NOTICE = st.components.v2.component(
    "lab_notice",
    html='<p role="status"></p>',
    css="""
p { margin: 0; padding: 12px 16px; border-left: 3px solid var(--lab-key); border-radius: 4px; overflow-wrap: anywhere;
    background: var(--st-secondary-background-color); color: var(--st-text-color); font: 1rem/1.5 var(--st-font); }
""",
    js="export default function({data, parentElement}) { parentElement.querySelector('p').textContent = data }",
)


def sentence_of(error: LabError) -> str:
    """The one sentence of an error, translated first and filled in after."""
    return _Grouped().format(_(error.template), **error.values)


class _Grouped(Formatter):
    """Large whole numbers with separators: 100,000."""

    def format_field(self, value: object, format_spec: str) -> str:
        large = isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10_000
        return format(value, "," if large and not format_spec else format_spec)


def show(error: LabError, key: str) -> None:
    """The error's sentence where the result would have stood."""
    notice(sentence_of(error), key)


def notice(text: str, key: str) -> None:
    """One plain sentence, set apart."""
    _NOTICE(key=key, data=text)


def unexpected(error: Exception) -> bool:
    """What a visitor sees in place of a traceback; the log has the rest. True: Streamlit shows nothing of its own."""
    log.error("a page failed", exc_info=error)
    notice(_("Something went wrong on this page. What you typed is kept: reload the page, or go on with another one."), "unexpected")
    return True

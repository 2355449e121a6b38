"""Every word a visitor reads passes through `_`: English in the source, a language per visitor.

The language is a context variable, not a setting of the process: two visitors may read two languages at once. Templates
are whole sentences with `{names}`, filled in after translation (never an f-string inside `_`), and nothing is translated
when a module is imported: the catalogue marks its texts, and who draws them translates them.
"""

from __future__ import annotations

import gettext as standard
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

LOCALE = Path(__file__).parents[1] / "assets" / "locale"
DOMAIN = "attention_lab"
SOURCE_LANGUAGE = "en"

_language: ContextVar[str | None] = ContextVar("language", default=None)


@cache
def languages() -> tuple[str, ...]:
    """English and every language with a compiled catalogue below `assets/locale/`."""
    translated = (path.parents[1].name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE_LANGUAGE, *sorted(translated))


def choose_language(wanted: str | None) -> str:
    """Use the best language there is for a browser's wish such as `fr-CA`, in this run of the script."""
    short = (wanted or SOURCE_LANGUAGE).replace("_", "-").split("-")[0].lower()
    chosen = short if short in languages() else SOURCE_LANGUAGE
    _language.set(chosen)
    return chosen


def language() -> str:
    """The language of this run; part of the key of every cache that holds words.

    A fragment runs again without app.py, in a thread that may be new: it asks the browser's wish itself.
    """
    return _language.get() or choose_language(_wish())


def _wish() -> str | None:
    return st.context.locale if get_script_run_ctx(suppress_warning=True) is not None else None


@cache
def _catalogue(name: str) -> standard.NullTranslations:
    return standard.translation(DOMAIN, LOCALE, [name], fallback=True)


def _(message: str) -> str:
    return _catalogue(language()).gettext(message)


def many(one: str, several: str, count: int) -> str:
    """The form of a message that fits a count."""
    return _catalogue(language()).ngettext(one, several, count)

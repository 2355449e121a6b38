"""The visitor's record: bets, first answers, lessons read. Kept for the session."""

from __future__ import annotations

from typing import Any

import streamlit as st

_RECORD = "record"


def _part(name: str) -> dict[str, Any]:
    record: dict[str, dict[str, Any]] = st.session_state.setdefault(_RECORD, {})
    return record.setdefault(name, {})


def answers() -> dict[str, bool]:
    """Whether the first answer to a question was right, by `slug.name`."""
    return _part("answers")


def keep_answer(slug: str, name: str, right: bool) -> None:
    """The first answer to a question counts."""
    answers().setdefault(f"{slug}.{name}", right)


def bets() -> dict[str, str]:
    return _part("bets")


def keep_bet(name: str, choice: str) -> None:
    """The first bet stands."""
    bets().setdefault(name, choice)


def mark_read(slug: str) -> None:
    """The lesson was read to its end."""
    _part("read").setdefault(slug, True)

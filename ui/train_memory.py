"""What a learner has set on the Train page, kept while they look at other pages: Streamlit forgets a widget that is not drawn."""

from __future__ import annotations

from typing import Any, TypeVar

import streamlit as st

_KEPT = "train_kept"
Value = TypeVar("Value")


def recall(key: str, default: Any) -> str:
    """Before a widget is drawn: give it what it was last set to. Returns its key."""
    if key not in st.session_state:
        st.session_state[key] = _kept().get(key, default)
    return key


def keep(key: str, value: Value) -> Value:
    """After it is drawn. Returns the value."""
    _kept()[key] = value
    return value


def put(key: str, value: Any) -> None:
    """Set a widget from elsewhere, before it is drawn."""
    st.session_state[key] = value
    _kept()[key] = value


def _kept() -> dict[str, Any]:
    kept: dict[str, Any] = st.session_state.setdefault(_KEPT, {})
    return kept

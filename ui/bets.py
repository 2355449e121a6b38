"""Bets: a prediction locked in before anything is shown, kept for the session and come back to in later lessons."""

from __future__ import annotations

import streamlit as st

_BETS = "bets"


def bet_on(name: str) -> str | None:
    """What the learner bet under that name, None before the bet."""
    found: str | None = st.session_state.get(_BETS, {}).get(name)
    return found


def lock(name: str, choice: str) -> None:
    """Lock a bet in; the first one stands."""
    st.session_state[_BETS] = {name: choice} | st.session_state.get(_BETS, {})

"""Who a visitor is: the random key of an http-only cookie that server.py sets; never in an address, never shown."""

from __future__ import annotations

import secrets

import streamlit as st

COOKIE = "attention_lab_visitor"
_KEY = "visitor"


def cookie_key() -> str | None:
    """The key of the cookie, None where there is none (plain `streamlit run`, tests)."""
    cookie = st.context.cookies.get(COOKIE)
    return cookie if isinstance(cookie, str) and cookie else None  # AppTest has cookies of another kind


def visitor_key() -> str:
    """The visitor's key; without a cookie a key for this session."""
    cookie = cookie_key()
    if cookie is not None:
        return cookie
    if _KEY not in st.session_state:
        st.session_state[_KEY] = secrets.token_urlsafe(24)
    key: str = st.session_state[_KEY]
    return key

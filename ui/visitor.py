"""Who a visitor is: the random key of an http-only cookie that server.py sets; never in an address, never shown."""

from __future__ import annotations

import secrets

import streamlit as st

COOKIE = "attention_lab_visitor"
_KEY = "visitor"


def visitor_key() -> str:
    """The visitor's key; without a cookie (plain `streamlit run`, tests) a key for this session."""
    cookie = st.context.cookies.get(COOKIE)
    if isinstance(cookie, str) and cookie:  # AppTest has cookies of another kind
        return cookie
    if _KEY not in st.session_state:
        st.session_state[_KEY] = secrets.token_urlsafe(24)
    key: str = st.session_state[_KEY]
    return key

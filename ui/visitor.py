"""Who a visitor is: the random key of an http-only cookie that server.py sets; never in an address, never shown."""

from __future__ import annotations

import secrets

import streamlit as st

COOKIE = "attention_lab_visitor"
_COOKIE, _KEY = "visitor_cookie", "visitor"


def cookie_key() -> str | None:
    """The key of the cookie, None where there is none (plain `streamlit run`, tests). A session keeps the one it began with.

    A page asks half a dozen times in a run, and Streamlit reads all cookies anew each time, which takes a millisecond.
    """
    if _COOKIE not in st.session_state:
        cookie = st.context.cookies.get(COOKIE)
        st.session_state[_COOKIE] = cookie if isinstance(cookie, str) and cookie else None  # AppTest has cookies of another kind
    kept: str | None = st.session_state[_COOKIE]
    return kept


def visitor_key() -> str:
    """The visitor's key; without a cookie a key for this session."""
    cookie = cookie_key()
    if cookie is not None:
        return cookie
    if _KEY not in st.session_state:
        st.session_state[_KEY] = secrets.token_urlsafe(24)
    key: str = st.session_state[_KEY]
    return key

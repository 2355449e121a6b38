"""A page's first window before all else.

A changed sentence changes all of a lesson, and the browser draws what comes in the order in which it comes, every message a little work.
So what stands below the first window waits a moment on the server: what the visitor looks at is drawn in peace, and sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import sleep

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import address

_DRAWN = "pace_drawn"  # of which page and stage this session has drawn the first window


@dataclass
class Pace:
    """Seconds that what is below waits: when a page is opened, and when its stage changes; and those that a run that has just
    begun is given for its first numbers. 0 where there is no browser to wait for."""

    opening: float = 0.0
    change: float = 0.0
    numbers: float = 0.0


PACE = Pace()  # set by server.py


def first_window_is_drawn() -> None:
    """Called where a page's first window ends. A touch that leaves the stage as it was, which may be one further down, never waits."""
    context = get_script_run_ctx()
    if context is None:
        return
    now, before = (context.page_script_hash, address.current()), st.session_state.get(_DRAWN)
    st.session_state[_DRAWN] = now
    if now != before:
        sleep(PACE.change if before and before[0] == now[0] else PACE.opening)

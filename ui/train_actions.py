"""What a visitor does with runs, as callbacks: what stands against it is kept, and said at the head of the page in the same run."""

from __future__ import annotations

import streamlit as st

from model.errors import LabError
from ui.train_models import open_laboratory
from ui.visitor import visitor_key

CHOSEN, MISTAKE, REDRAW = "train_run", "train_mistake", "train_redraw"
ALREADY = ("not_going", "not_paused")  # a second touch of a button, or a run that has ended meanwhile: its state says it all


def redraw() -> None:
    """A touch inside the live panel draws that panel alone; this asks it for the whole page."""
    st.session_state[REDRAW] = True


def choose(run: str | None) -> None:
    """Look at that run; None: at none, and the settings of a new one are open."""
    st.session_state[CHOSEN] = run


def keep_mistake(error: LabError) -> None:
    st.session_state[MISTAKE] = error


def act(what: str, run: str, *arguments: str) -> None:
    """`what` is a method of the laboratory: pause, resume, stop, rename or delete."""
    done(what, run, *arguments)


def done(what: str, run: str, *arguments: str) -> bool:
    """The same; whether it could be done."""
    redraw()
    try:
        getattr(open_laboratory(), what)(visitor_key(), run, *arguments)
    except LabError as error:
        if error.code not in ALREADY:
            keep_mistake(error)
        return False
    return True

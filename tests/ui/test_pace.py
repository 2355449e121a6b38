"""What stands below the first window waits where the page or its stage is new, and never after a touch further down."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ui import pace


def page() -> None:
    import streamlit as st

    from ui import address, pace

    address.change(address.Stage("toy", st.text_input("source", "the dog sleeps")))
    st.toggle("further down")
    pace.first_window_is_drawn()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every wait, in seconds, instead of waiting."""
    found: list[float] = []
    monkeypatch.setattr(pace, "PACE", pace.Pace(opening=0.3, change=0.1))
    monkeypatch.setattr(pace, "sleep", found.append)
    return found


def test_a_new_page_and_a_new_stage_wait_and_nothing_else(waits: list[float]) -> None:
    shown = AppTest.from_function(page).run()
    assert waits == [0.3], "it is opened"
    shown.toggle[0].set_value(True).run()
    assert waits == [0.3], "a touch further down leaves the stage as it was"
    shown.text_input[0].set_value("the cat sleeps").run()
    assert waits == [0.3, 0.1], "its stage has changed"
    shown.run()
    assert waits == [0.3, 0.1] and not shown.exception


def test_without_a_server_nothing_waits() -> None:
    assert (pace.PACE.opening, pace.PACE.change) == (0.0, 0.0)

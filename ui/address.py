"""The stage as one frozen value, kept in the session and in the address. The only writer of `st.query_params`.

The rule, found by experiment with Streamlit 1.67 (tests/browser/test_stage.py holds it):

- A browser sends the query string **it was last given by the server** (or had at load), not what stands in its address
  bar. So what a component writes with `history.replaceState` never reaches the server after the first load, and a
  server that writes the query string wipes it. Hence two owners with disjoint names: the server owns `model`, `source`
  and `target`; the browser owns `attention`, `layer`, `head`, `row`, `column` and `step` (ui/address.js), and puts its own
  back at the very moment Streamlit pushes an address.
- For the same reason the session is the truth, and the address is read only twice: in the first run of a session, and
  after back or forward. At any other time the query string may be older than the session.
- Moving to another page clears the query string: so it is compared, and written at the end of every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

VIEW_JS = (Path(__file__).parent / "address.js").read_text(encoding="utf-8") + "\n"
SERVER_NAMES = ("model", "source", "target")
_STAGE = "stage"


@dataclass(frozen=True)
class Stage:
    """What every page looks at. `target` is None when it is the model's own translation."""

    model: str
    source: str
    target: str | None = None

    def parameters(self) -> dict[str, str]:
        values = {"model": self.model, "source": self.source}
        return values if self.target is None else values | {"target": self.target}


def current() -> Stage | None:
    """The stage of this session, None before its first run."""
    stage: Stage | None = st.session_state.get(_STAGE)
    return stage


def change(stage: Stage) -> None:
    """Put a checked stage in the place of the session's; the address follows at the end of the run."""
    st.session_state[_STAGE] = stage


def read() -> dict[str, str] | None:
    """The stage's part of the address where the address leads (first run, back, forward); None where the session does."""
    if _STAGE in st.session_state and not moved():
        return None
    return _found()


def write() -> None:
    """The session's stage in the address, every part of it, if it is not there. Last of all: the browser halts for it."""
    stage = current()
    wanted, found = stage.parameters() if stage else {}, _found()
    if wanted == found:
        return
    for name in found.keys() - wanted.keys():
        del st.query_params[name]
    st.query_params.update(wanted)


def read_own(name: str) -> str | None:
    """A parameter of one page alone, where the address leads (see `read`): in the first run of a session, after back or forward."""
    return st.query_params.get(name)


def keep_own(name: str, value: str | None) -> None:
    """Write a parameter of one page alone, or remove it. Leaving the page clears it, as it does everything."""
    if value is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def moved() -> bool:
    """The visitor went back or forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _found() -> dict[str, str]:
    return {name: st.query_params[name] for name in SERVER_NAMES if name in st.query_params}

"""My runs: a table with their curves, from any earlier visit of this browser. A touch on a row looks at that run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from figures.training import thinned
from lab import RunView
from ui.train_actions import REDRAW, choose, redraw
from ui.train_log import share_good
from ui.train_models import open_laboratory
from ui.train_words import learnt, percent, state_name
from ui.visitor import visitor_key
from ui.words import _

POINTS = 40  # of a curve in the table
TICK_SECONDS = 2.0
_TABLE, _ORDER = "train_table", "train_table_order"


def my_runs() -> None:
    """The table, drawn anew every other second as long as one of its runs goes on."""
    runs = open_laboratory().list_runs(visitor_key())
    if not runs:
        return
    st.header(_("My runs"), anchor=False)
    st.caption(_("Touch a row to look at that run; touch a heading to sort. Only this browser sees this table."))
    st.fragment(_table, run_every=TICK_SECONDS if any(run.going for run in runs) else None)()


def _table() -> None:
    if st.session_state.get(REDRAW):
        st.rerun()
    runs = open_laboratory().list_runs(visitor_key())
    st.session_state[_ORDER] = [run.id for run in runs]
    st.dataframe(
        pd.DataFrame([_row(run) for run in runs]), key=_TABLE, hide_index=True, on_select=_on_select,
        selection_mode=["single-row", "single-cell"], column_config=_columns(), width="stretch", placeholder="",
        alt=_("Your runs: name, what it learns, state, steps, exact match, loss and when it began."),
    )  # fmt: skip


def _on_select() -> None:
    chosen = st.session_state[_TABLE]["selection"]
    rows = [*chosen.get("rows", []), *(cell[0] for cell in chosen.get("cells", []))]
    order = st.session_state.get(_ORDER, [])
    if rows and rows[0] < len(order):
        choose(order[rows[0]])
        redraw()


def _row(run: RunView) -> dict[str, Any]:
    known = () if run.spec.continues else run.members  # of what goes on with a text there is no exact match
    scores = [member.scores["exact_match"] for member in known if "exact_match" in member.scores]
    return {
        "name": run.name,
        "corpus": learnt(run),
        "state": state_name(run.state),
        "steps": run.step if run.kind != "import" else None,
        "exact": int(percent(100 * max(scores))) if scores else None,
        "shares": _shares(run.id, run.step) if run.kind != "import" else [],
        "loss": _losses(run.id, run.step) if run.kind != "import" else [],
        "created": datetime.fromtimestamp(run.created, UTC),
    }


@st.cache_data(show_spinner=False, max_entries=512)
def _losses(run: str, step: int) -> list[float]:
    """The curve of a run's first member up to `step`, in a few points."""
    lines = open_laboratory().metrics(run)
    points = [(line["step"], line["loss"]) for line in lines if line["loss"] is not None]
    return [round(value, 3) for _step, value in thinned(points, POINTS)]


@st.cache_data(show_spinner=False, max_entries=512)
def _shares(run: str, step: int) -> list[float]:
    """Its exact match at every test, or of stories what fits, in percent."""
    tests = [line["held_out"]["splits"] for line in open_laboratory().metrics(run) if line.get("held_out")]
    return [round(share_good(list(splits.values())), 1) for splits in tests]


def _columns() -> dict[str, Any]:
    return {
        "name": st.column_config.TextColumn(_("Name"), width=190),
        "corpus": st.column_config.TextColumn(_("Learns"), width=125),
        "state": st.column_config.TextColumn(_("State"), width=80),
        "steps": st.column_config.NumberColumn(_("Steps"), format="localized", width=75),
        "exact": st.column_config.NumberColumn(_("Exact match"), format="%d %%", width=100),
        "shares": st.column_config.LineChartColumn(_("Its curve"), y_min=0, y_max=100, width=110),
        "loss": st.column_config.LineChartColumn(_("Loss"), y_min=0, width=110),
        "created": st.column_config.DatetimeColumn(_("Begun"), format="distance", width=140),
    }

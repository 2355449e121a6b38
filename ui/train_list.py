"""My runs: a table with their curves, from any earlier visit of this browser. A touch on a row looks at that run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from figures.training import thinned
from lab import RunView
from ui.train_actions import choose
from ui.train_models import open_laboratory
from ui.train_words import corpus_title, state_name
from ui.visitor import visitor_key
from ui.words import _

POINTS = 40  # of a curve in the table
_TABLE, _ORDER = "train_table", "train_table_order"


def my_runs() -> None:
    runs = open_laboratory().list_runs(visitor_key())
    if not runs:
        return
    st.header(_("My runs"), anchor=False)
    st.caption(_("Touch the box before a row to look at that run. Only this browser sees this table; a link to a run shows it to anybody."))
    st.session_state[_ORDER] = [run.id for run in runs]
    st.dataframe(
        pd.DataFrame([_row(run) for run in runs]), key=_TABLE, hide_index=True, on_select=_on_select, selection_mode="single-row",
        column_config=_columns(), width="stretch",
    )  # fmt: skip


def _on_select() -> None:
    rows = st.session_state[_TABLE]["selection"]["rows"]
    order = st.session_state.get(_ORDER, [])
    if rows and rows[0] < len(order):
        choose(order[rows[0]])


def _row(run: RunView) -> dict[str, Any]:
    scores = run.members[0].scores
    return {
        "name": run.name,
        "corpus": corpus_title(run.spec.corpus.name),
        "state": state_name(run.state),
        "steps": run.step,
        "exact": 100 * scores["exact_match"] if "exact_match" in scores else None,
        "loss": _losses(run.id, run.step) if run.kind != "import" else [],
        "created": datetime.fromtimestamp(run.created, UTC),
    }


@st.cache_data(show_spinner=False, max_entries=512)
def _losses(run: str, step: int) -> list[float]:
    """The curve of a run up to `step`, in a few points."""
    lines = open_laboratory().metrics(run)
    return [round(value, 3) for step_, value in thinned([(line["step"], line["loss"]) for line in lines], POINTS)]


def _columns() -> dict[str, Any]:
    return {
        "name": st.column_config.TextColumn(_("Name")),
        "corpus": st.column_config.TextColumn(_("Learns")),
        "state": st.column_config.TextColumn(_("State")),
        "steps": st.column_config.NumberColumn(_("Steps"), format="localized"),
        "exact": st.column_config.NumberColumn(_("Exact match"), format="%.0f %%"),
        "loss": st.column_config.LineChartColumn(_("Loss"), y_min=0),
        "created": st.column_config.DatetimeColumn(_("Begun"), format="distance"),
    }

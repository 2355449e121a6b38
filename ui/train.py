"""The Train page: a new run, and the one that is looked at. A link with the id of a run shows it to anybody; control is its owner's."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lab import Laboratory, RunSpec, RunView
from model.errors import LabError
from ui import address, prose, train_live, train_settings, wording
from ui.prose import Said
from ui.train_actions import CHOSEN, MISTAKE, REDRAW, choose, keep_mistake
from ui.train_examples import examples
from ui.train_models import open_laboratory
from ui.train_words import corpus_title, duration
from ui.visitor import visitor_key
from ui.words import _

PARAMETER = "run"  # in the address


def chosen_run() -> RunView | None:
    """The run that is looked at: the one of the address where that leads, else the session's. None where there is none."""
    lab, found = open_laboratory(), None
    st.session_state.pop(REDRAW, None)
    asked = address.read_own(PARAMETER)
    if asked is not None and (CHOSEN not in st.session_state or address.moved()):
        st.session_state[CHOSEN] = asked
    if wanted := st.session_state.get(CHOSEN):
        try:
            found = lab.get(wanted)
        except LabError as error:
            st.session_state[MISTAKE] = error
            st.session_state[CHOSEN] = None
    elif CHOSEN not in st.session_state:
        found = next((run for run in lab.list_runs(visitor_key()) if run.going), None)
        st.session_state[CHOSEN] = found.id if found else None
    address.keep_own(PARAMETER, found.id if found else None)
    return found


def new_run(shown: RunView | None) -> None:
    """Corpus, settings, what it should take, Start. Folded while another run is looked at."""
    mistake = st.session_state.pop(MISTAKE, None)
    if mistake is not None:
        wording.show(mistake, "train_mistake")
    if shown is None:
        _settings()
        return
    with st.expander(_("Train another model")):
        _settings()


def _settings() -> None:
    lab = open_laboratory()
    with st.container(key="train_settings", gap="small"):
        values = train_settings.in_sight()
        with st.container(horizontal=True, vertical_alignment="center"):
            start = st.container(width="content")
            values |= train_settings.folded()
            told = st.container(width="content")
        spec, error = _spec_of(values)
        start.button(_("Start"), type="primary", disabled=spec is None, on_click=_start, args=(spec,), key="train_start")
        if spec is not None:
            told.caption(_("About {seconds} on this computer.").format(seconds=duration(lab.expected_seconds(spec))))
        if error is not None:
            wording.show(error, "train_settings_error")
    if st.session_state.get(CHOSEN) is None:
        _examples(values["corpus"])


def _spec_of(values: dict[str, Any]) -> tuple[RunSpec | None, LabError | None]:
    """The run, or why it cannot be."""
    try:
        return train_settings.spec_of(values, _name_of(open_laboratory(), values)), None
    except LabError as error:
        return None, error


def _name_of(lab: Laboratory, values: dict[str, Any]) -> str:
    number = len(lab.list_runs(visitor_key())) + 1
    return _("{corpus} {number}").format(corpus=corpus_title(values["corpus"]), number=number)


def _start(spec: RunSpec) -> None:
    try:
        choose(open_laboratory().start(visitor_key(), spec))
    except LabError as error:
        keep_mistake(error)


def _examples(corpus: str) -> None:
    """What it is going to read, before it has read any of it."""
    st.subheader(_("What it will read"), anchor=False)
    for number, (source, target) in enumerate(examples(corpus)):
        prose.say(_("{source} → {target}"), f"train_example_{number}", source=Said(source, "source"), target=Said(target, "target"))


def show_run(run: RunView) -> None:
    """Its state, what can be done with it, and its curves, while it goes and after."""
    lab = open_laboratory()
    mine = lab.owns(visitor_key(), run.id)
    live = st.fragment(train_live.live, run_every=train_live.TICK_SECONDS if run.going else None)
    live(run.id, run.going, mine)

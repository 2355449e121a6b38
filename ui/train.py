"""The Train page: a new run, and the one that is looked at. A link with the id of a run shows it to anybody; control is its owner's."""

from __future__ import annotations

from itertools import count
from typing import Any

import streamlit as st

from lab import Laboratory, RunSpec, RunView
from lab.spec import STORIES
from model.errors import LabError
from ui import address, prose, train_live, train_own, train_race, train_settings, train_upload, wording
from ui.prose import Said
from ui.train_actions import CHOSEN, MISTAKE, REDRAW, choose
from ui.train_examples import examples
from ui.train_memory import keep, put, recall
from ui.train_models import open_laboratory
from ui.train_words import OWN, corpus_title, duration
from ui.visitor import visitor_key
from ui.words import _

PARAMETER = "run"  # in the address
MODES = ("one", "race", "bring")
LONG_SECONDS = 60  # a run that takes longer is drawn half as often: each time takes a fifth of a second of the browser's processor
REFUSED = "train_refused"  # why the run that was to start could not


def chosen_run() -> RunView | None:
    """The run that is looked at: the one of the address where that leads, else the session's. None where there is none."""
    lab, found = open_laboratory(), None
    st.session_state.pop(REDRAW, None)
    if train_race.asked():
        put("train_mode", "race")
        choose(None)
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
    """One model, a race, or a model brought along. Folded while a run is looked at."""
    mistake = st.session_state.pop(MISTAKE, None)
    with st.container():  # always there: what follows keeps its place, and a fold stays open
        if mistake is not None:
            wording.show(mistake, "train_notice")  # not the key of the mistake itself: a component keeps its state there
    if shown is None:
        mode = _new_run()
    else:
        with st.expander(_("Train another model"), key=f"train_another_{shown.id}"):  # of its own, so that it is closed over a new run
            mode = _new_run()
    train_race.keep_address(shown is None and mode == "race")


def _new_run() -> str:
    key = recall("train_mode", MODES[0])
    titles = {"one": _("One model"), "race": _("A race"), "bring": _("A model of yours")}
    label = _("What it shall be")
    chosen = st.segmented_control(label, MODES, format_func=titles.__getitem__, required=True, key=key, label_visibility="collapsed")
    mode = keep(key, str(chosen or MODES[0]))
    if mode == "bring":
        train_upload.bring_a_model()
    else:
        _settings(mode == "race")
    return mode


def _settings(racing: bool) -> None:
    with st.container(key="train_settings", gap="small"):
        switches = train_race.choose_switches() if racing else []
        told = st.container()
        corpus = train_settings.choose_corpus()
        values = {"corpus": corpus, **train_settings.in_sight(corpus, racing)}
        with st.container(horizontal=True, vertical_alignment="center"):
            start = st.container(width="content")
            values |= train_settings.folded(corpus)
            about = st.container(width="content")
        spec, error = _spec_of(values, switches, racing)
        if racing:
            told.caption(train_race.told(switches, values["rate"]))
        start.button(_("Start"), type="primary", disabled=spec is None, on_click=_start, args=(spec,), key="train_start")
        if spec is not None:
            about.caption(
                _("About {seconds} on this computer if it is idle.").format(seconds=duration(open_laboratory().expected_seconds(spec)))
            )
        error = st.session_state.pop(REFUSED, None) or error  # right under the button that was pressed
        if error is not None and error.code not in ("no_text_yet", "no_switch"):
            wording.show(error, "train_settings_error")
    if st.session_state.get(CHOSEN) is None and corpus != OWN and not racing:
        _examples(corpus)


def _spec_of(values: dict[str, Any], switches: list[str], racing: bool) -> tuple[RunSpec | None, LabError | None]:
    """The run, or why it cannot be."""
    try:
        name = _name_of(open_laboratory(), values["corpus"], racing)
        if not racing:
            return train_settings.spec_of(values, name), None
        return train_race.race_of(train_settings.spec_of(values, name, racing=True), switches), None
    except LabError as error:
        return None, train_settings.worded(error)


def _name_of(lab: Laboratory, corpus: str, racing: bool) -> str:
    """Numbered on; a number that a deleted run has left free is not given to a second run of one name."""
    taken = {run.name for run in lab.list_runs(visitor_key())}
    text = train_own.source()
    title = text.name[:40] if corpus == OWN and text else corpus_title(corpus)
    template = _("Race {number}: {corpus}") if racing else _("{corpus} {number}")
    names = (template.format(corpus=title, number=number) for number in count(len(taken) + 1))
    return next(name for name in names if name not in taken)


def _start(spec: RunSpec) -> None:
    try:
        choose(open_laboratory().start(visitor_key(), spec))
    except LabError as error:
        st.session_state[REFUSED] = error


def _examples(corpus: str) -> None:
    """What it is going to read, before it has read any of it."""
    st.subheader(_("What it will read"), anchor=False)
    template = _("{source} {target}") if corpus == STORIES else _("{source} → {target}")
    for number, (source, target) in enumerate(examples(corpus)):
        prose.say(template, f"train_example_{number}", source=Said(source, "source"), target=Said(target, "target"))


def show_run(run: RunView) -> None:
    """Its state, what can be done with it, and its curves, while it goes and after."""
    lab = open_laboratory()
    mine = lab.owns(visitor_key(), run.id)
    live = st.fragment(train_live.live, run_every=_tick(lab, run) if run.going else None)
    live(run.id, run.going, mine)


def _tick(lab: Laboratory, run: RunView) -> float:
    """Seconds between two drawings of a run that goes."""
    left = lab.expected_seconds(run.spec) * (1 - run.step / run.steps)
    return train_live.TICK_SECONDS * (2 if left > LONG_SECONDS else 1)

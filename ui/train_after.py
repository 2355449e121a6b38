"""What can be done with a run that rests: put it on the stage, name it, take it home, delete it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import streamlit as st

from lab import RunView
from lab.spec import NAME_CHARACTERS
from model.errors import LabError
from ui import address, readings, sentences, stage
from ui.address import Stage
from ui.train_actions import act, choose, keep_mistake, redraw
from ui.train_film import watched
from ui.train_models import is_run, is_usable, name_of, run_of
from ui.words import _

SAVED = ("config.json", "tokenizer.model", "tokenizer.json", "model.safetensors", "card.json")


def after_run(run: RunView, mine: bool) -> None:
    if is_usable(run):
        _use(run)
        st.download_button(
            _("Download"), lambda: packed(run.folder), file_name=f"attention-lab-{run.id}.zip", mime="application/zip",
            on_click="ignore", key="train_download",
        )  # fmt: skip
    if mine:
        _name_and_end(run)


def _use(run: RunView) -> None:
    if run_of(stage.current().model) == run.id:
        st.page_link("pages/inspect.py", label=_("On the stage: inspect it"))
    else:
        st.button(_("Use this model"), type="primary", on_click=use, args=(run,), key="train_use")


def use(run: RunView) -> None:
    """Put it on the stage: with the stage's sentence if it translates, else with a line of the kind it has learnt."""
    translates = run.spec.corpus.kind != "built-in" or run.spec.corpus.name == "grammar"
    redraw()
    try:
        error = stage.propose(model=name_of(run.id), source=None if translates else watched(run)[0])
    except LabError as found:
        error = found
    if error is not None:
        keep_mistake(error)


def _name_and_end(run: RunView) -> None:
    with st.popover(_("Rename or delete")):
        st.text_input(_("Name"), run.name, max_chars=NAME_CHARACTERS, key=f"train_name_{run.id}", on_change=_rename, args=(run.id,))
        st.caption(_("Deleting takes its model, its film and its curves away for good."))
        st.button(_("Delete this run"), on_click=_delete, args=(run.id,), key="train_delete")


def _rename(run: str) -> None:
    act("rename", run, st.session_state[f"train_name_{run}"])


def _delete(run: str) -> None:
    """The stage goes back to the toy model first, where it stood on this run."""
    on_stage = stage.current().model
    if is_run(on_stage) and run_of(on_stage) == run:
        address.change(Stage(readings.trained_names()[0], sentences.DEFAULT))
    act("delete", run)
    choose(None)


def packed(folder: Path) -> bytes:
    """The files of a saved model, as they are, in one file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as together:
        for name in SAVED:
            if (folder / name).is_file():
                together.write(folder / name, name)
    return target.getvalue()

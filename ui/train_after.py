"""What can be done with a run besides steering it: put it on the stage, hand on its link, name it, take it home, delete it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import streamlit as st

from lab import MemberView, RunView
from lab.spec import NAME_CHARACTERS
from model.errors import LabError
from ui import address, readings, sentences, stage
from ui.address import Stage
from ui.prose import escaped
from ui.train_actions import act, choose, done, keep_mistake, redraw
from ui.train_film import FRENCH, watched
from ui.train_models import is_run, is_usable, member_of, name_of, run_of
from ui.words import _

SAVED = ("config.json", "tokenizer.model", "tokenizer.json", "model.safetensors", "card.json")


def after_run(run: RunView, mine: bool) -> None:
    if is_usable(run):
        if run.kind == "race":
            _members(run)
        else:
            _use(run, 0)
            _download(run, 0)
    _link(run)
    if mine:
        _name_and_end(run)


def _members(run: RunView) -> None:
    """Each of a race's models can be used and taken home."""
    with st.popover(_("Download one of them") if run.spec.continues else _("Use one of them")):
        for number, member in enumerate(run.members):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(escaped(member.name))
                _use(run, number)
                _download(run, number)


def _use(run: RunView, member: int) -> None:
    """The stage asks for a translation, which a model that goes on with texts has none to give."""
    if run.spec.continues:
        return
    on_stage = stage.current().model
    if is_run(on_stage) and (run_of(on_stage), member_of(on_stage)) == (run.id, member):
        st.page_link("pages/inspect.py", label=_("On the stage: inspect it"))
    else:
        key = f"train_use_{member}" if member else "train_use"
        st.button(_("Use this model"), type="secondary" if run.kind == "race" else "primary", on_click=use, args=(run, member), key=key)


def _download(run: RunView, member: int) -> None:
    folder = run.members[member].folder
    st.download_button(
        _("Download"), lambda: packed(folder), file_name=f"{file_name(run, run.members[member])}.zip", mime="application/zip",
        on_click="ignore", key=f"train_download_{member}" if member else "train_download",
    )  # fmt: skip


def file_name(run: RunView, member: MemberView) -> str:
    """A name any file system takes."""
    name = f"{run.name} {member.name}" if run.kind == "race" else run.name
    plain = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    return "-".join(part for part in plain.split("-") if part)[:60] or run.id


def use(run: RunView, member: int = 0) -> None:
    """Put it on the stage: with the stage's sentence if it translates, else with a line of the kind it has learnt."""
    redraw()
    try:
        corpus = run.spec.corpus
        translates = run.kind == "import" or (corpus.kind == "built-in" and corpus.name in FRENCH)
        error = stage.propose(model=name_of(run.id, member), source=None if translates else watched(run)[0])
    except LabError as found:
        error = found
    if error is not None:
        keep_mistake(error)


def _link(run: RunView) -> None:
    """Whoever has the address of the page has the run; here it stands to be copied."""
    with st.popover(_("Link")):
        st.caption(_("Whoever opens this link sees the run and can use its model. Nobody but you can steer, rename or delete it."))
        st.code(f"{(st.context.url or '').split('?')[0]}?run={run.id}", language=None, wrap_lines=True)


def _name_and_end(run: RunView) -> None:
    with st.popover(_("Rename or delete")):
        st.text_input(_("Name"), run.name, max_chars=NAME_CHARACTERS, key=f"train_name_{run.id}", on_change=_rename, args=(run.id,))
        if run.going:
            st.caption(_("Stop it before you delete it."))
        else:
            st.caption(_("Deleting takes its model, its film and its curves away for good."))
            st.button(_("Delete this run"), on_click=_delete, args=(run.id,), key="train_delete")


def _rename(run: str) -> None:
    act("rename", run, st.session_state[f"train_name_{run}"])


def _delete(run: str) -> None:
    """The stage goes back to its usual model first, where it stood on this run."""
    if not done("delete", run):
        return
    on_stage = stage.current().model
    if is_run(on_stage) and run_of(on_stage) == run:
        address.change(Stage(readings.trained_names()[0], sentences.DEFAULT))
    choose(None)


def packed(folder: Path) -> bytes:
    """The files of a saved model, as they are, in one file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as together:
        for name in SAVED:
            if (folder / name).is_file():
                together.write(folder / name, name)
    return target.getvalue()

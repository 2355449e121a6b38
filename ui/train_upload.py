"""A saved model brought along as its files: checked in a process apart, then one of the learner's runs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lab.spec import NAME_CHARACTERS
from lab.uploads import MODEL_FILES
from model import limits
from model.errors import LabError
from model.text import clean_text
from ui import wording
from ui.train_actions import choose
from ui.train_models import open_laboratory
from ui.visitor import visitor_key
from ui.words import _

MEGABYTE = 2**20


def bring_a_model() -> None:
    st.caption(_(
        "The files of a saved model, unpacked from what Download gives: config.json, card.json, model.safetensors, and tokenizer.json "
        "or tokenizer.model. They are checked in a process of their own before anything uses them."
    ))  # fmt: skip
    files = st.file_uploader(  # of any name: the browser would mark a wrong one red and not say why
        _("Files of the model"), accept_multiple_files=True, key="train_model_files", max_upload_size=limits.MODEL_BYTES // MEGABYTE
    )
    name = st.text_input(_("Its name here"), max_chars=NAME_CHARACTERS, placeholder=_("brought along"), key="train_model_name")
    if st.button(_("Check it and take it in"), type="primary", disabled=not files, key="train_model_take"):
        _take(name, files)


def _take(name: str, files: list[Any]) -> None:
    """Refused right under the button: on a phone the head of the page is far above it."""
    try:
        with st.spinner(_("Checking it in a process of its own")):
            run = open_laboratory().import_model(visitor_key(), clean_text(name) or _("brought along"), _by_name(files))
    except LabError as error:
        wording.show(error, "train_upload_error")
        return
    choose(run)
    st.rerun()


def _by_name(files: list[Any]) -> dict[str, bytes]:
    """Raises `LabError` where two files have one name, or one has to be there and is not."""
    names = [file.name for file in files]
    for name in names:
        if names.count(name) > 1:
            raise LabError("file_twice", "{file} is there twice; give each file once.", "files", file=name[:80])
    missing = [name for name in ("config.json", "card.json", "model.safetensors") if name not in names]
    if missing and all(name in MODEL_FILES for name in names):
        raise LabError("file_missing", "There is no {file} in the model's folder.", missing[0], file=missing[0])
    return {file.name: file.getvalue() for file in files}

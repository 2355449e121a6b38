"""Which model writes on Home, in one short line."""

from __future__ import annotations

import streamlit as st

from model.config import count_parameters
from ui import stage
from ui.words import _


def draw() -> None:
    """Name, size and origin of the shipped model on the stage; nothing of one the learner knows, having trained it."""
    name = stage.current().model
    if name not in ("captions", "toy"):
        return
    title = {"captions": _("captions model"), "toy": _("toy model")}[name]
    count = sum(count_parameters(stage.reading().config).values())
    st.caption(_("{name}: {count} million parameters, trained by us").format(name=title, count=f"{count / 1e6:.1f}"), width="content")

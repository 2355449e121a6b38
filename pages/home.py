"""Home: what this is, the sentence going through, the riddle and its bet, the map of what is to come, one first step."""

from __future__ import annotations

import streamlit as st

from ui import course_map, model_line
from ui.words import _

with st.container(key="first_step", horizontal_alignment="center"):
    model_line.draw()
    st.page_link("pages/inspect.py", label=_("Look inside: what every head looks at"), width="content")
st.header(_("Fifteen lessons, one sentence"), anchor=False)
course_map.draw()

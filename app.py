"""The frame of every page: style, navigation from the catalogue, title and stage, then the chosen page.

A plain script, run anew at every touch of a visitor; server.py serves it. `streamlit run app.py` works as well.
"""

from __future__ import annotations

import streamlit as st

from ui import address, frame, pace, stage
from ui.components import library
from ui.style import use_style
from ui.words import choose_language

choose_language(st.context.locale)
frame.configure()
use_style()
stage.prepare()
shown, script = frame.navigation()
frame.head(shown)
stage.draw(shown.stage)
library.draw()
try:
    frame.run(script)
    pace.first_window_is_drawn()  # at the latest: a page that is not longer than its first window ends here
finally:
    address.write()

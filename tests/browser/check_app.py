"""A page with the questions of a lesson, one of each kind. `python -m tests.browser.check_app` serves it."""

from __future__ import annotations

import os
import sys

import numpy as np

WEIGHTS = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.05, 0.05, 0.9]])
ROWS, COLUMNS = ("<s>", "\u2581the", "\u2581cat", "\u2581sleeps"), ("\u2581le", "\u2581chat", "<b>x</b>")


def page() -> None:
    import streamlit as st

    from figures.payload import Tokens, matrix_payload
    from ui import check
    from ui.components import library
    from ui.components.labels import component_words
    from ui.style import use_style

    use_style()
    library.draw()
    st.title("Check")
    payload = matrix_payload(WEIGHTS, Tokens(ROWS), Tokens(COLUMNS), "weights", component_words(), name="weight")
    check.check_yourself(
        "heads",
        [
            check.Choice("choice", "prediction", "One *or* two?", ("*one*", "two"), 1, ("no, one", "yes, two")),
            check.Number("number", "misconception", "How much?", 70.0, 2.0, "%", "It sums up.", ((30.0, "That is the rest."),)),
            check.Cell(
                "cell", "transfer", "Which cell?", payload, frozenset({(3, 2)}), "the largest", lambda i, j: f"not row {i}, column {j}"
            ),
        ],
    )


if sys.argv[-1:] == ["page"]:  # as Streamlit's script
    sys.path.insert(0, os.getcwd())
    page()
elif __name__ == "__main__":
    port = os.environ["ATTENTION_LAB_PORT"]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", __file__, "--server.port", port, "--", "page"])

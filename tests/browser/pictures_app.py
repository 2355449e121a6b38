"""A page with one matrix and one head as lines, for the tests of the two components. `python -m tests.browser.pictures_app` serves it."""

from __future__ import annotations

import os
import sys

import numpy as np

ROWS, COLUMNS = ("<s>", "\u2581the", "\u2581cat", "<b>x</b>"), ("<s>", "\u2581le", "\u2581chat", "s")


def arrays() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Query and key [4, 8], what is allowed and the weights [4, 4]."""
    generator = np.random.default_rng(5)
    query, key = generator.normal(size=(2, 4, 8))
    allowed = np.tril(np.ones((4, 4), dtype=bool))
    exponentials = np.where(allowed, np.exp(query @ key.T / np.sqrt(8)), 0)
    return query, key, allowed, exponentials / exponentials.sum(axis=1, keepdims=True)


def page() -> None:
    import streamlit as st

    from figures.payload import Tokens, lines_payload, matrix_payload
    from figures.theme import css_variables
    from ui.components import library
    from ui.components.labels import component_words
    from ui.components.pictures import lines, matrix

    query, key, allowed, weights = arrays()
    rows, columns, words = Tokens(ROWS), Tokens(COLUMNS), component_words()
    st.html(f"<style>:root {{ {css_variables()} }}</style>")
    library.draw()
    st.title("Pictures")
    products = query @ key.T
    scores = products / np.sqrt(8)
    matrix(matrix_payload(scores, rows, columns, "scores", words, query=query, key=key, scale=1 / np.sqrt(8), name="scores"), key="scores")
    matrix(matrix_payload(weights, rows, columns, "weights", words, allowed=allowed, name="weight"), key="weights")
    lines(lines_payload(weights, rows, columns, words), key="lines")


if sys.argv[-1:] == ["page"]:  # as Streamlit's script
    sys.path.insert(0, os.getcwd())
    page()
elif __name__ == "__main__":
    port = os.environ["ATTENTION_LAB_PORT"]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", __file__, "--server.port", port, "--", "page"])

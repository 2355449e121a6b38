"""A few pairs of a corpus, to show what a run reads and to watch it on."""

from __future__ import annotations

import streamlit as st

from model.corpora import load_corpus

SEED, PAIRS, SHOWN = 1, 40, 3


@st.cache_data(show_spinner=False, max_entries=16)
def examples(corpus: str) -> tuple[tuple[str, str], ...]:
    """Three pairs of a built-in corpus, source and target."""
    return tuple((pair.source, pair.target) for pair in load_corpus(corpus, SEED, PAIRS).train[:SHOWN])

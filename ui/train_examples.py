"""A few pairs of a corpus, to show what a run reads and to watch it on."""

from __future__ import annotations

import streamlit as st

from lab.spec import STORIES
from model.corpora import load_corpus

SEED, PAIRS, SHOWN = 1, 40, 3
BEGUN = 2  # sentences of a story that are watched: a whole one has too many words for a picture


@st.cache_data(show_spinner=False, max_entries=16)
def examples(corpus: str) -> tuple[tuple[str, str], ...]:
    """Three pairs of a built-in corpus, source and target."""
    return tuple((pair.source, pair.target) for pair in load_corpus(corpus, SEED, PAIRS).train[:SHOWN])


@st.cache_data(show_spinner=False)
def story_begun() -> str:
    """How a short story begins: what the film of a decoder alone is watched on, with room for a label on every row."""
    stories = ((pair.source, pair.target.split(". ")[: BEGUN - 1]) for pair in load_corpus(STORIES, SEED, PAIRS).train)
    return min((" ".join([first, *more]).rstrip(".") + "." for first, more in stories), key=len)

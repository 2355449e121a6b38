"""Lesson 6, the stage's own model where it reads sub-words: its cut beside the others, and the lattice its pieces come out of."""

from __future__ import annotations

import numpy as np
import streamlit as st

from figures.tokens import Kind, lattice_payload
from model import limits
from model.reading import Reading
from model.tokenizers import WORD_START
from model.tokenizers.steps import lattice
from model.tokenizers.subword import SubwordTokenizer
from ui import readings
from ui.components import tokens as pictures
from ui.lessons import tokens_data as data
from ui.lessons import tokens_words as texts
from ui.lessons.tokens_workshop import LONGEST, lattice_data, marked_words
from ui.prose import Said, grouped, say
from ui.words import _


def own_kind(model: str, source: str) -> Kind | None:
    """The model's own pieces, the same at every size of the others; None where it reads words or characters."""
    found = _own(model, readings._stamp(model))
    if found is None:
        return None
    tokenizer, counts = found
    return Kind("own", _("This model"), _("the pieces it has learnt"), (data.cut(source, tokenizer, np.array(counts)),))


@st.cache_resource(show_spinner=False, max_entries=limits.MODELS_IN_MEMORY)
def _own(model: str, stamp: int) -> tuple[SubwordTokenizer, tuple[int, ...]] | None:
    """The model's sub-words, and how often it met each in training."""
    tokenizer = readings.tokenizer(model)
    if not isinstance(tokenizer, SubwordTokenizer):
        return None
    counts = readings.card(model).get("piece_counts", {})
    return tokenizer, tuple(int(counts.get(piece, 0)) for piece in tokenizer.pieces)


def lattice_of_the_model(model: str, shown: Reading) -> None:
    """Every way to spell a word of the sentence with the model's own pieces; the most probable is the one it reads."""
    tokenizer = readings.tokenizer(model)
    if not isinstance(tokenizer, SubwordTokenizer) or tokenizer.kind != "unigram":
        return
    st.subheader(_("This model's own pieces"), anchor=False)
    say(
        _(
            "This model knows {rows} pieces of the unigram kind, learnt from the text it was trained on. Each has a log-probability, "
            "and of all ways to spell a word it reads the most probable."
        ),
        "own_pieces", rows=Said(grouped(len(tokenizer.pieces))),
    )  # fmt: skip
    pictures.lattice(_lattice(model, shown.source, readings._stamp(model)), "own_lattice")


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _lattice(model: str, source: str, stamp: int) -> bytes:
    found = _own(model, stamp)
    assert found is not None, "asked of sub-words alone"
    tokenizer, counts = found
    stage = data.Trained(tokenizer, counts, (), 0.0, len(counts))
    words = [word[:LONGEST] for word in dict.fromkeys(marked_words(source)) if len(word) > 2] or [WORD_START + source[: LONGEST - 1]]
    lattices = [[lattice_data(lattice(word, tokenizer.scores), stage)] for word in words]
    start = max(range(len(words)), key=lambda place: (len(lattices[place][0]["spellings"][0]["pieces"]), -place))
    return lattice_payload(words, lattices, (len(counts),), start, 0, texts.lattice_texts())

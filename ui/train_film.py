"""The film of a run: the attention of one sentence at every moment that was kept, its target the same throughout.

One forward pass a frame: the frame's parameters in the run's shape. Frames never change, so readings of them are cached for all.
"""

from __future__ import annotations

import streamlit as st

from figures.payload import Tokens, matrix_payload
from lab import RunView
from model import limits
from model.errors import LabError
from model.reading import Reading
from model.text import clean_sentence
from ui import readings, stage, wording
from ui.components.labels import component_words
from ui.components.pictures import matrix
from ui.train_examples import examples
from ui.train_models import is_there, name_of, open_laboratory
from ui.words import _


def has_film(run: str) -> bool:
    return is_there(name_of(run)) and bool(open_laboratory().frames(run))


def newest(view: RunView) -> None:
    """The attention at the newest moment."""
    frames = list(open_laboratory().frames(view.id))
    st.subheader(_("What it looks at"), anchor=False)
    if not frames or not is_there(name_of(view.id)):
        st.caption(_("The picture comes with the first parameters."))
        return
    try:
        source, target = watched(view)
        _draw(frame_reading(view.id, frames[-1], source, target), frames[-1])
    except LabError as error:
        wording.show(error, "train_film_error")


def film(view: RunView) -> None:
    """Any moment, on any sentence."""
    frames = list(open_laboratory().frames(view.id))
    if not frames or not is_there(name_of(view.id)):
        return
    st.subheader(_("What it looked at"), anchor=False)
    step = frames[-1]
    if len(frames) > 1:
        step = st.select_slider(_("After step"), frames, value=frames[-1], key=f"train_film_{view.id}")
    try:
        source, target = watched(view)
        _draw(frame_reading(view.id, step, source, target), step)
    except LabError as error:
        wording.show(error, "train_film_error")
    st.text_input(_("On another sentence"), key=_sentence_key(view), placeholder=_first_words(view), max_chars=limits.SENTENCE_CHARACTERS)


def watched(view: RunView) -> tuple[str, str]:
    """The sentence of the film and its target, the same at every moment.

    A run that learns French is watched on the stage's sentence with the stage's French; one that learns something else on a line
    of its own corpus; one that was asked for another sentence, on that with what the model has come to write.
    """
    typed = st.session_state.get(_sentence_key(view))
    if typed:
        source = clean_sentence(typed)
        return source, _own_words(view, source)
    if view.spec.corpus.name == "grammar" and view.spec.corpus.kind == "built-in":
        shown = stage.reading()
        return shown.source, shown.target
    return examples(view.spec.corpus.name)[0]


def _own_words(view: RunView, source: str) -> str:
    written = readings.reading(name_of(view.id), source).target
    if not written.strip():
        raise LabError("nothing_written", "The model writes nothing for this sentence, so there is nothing to watch.", "sentence")
    return written


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def frame_reading(run: str, step: int, source: str, target: str) -> Reading:
    """`source` through the model as it was after `step`, with `target` forced. Imports torch."""
    from dataclasses import replace

    from model.frames import read_frame
    from model.read import read
    from model.saved import with_parameters

    saved = readings.loaded(name_of(run))
    parameters = read_frame(open_laboratory().frames(run)[step])
    return read(replace(saved, model=with_parameters(saved.config, parameters)), source, target)


def _draw(shown: Reading, step: int) -> None:
    """Cross-attention of the last layer, mean of its heads."""
    name = shown.attention_names("decoder.cross")[-1]
    weights = shown.arrays[f"{name}.weights"].mean(axis=0)
    matrix(
        matrix_payload(
            weights, Tokens(shown.target_out), Tokens(shown.source_pieces), "weights", component_words(),
            name=_("Cross-attention after step {step}, last layer, mean of the heads").format(step=step),
        ),
        "train_film_matrix",
    )  # fmt: skip


def _sentence_key(view: RunView) -> str:
    return f"train_sentence_{view.id}"


def _first_words(view: RunView) -> str:
    return watched(view)[0] if not st.session_state.get(_sentence_key(view)) else ""

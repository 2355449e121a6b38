"""What a decoder alone has in place of the stage: the learner begins a story, and each member goes on with it."""

from __future__ import annotations

import streamlit as st

from lab import RunView
from lab.spec import STORIES
from model import limits
from model.errors import LabError
from model.text import clean_sentence
from ui import readings, train_samples, train_tell, wording
from ui.train_examples import examples
from ui.train_models import is_there, name_of, stamp
from ui.words import _


def begin_a_story(view: RunView) -> None:
    st.subheader(_("Begin a story"), anchor=False)
    given = examples(STORIES)[1][0]
    typed = st.text_input(
        _("Its first sentence"), key=f"train_begin_{view.id}", placeholder=given, max_chars=limits.SENTENCE_CHARACTERS,
        label_visibility="collapsed",
    )  # fmt: skip
    numbers = [number for number in range(len(view.members)) if is_there(name_of(view.id, number))]
    try:
        beginning = clean_sentence(typed) if typed else given
        answers = [train_tell.judged(beginning, continued(name_of(view.id, number), beginning)) for number in numbers]
    except LabError as error:
        wording.show(error, "train_begin_error")
        return
    members = [train_samples.named(view, number) for number in numbers]
    train_samples.table("train_begin_told", _("Begun by you"), members, [{"source": beginning, "should": "", "answers": answers}])


def continued(model: str, beginning: str) -> str:
    return _continued(model, beginning, stamp(model))


@st.cache_data(show_spinner=False, max_entries=limits.READINGS)
def _continued(model: str, beginning: str, stamp: int) -> str:
    """The most probable word every time. Imports torch."""
    from model.continuing import continuations
    from model.transformer import LanguageModel

    saved = readings.loaded(model)
    assert isinstance(saved.model, LanguageModel), "asked of a run that goes on with texts"
    return continuations(saved.model, saved.tokenizer, [beginning])[0]

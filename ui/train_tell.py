"""What a decoder alone is good for: it goes on with a story, and each of its sentences is judged against what stands before."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from lab import RunView
from lab.spec import STORIES
from model import limits
from model.corpora import stories
from model.errors import LabError
from model.text import clean_sentence
from ui import readings, wording
from ui.prose import Said, say
from ui.train_examples import examples
from ui.train_models import is_there, name_of, stamp
from ui.words import _, many

SHOWN_CHARACTERS = 400  # of what is written; before it has learnt anything a model may go on for ever


def tell(view: RunView) -> None:
    """A field for a beginning, and how each member goes on with it."""
    st.subheader(_("Begin a story"), anchor=False)
    given = examples(STORIES)[1][0]
    typed = st.text_input(
        _("Its first sentence"), key=f"train_tell_{view.id}", placeholder=given, max_chars=limits.SENTENCE_CHARACTERS,
        label_visibility="collapsed",
    )  # fmt: skip
    try:
        beginning = clean_sentence(typed) if typed else given
        for number, member in enumerate(view.members):
            if is_there(name_of(view.id, number)):
                _say(beginning, continued(name_of(view.id, number), beginning), member.name if len(view.members) > 1 else "", number)
    except LabError as error:
        wording.show(error, "train_tell_error")


def _say(beginning: str, written: str, name: str, number: int) -> None:
    """What fits in green, the rest plain."""
    fits, rest = split(beginning, written)
    told = _("{name}: {beginning} {fits} {rest}") if name else _("{beginning} {fits} {rest}")
    said: dict[str, Said | str | int] = {
        "name": Said(name),
        "beginning": Said(beginning, "source"),
        "fits": Said(fits, "value"),
        "rest": rest,
    }
    say(told, f"train_tell_said_{number}", **said)
    st.caption(verdict(beginning, written))


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


def split(beginning: str, written: str) -> tuple[str, str]:
    """The sentences written that fit what stands before, and the rest, shortened."""
    count = max(0, stories.sentences_that_fit(f"{beginning} {written}") - 1)
    sentences = re.split(r"(?<=\.) ", written)
    rest = " ".join(sentences[count:])
    return " ".join(sentences[:count]), rest if len(rest) <= SHOWN_CHARACTERS else rest[:SHOWN_CHARACTERS].rsplit(" ", 1)[0] + " …"


def verdict(beginning: str, written: str) -> str:
    count = stories.sentences_that_fit(f"{beginning} {written}")
    if stories.is_story(f"{beginning} {written}"):
        return _("a whole story, all of it fits")
    if count == 0:
        return _("not a beginning of its stories: nobody can say what fits")
    return many("{count} of its sentences fits", "{count} of its sentences fit", count - 1).format(count=count - 1)


def judged(beginning: str, written: str) -> dict[str, Any]:
    """An answer in the table of samples: each word, and whether it belongs."""
    fits, rest = split(beginning, written)
    words = [(word, True) for word in fits.split()] + [(word, False) for word in rest.split()]
    whole = stories.is_story(f"{beginning} {written}")
    return {"words": words, "right": whole, "verdict": verdict(beginning, written)}

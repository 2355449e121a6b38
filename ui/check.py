"""Check yourself: one question at a time, a verdict, why, the next. Right answers come from the stage, not from the page's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from ui.prose import escaped
from ui.words import _


@dataclass(frozen=True)
class Question:
    """`why[i]` says why choice i is right or wrong. `right` is computed from the stage."""

    name: str
    text: str
    choices: tuple[str, ...]
    right: int
    why: tuple[str, ...]


def check_yourself(slug: str, questions: Sequence[Question]) -> None:
    """The questions of a lesson. Answers are kept for the session, so that a question can be asked again two lessons later."""
    st.header(_("Check yourself"), anchor=False)
    if not questions:
        st.markdown(_("This sentence is too short for a question: choose a longer one."))
        return
    place = min(st.session_state.get(_place(slug), 0), len(questions) - 1)
    question = questions[place]
    st.caption(_("Question {number} of {count}").format(number=place + 1, count=len(questions)))
    choices = [escaped(choice) for choice in question.choices]
    answer = st.radio(question.text, range(len(choices)), index=None, format_func=choices.__getitem__, key=f"check_{slug}_{question.name}")
    if answer is None:
        return
    keep_answer(slug, question.name, answer == question.right)
    verdict = _("Right.") if answer == question.right else _("Not this one.")
    st.markdown(f"**{verdict}** {question.why[answer]}")
    if place + 1 < len(questions):
        st.button(_("Next question"), key=f"check_next_{slug}_{place}", on_click=_go_on, args=(slug, place + 1))


def _place(slug: str) -> str:
    return f"check_place_{slug}"


def _go_on(slug: str, place: int) -> None:
    st.session_state[_place(slug)] = place


def keep_answer(slug: str, name: str, right: bool) -> None:
    """The first answer to a question counts."""
    answers: dict[str, bool] = st.session_state.setdefault("answers", {})
    answers.setdefault(f"{slug}.{name}", right)

"""Check yourself: one question at a time, a verdict, why, the next. Right answers come from the stage, not from the page's text.

Three questions a lesson, one of each idea and of each kind: a choice, a number, a cell to click. The first answer counts
(ui/record.py keeps it); after it one may try on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from ui import record, returning, stage
from ui.components.pictures import ask_cell
from ui.prose import Said, as_part, escaped, heading, say
from ui.questions import Answer, Cell, Choice, Idea, Number, Question, number_in
from ui.returning import Due
from ui.words import _

__all__ = ["Cell", "Choice", "Number", "Question", "check_yourself", "fallback_note"]

_VERDICT = st.components.v2.component(
    "lab_verdict",
    html='<section role="status" class="none"><p></p></section>',
    css="""
.none p { display: none; }
.right, .wrong, .unread { border-left: 3px solid var(--lab-floor); border-radius: 4px; padding: 12px 16px;
    background: var(--st-secondary-background-color); }
.right { border-color: var(--lab-positive); } .wrong { border-color: var(--lab-negative); }
p { margin: 0; max-width: var(--lab-text-width); color: var(--st-text-color); font: 1rem/1.6 var(--st-font); overflow-wrap: anywhere; }
b { font-weight: 650; margin-right: 0.2em; } .right b { color: var(--lab-positive); } .wrong b { color: var(--lab-negative); }
""",
    js="""
export default function({data, parentElement}) {
  const box = parentElement.querySelector("section")
  box.className = data.kind
  const verdict = document.createElement("b")
  verdict.textContent = data.verdict
  box.querySelector("p").replaceChildren(verdict, " ", data.why)
}
""",
)


def fallback_note(sentence: str = "") -> str:
    """Put before the text of a question that is asked about a sentence of ours, because the stage has no single answer to it."""
    if not sentence:
        return _("Your sentence has no single answer to this, so it is asked about one of ours.")
    return _("Your sentence has no single answer to this, so it is asked about “{sentence}”.").replace("{sentence}", sentence)


@as_part
def check_yourself(slug: str, questions: Sequence[Question]) -> None:
    """The questions of a lesson, and before them one of two lessons ago that went wrong."""
    heading(_("Check yourself"))
    if not questions:
        st.markdown(_("This sentence is too short for a question: choose a longer one."))
        return
    with st.container(key="check_yourself", gap="small"):
        _one_at_a_time(slug, tuple(questions))


@st.fragment
def _one_at_a_time(slug: str, questions: Sequence[Question]) -> None:
    """Only this part of the page runs again for an answer."""
    back = _coming_back(slug)
    place = min(st.session_state.get(_place(slug), 0 if back is None else -1), len(questions))
    if place < 0 and back is not None:
        if ask_again(*back) is not None:
            st.button(_("To the questions of this lesson"), key=f"check_on_{slug}", on_click=_go_to, args=(slug, 0))
    elif place == len(questions):
        _closing(slug, questions)
    else:
        _ask_in_turn(slug, questions, max(place, 0))


def _ask_in_turn(slug: str, questions: Sequence[Question], place: int) -> None:
    question = questions[place]
    st.caption(_("Question {number} of {count}: {idea}").format(number=place + 1, count=len(questions), idea=idea_name(question.idea)))
    if ask(slug, question) is not None:
        label = _("How did I do?") if place + 1 == len(questions) else _("Next question")
        st.button(label, key=f"check_next_{slug}_{place}", on_click=_go_to, args=(slug, place + 1))


def _coming_back(slug: str) -> tuple[Due, Question] | None:
    """What this lesson asks again; it stays on the page while its answer is read."""
    key = f"check_back_{slug}"
    kept: Due | None = st.session_state.get(key)
    asked = [*([kept] if kept is not None else []), *returning.due_in(slug)]
    found = returning.first(asked, stage.current(), stage.reading()) if asked else None
    if found is not None:
        st.session_state[key] = found[0]
    return found


def ask_again(asked: Due, question: Question) -> Answer | None:
    """A question that went wrong once, with the lesson it is from."""
    st.caption(_("From lesson {number}, {title}: asked again").format(number=asked.lesson.number, title=_(asked.lesson.title)))
    return ask(asked.lesson.slug, question, again=True)


def _closing(slug: str, questions: Sequence[Question]) -> None:
    """How it went, and when what went wrong comes back."""
    answers = record.answers()
    right = sum(answers.get(f"{slug}.{question.name}", False) for question in questions)
    if right == len(questions):
        text = _("{right} of {count} right at the first try.")
    else:
        text = _("{right} of {count} right at the first try. What went wrong is asked again two lessons on, and under Progress.")
    say(text, f"check_closing_{slug}", right=Said(str(right)), count=Said(str(len(questions))))
    st.button(_("Go through them again"), key=f"check_again_{slug}", on_click=_go_to, args=(slug, 0))


def idea_name(idea: Idea) -> str:
    return {"prediction": _("predict"), "misconception": _("a common belief"), "transfer": _("somewhere new")}[idea]


def ask(slug: str, question: Question, again: bool = False) -> Answer | None:
    """One question with its widget and, once it is answered, its verdict; None before. The first answer goes into the record."""
    key = _key(f"{slug}_again" if again else slug, question)
    with st.container(key=f"question_{key}", gap="small"):
        say(question.text, f"{key}_text")
        if isinstance(question, Choice):
            answer = _ask_choice(question, key)
        elif isinstance(question, Number):
            answer = _ask_number(question, key)
        else:
            answer = _ask_cell(question, key)
        if answer is not None and answer.right is not None:
            (record.keep_again if again else record.keep_answer)(slug, question.name, answer.right)
        _show_verdict(answer, f"{key}_verdict")
    return answer if answer is not None and answer.right is not None else None


# A label that is collapsed is no Markdown: it is the name a screen reader says, and stays as it is.


def _ask_choice(question: Choice, key: str) -> Answer | None:
    choices = [escaped(choice) for choice in question.choices]
    chosen = st.radio(
        question.text, range(len(choices)), index=None, format_func=choices.__getitem__, key=key, label_visibility="collapsed"
    )
    return None if chosen is None else question.judge(chosen)


def _ask_number(question: Number, key: str) -> Answer | None:
    hint = _("a number, in {unit}").format(unit=question.unit) if question.unit else _("a number")
    with st.form(key=f"{key}_form", border=False), st.container(horizontal=True):
        written = st.text_input(
            question.text, key=key, max_chars=40, placeholder=hint, autocomplete="off", label_visibility="collapsed", width=240
        )
        st.form_submit_button(_("Check"))
    if not written or not written.strip():
        return None
    value = number_in(written, question.unit)
    if value is None:
        return Answer(None, _("This is not a number the page can read. Write it like 0.25, 1/4 or 3."))
    return question.judge(value)


def _ask_cell(question: Cell, key: str) -> Answer | None:
    chosen: tuple[int, int] | None = st.session_state.get(f"{key}_cell")
    ask_cell(question.payload, f"{key}_map", lambda cell: _choose(f"{key}_cell", cell), chosen, question.right)
    return None if chosen is None else question.judge(chosen)


def _choose(key: str, cell: tuple[int, int]) -> None:
    st.session_state[key] = cell


def _show_verdict(answer: Answer | None, key: str) -> None:
    """There before the answer, empty, so that a screen reader hears it when it comes."""
    kinds = {True: ("right", _("Right.")), False: ("wrong", _("Not this one.")), None: ("unread", "")}
    kind, verdict = ("none", "") if answer is None else kinds[answer.right]
    _VERDICT(key=key, data={"kind": kind, "verdict": verdict, "why": answer.why if answer else ""}, height="content")


def _key(slug: str, question: Question) -> str:
    """Another stage asks another question under the same name: its answer does not stand for this one's."""
    right = sorted(question.right) if isinstance(question, Cell) else question.right
    told = f"{question.text}\0{getattr(question, 'choices', '')}\0{right}"
    return f"check_{slug}_{question.name}_{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def _place(slug: str) -> str:
    return f"check_place_{slug}"


def _go_to(slug: str, place: int) -> None:
    st.session_state[_place(slug)] = place

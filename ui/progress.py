"""The Progress page: a station for each lesson on one path, with bets and answers; what is asked again; the record as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

import catalogue
from catalogue import Lesson
from ui import check, record, returning, stage, wording
from ui.prose import say
from ui.record_file import BYTES
from ui.visitor import cookie_key
from ui.words import _, many

HERE = Path(__file__).parent
FILE_NAME = "attention-lab-progress.json"
RIDDLE = "introduction"  # the station of the riddle's bets, which are made on Home
_ASKED, _ADDED = "progress_asked", "progress_added"

_PATH = st.components.v2.component(
    "lab_progress",
    html='<ol class="path"></ol><p class="legend" aria-hidden="true"></p>',
    css=(HERE / "progress.css").read_text(encoding="utf-8"),
    js=(HERE / "progress.js").read_text(encoding="utf-8"),
)


def summary() -> None:
    """How far, in one sentence; where to begin, for who has not."""
    if (mistake := record.mistake()) is not None:
        wording.show(mistake, "record_mistake")
    kept = record.current()
    if not (kept.answers or kept.bets or kept.read):
        say(_("Nothing here yet. Your first bet, your first answer and every lesson you open will stand on this path."), "progress_none")
        first = next((lesson for number in catalogue.STORY if (lesson := catalogue.lesson(number)).ready), None)
        if first is not None:
            label = _("Begin with lesson {number}: {title}").format(number=first.number, title=_(first.title))
            with st.container(key="first_step"):
                st.page_link(first.script, label=label, width="content")
        return
    say(
        _(
            "{opened} of fifteen lessons opened, {count} are ready; {right} of {answers} answers right at the first try; "
            "{again} to be asked again."
        ),
        "progress_sum", opened=len({*kept.opened, *kept.read}), count=sum(lesson.ready for lesson in catalogue.LESSONS),
        right=sum(kept.answers.values()), answers=len(kept.answers), again=len(_wrong()),
    )  # fmt: skip


def path() -> None:
    """The stations, in one of two orders. A click on a title opens the lesson."""
    orders = {"lecture": _("In the lecture's order"), "story": _("In the order of the story")}
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            _("Order"),
            list(orders),
            default="lecture",
            format_func=orders.__getitem__,
            key="order",
            label_visibility="collapsed",
            bind="query-params",
            required=True,
        )
        if chosen == "story":
            st.caption(_("The shortest way to the riddle's answer; after it, what a lecture has to tell besides."), width="content")
    lessons = [catalogue.lesson(number) for number in catalogue.STORY] if chosen == "story" else list(catalogue.LESSONS)
    opened = _PATH(key="progress_path", data=_path_data(lessons), on_open_change=lambda: None).get("open")
    for lesson in catalogue.LESSONS:
        if lesson.ready and lesson.slug == opened:
            st.switch_page(lesson.script)
    _to_come([lesson for lesson in lessons if not lesson.ready])


def _to_come(lessons: Sequence[Lesson]) -> None:
    """The lessons still to be written, folded: there is nothing to do in them."""
    if not lessons:
        return
    with st.expander(many("{count} lesson to come", "{count} lessons to come", len(lessons)).format(count=len(lessons))):
        for lesson in lessons:
            st.markdown(_("{number}: {title}").format(number=lesson.number, title=_(lesson.title)))


def _path_data(lessons: Sequence[Lesson]) -> dict[str, Any]:
    return {
        "label": _("The lessons"),
        "stations": [_station(lesson) for lesson in lessons if lesson.ready],
        "words": {
            "bet": _("You bet"),
            "right": _("right at the first try"),
            "wrong": _("wrong at the first try, to be asked again"),
            "mended": _("wrong at first, right when asked again"),
            "open": _("not answered"),
            "answers": _("Answers"),
        },
    }


def _station(lesson: Lesson) -> dict[str, Any]:
    kept = record.current()
    if lesson.slug in kept.read:
        state = "read"
    else:
        state = "opened" if lesson.slug in kept.opened else "new"
    return {
        "number": lesson.number,
        "slug": lesson.slug,
        "title": _(lesson.title),
        "question": _(lesson.question),
        "state": state,
        "said": {"new": "", "opened": _("opened"), "read": _("opened to its end")}[state],
        "bets": _bets(lesson.slug),
        "answers": [_answer(key, right) for key, right in kept.answers.items() if key.startswith(f"{lesson.slug}.")],
    }


def _bets(slug: str) -> list[dict[str, str]]:
    """A lesson's bets; the first lesson has those of the riddle too."""
    found = [bet for name, bet in record.bets().items() if name.startswith(f"{slug}.")]
    shown = [{"question": bet.question, "choice": bet.choice} for bet in found]
    return [*_riddle_bets(), *shown] if slug == RIDDLE else shown


def _riddle_bets() -> list[dict[str, str]]:
    question = _("What does “it” mean, when the end is “{word}”?")
    bets = {word: record.bets().get(f"riddle.{word}") for word in ("tired", "wide")}
    return [
        {"question": question.format(word=word), "choice": bet.choice}
        for word, bet in bets.items()
        if bet is not None and bet.choice != "skip"
    ]


def _answer(key: str, right: bool) -> str:
    return "right" if right else "mended" if record.current().again.get(key) else "wrong"


def _wrong() -> list[str]:
    kept = record.current()
    return [key for key, right in kept.answers.items() if not right and not kept.again.get(key)]


@st.fragment
def asked_again() -> None:
    """What went wrong, one at a time, about the sentence that now stands on the stage."""
    kept: returning.Due | None = st.session_state.get(_ASKED)
    asked = [*([kept] if kept is not None else []), *returning.due()]
    found = returning.first(asked, stage.current(), stage.reading()) if asked else None
    if found is None:
        return
    st.session_state[_ASKED] = found[0]
    st.header(_("Asked again"), anchor=False)
    if check.ask_again(*found) is not None and any(each != found[0] for each in returning.due()):
        st.button(_("Next question"), key="progress_next", on_click=_go_on)


def _go_on() -> None:
    """To the next one that is due and can be asked; round and round while some are."""
    asked = st.session_state.pop(_ASKED)
    due = returning.due()
    place = due.index(asked) + 1 if asked in due else 0
    found = returning.first([each for each in (*due[place:], *due[:place]) if each != asked], stage.current(), stage.reading())
    if found is not None:
        st.session_state[_ASKED] = found[0]


def take_along() -> None:
    """The record as a file: out, in, and gone."""
    st.header(_("Your record"), anchor=False)
    if cookie_key() is None:
        text = _("This record is kept as long as the page is open: there is no cookie of this server to know you by.")
    else:
        text = _("This record is kept on this server, under a random key that only this browser has, in a cookie: no name, no address.")
    st.markdown(text)
    with st.container(horizontal=True):
        st.download_button(
            _("Take it along (JSON)"),
            record.export(),
            file_name=FILE_NAME,
            mime="application/json",
            on_click="ignore",
        )
        with st.popover(_("Bring one in")):
            _bring_in()
        with st.popover(_("Delete it")):
            st.markdown(
                _("Bets, answers and lessons opened are gone at once and cannot be brought back, except from a file you took along.")
            )
            st.button(_("Delete my record"), on_click=record.forget, type="primary")
    if st.session_state.pop(_ADDED, False):
        wording.notice(_("Added. What already stood here stays."), "progress_added_notice")


def _bring_in() -> None:
    count = st.session_state.setdefault("progress_uploads", 0)
    file = st.file_uploader(
        _("A file taken along from here, at most {limit} kB").format(limit=BYTES // 1024), type="json", key=f"progress_file_{count}"
    )
    if file is None:
        return
    error = record.add(file.read(BYTES + 1))
    if error is not None:
        wording.show(error, "progress_error")
        return
    st.session_state["progress_uploads"] = count + 1
    st.session_state[_ADDED] = True
    st.rerun()

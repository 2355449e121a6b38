"""The anatomy of a lesson, part by part, in the order a page calls them.

The question is the title; `begin` stands over it (ui/frame.py). Then: `bet`, the centrepiece of the page's own (`try_it`), `what_you_see`,
`formula`, `break_it`, `code`, `check_yourself` (ui/check.py), `what_we_know`. Texts come translated from the page.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st

import catalogue
from catalogue import Lesson
from ui import bets, pace, record, source_code, terms
from ui.further import Further as Further
from ui.further import reading_of
from ui.prose import as_part, heading
from ui.words import _

# What a race on the Train page can do without, by the name in its address.
RACES = ("no-scaling", "no-positions", "no-mask", "one-head", "pre-norm", "no-residual", "high-rate")
_DEEP = "lesson_deep"  # has the second depth begun on this page?
ROOT = Path(__file__).parents[1]
Absence = Literal["removed now", "trained without"]


@dataclass(frozen=True)
class Symbol:
    """A symbol of a formula, bound to what it is here and now: its shape or its value."""

    latex: str
    meaning: str
    here: str


def begin(lesson: Lesson) -> None:
    """Over the title: which lesson it is, how long it takes, and what it takes for granted, each with its explanation."""
    record.mark_opened(lesson.slug)
    st.session_state[_DEEP] = False
    with st.container(key="lesson_line", horizontal=True, vertical_alignment="center", gap="small"):
        about = _("Lesson {number} · the story in two minutes, hands on in {minutes} · builds on")
        alone = _("Lesson {number} · the story in two minutes, hands on in {minutes}")
        needed = [name for name in lesson.prerequisites if name in terms.TERMS or catalogue.page(name).ready]
        st.caption((about if needed else alone).format(number=lesson.number, minutes=lesson.minutes), width="content")
        for name in needed:
            if name in terms.TERMS:
                terms.explain(name)
            else:
                st.page_link(catalogue.page(name).script, label=_(catalogue.page(name).title))


def bet(name: str, question: str, choices: Sequence[str], answer: str = "") -> str | None:
    """One prediction, locked in by the touch that makes it. Returns the choice, None while it is open.

    Once it is made, one line says what was asked, what was bet, and `answer`. A question about a word or a sentence has that in its
    name or in its words, so that no bet stands as the answer to another question.
    """
    made = bets.bet_on(name)
    with st.container(key=f"bet_{name.replace('.', '_')}"):
        if made is not None:
            asked = bets.question_of(name) or question
            st.caption(" · ".join(filter(None, (asked, _("Your bet: {choice}").format(choice=made), answer))))
            return made
        st.pills(question, choices, key=f"bet_choice_{name}", on_change=_lock, args=(name, question))
    return None


def _lock(name: str, question: str) -> None:
    choice = st.session_state.get(f"bet_choice_{name}")
    if choice is not None:
        bets.lock(name, choice, question)


def try_it() -> AbstractContextManager[object]:
    """Where the centrepiece stands: above the fold, with its main control beside it."""
    return st.container(key="try_it")


def what_you_see(*say: Callable[[], None]) -> None:
    """Two to five sentences with the learner's own numbers; each is a call of `ui.prose.say`. The page's first window ends with them."""
    with st.container(key="what_you_see", gap="small"):
        for sentence in say:
            sentence()
    pace.first_window_is_drawn()


def hands_on() -> None:
    """Where the second depth begins: at the formula, or before it where a page has more to say between."""
    if not st.session_state.get(_DEEP, False):
        st.session_state[_DEEP] = True
        with st.container(key="hands_on"):
            st.caption(_("That was the story. From here on: hands on."))


@as_part
def formula(latex: str, symbols: Sequence[Symbol], section: str) -> None:
    """The paper's line, every symbol bound to its value and shape, and where it stands in the paper. The second depth begins here."""
    hands_on()
    heading(_("The formula"))
    st.latex(latex)
    rows = [f"| ${symbol.latex}$ | {symbol.meaning} | {symbol.here} |" for symbol in symbols]
    head = f"| | {_('what it is')} | {_('here and now')} |"
    st.markdown("\n".join([head, "|---|---|---|", *rows]))
    st.caption(_("“Attention Is All You Need”, section {section}").format(section=section))


def break_it(absence: Absence, label: str, key: str) -> bool:
    """A switch that takes the idea away; once it is on, which of two experiments that is. Returns whether it is taken away."""
    with breaking(absence, switch=key):
        return st.toggle(label, key=key)


@contextmanager
def breaking(absence: Absence, title: str = "", switch: str = "") -> Iterator[None]:
    """The same for a page with a control of its own: header, control, and which of two experiments that is, once `switch` is on."""
    with st.container():
        heading(_("Break it: {what}").format(what=title) if title else _("Break it"))
        yield
        if switch and not st.session_state.get(switch):
            return
        st.caption(
            {
                "removed now": _("The experiment is “removed now”: the model was trained with it, and meets what it has never met."),
                "trained without": _("The experiment is “trained without it”: a model that never had it."),
            }[absence]
        )


def before_and_after(label: str, before: str, after: str) -> None:
    """The one number that changed, set large, side by side."""
    left, right = st.columns(2)
    left.metric(_("{label}, whole").format(label=label), before)
    right.metric(_("{label}, broken").format(label=label), after)


def race_link(switch: str, label: str, corpus: str = "") -> None:
    """A link that opens Train with a race prepared: a model as it is against one with `switch`, one of `RACES`, both on `corpus`
    where that is not the usual one.
    """
    slug = switch.replace(" ", "-")
    assert slug in RACES, slug
    st.page_link("pages/train.py", label=label, query_params={"race": slug} | ({"corpus": corpus} if corpus else {}))


@as_part
def code(file: str, name: str, line: str) -> None:
    """The source of a function that ran, with its formula's line named. Read as text: nothing is imported for it."""
    heading(_("The code"))
    source = source_of(file, name)
    number = next(place for place, text in enumerate(source.splitlines(), 1) if line in text)
    source_code.show(source, number)
    st.caption(_("{file}: this is what just ran. The formula is line {number}.").format(file=file, number=number))


@cache
def source_of(file: str, name: str) -> str:
    """The source of a function or class of a file of this project; `name` may be `Class.method`."""
    text = (ROOT / file).read_text(encoding="utf-8")
    node: ast.AST = ast.parse(text)
    for part in name.split("."):
        node = next(child for child in ast.iter_child_nodes(node) if getattr(child, "name", None) == part)
    found = ast.get_source_segment(text, node, padded=True)
    assert found is not None
    return found


@as_part
def what_we_know(slug: str, knowledge: str, further: Sequence[Further] = ()) -> None:
    """What this lesson adds to the answer of the riddle, where to read on (`further`, else ui/further.py), and the next lesson."""
    record.mark_read(slug)
    heading(_("What we now know"))
    st.markdown(knowledge)
    st.markdown("\n".join(f"- [{place.title}]({place.address}): {_(place.why)}" for place in reading_of(slug, further)))
    _onward(slug)


def _onward(slug: str) -> None:
    """The next lesson, and the one the story goes on with where that is another."""
    after, story = catalogue.following(slug), catalogue.following_in_story(slug)
    with st.container(key="onward", horizontal=True):
        if after is not None:
            st.page_link(after.script, label=_("Next: {number}. {title}").format(number=after.number, title=_(after.title)))
        if story is not None and story != after:
            told = _("Or follow the story of “it”: {number}. {title}")
            st.page_link(story.script, label=told.format(number=story.number, title=_(story.title)))


def expert() -> AbstractContextManager[object]:
    """The third depth: closed until it is asked for."""
    return st.expander(_("For experts"))


def term(word: str, explanation: str = "") -> None:
    """A prerequisite, explained in a pop-up at its first use: one of `ui.terms.TERMS` by its name, or a word with its explanation."""
    if not explanation:
        terms.explain(word)
        return
    with st.popover(word, type="tertiary", width="content"):
        st.markdown(explanation)

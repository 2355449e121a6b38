"""Every finished lesson keeps to the anatomy: bet, try it, what you see, formula, break it, code, three questions, what we know.

What a page does is heard at the functions of `ui/lesson.py` and `ui/check.py`; what no message shows is left to browser tests.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import catalogue
from catalogue import Lesson
from figures.payload import unpack
from tests.test_architecture import BLOCK_TORCH
from ui import check, first, lesson, prose
from ui.questions import Cell, Choice, Number, Question
from ui.record_file import Bet, Record, from_json, to_json

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app.py"
READY = [found for found in catalogue.LESSONS if found.ready]
PARTS = ("bet", "try_it", "what_you_see", "formula", "breaking", "code", "expert", "what_we_know")
each_lesson = pytest.mark.parametrize("shown", READY, ids=lambda found: found.slug)

SENTENCES = {
    "one token": "dog",
    "one letter": "a",
    "one word five times": "the the the the the",
    "unknown words": "xyzzy Plugh quux",
    "a caption": "a man in an orange hat starring at something .",
    "hyphens and digits": "two young, white-haired women sit on 3 well-worn steps",
    "long": "the small dog that the old man saw did not sleep " * 3,
    "another script": "\u72ac\u304c\u5bdd\u308b \U0001f415",
}


class Heard:
    """The calls of one run of a page: name of the part -> arguments of each call, and their order."""

    def __init__(self) -> None:
        self.calls: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = defaultdict(list)
        self.order: list[str] = []
        self.sentences: list[str] = []
        self.looking = False

    def listen(self, monkeypatch: pytest.MonkeyPatch, module: object, name: str, called: str = "") -> None:
        original: Callable[..., Any] = getattr(module, name)

        def heard(*arguments: Any, **named: Any) -> Any:
            self.calls[called or name].append((arguments, named))
            self.order.append(called or name)
            self.looking = name == "what_you_see"
            try:
                return original(*arguments, **named)
            finally:
                self.looking = False

        monkeypatch.setattr(module, name, heard)

    def listen_to_prose(self, monkeypatch: pytest.MonkeyPatch) -> None:
        draw = prose._PROSE

        def said(*, key: str, data: list[tuple[str, str | None]]) -> Any:
            if self.looking:
                self.sentences.append("".join(text for text, _ in data))
            return draw(key=key, data=data)

        monkeypatch.setattr(prose, "_PROSE", said)

    def argument(self, name: str, place: int, keyword: str) -> list[Any]:
        return [arguments[place] if len(arguments) > place else named.get(keyword) for arguments, named in self.calls[name]]

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(self.calls["check"][-1][0][1]) if self.calls["check"] else ()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    listener = Heard()
    for name in PARTS:
        listener.listen(monkeypatch, lesson, name)
    listener.listen(monkeypatch, check, "_one_at_a_time", "check")
    listener.listen_to_prose(monkeypatch)
    return listener


def open_lesson(shown: Lesson, heard: Heard, **address: str) -> AppTest:
    """The page, its bets made: some are shown in full only then."""
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in address.items():
        app.query_params[name] = value
    app = app.run().switch_page(f"pages/{shown.script.name}").run()
    assert not app.exception, [error.value for error in app.exception]
    made = {name: Bet(question, choices[0]) for name, question, choices in bets(heard)}
    app.session_state["record"] = Record(bets=made)
    for calls in (heard.calls, heard.order, heard.sentences):
        calls.clear()
    app.run()
    assert not app.exception, [error.value for error in app.exception]
    return app


def bets(heard: Heard) -> Iterator[tuple[str, str, list[str]]]:
    for name, question, choices in zip(*(heard.argument("bet", *at) for at in ((0, "name"), (1, "question"), (2, "choices"))), strict=True):
        yield name, question, list(choices)


def words_of(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", text.strip()) if part]


@each_lesson
def test_the_anatomy_is_whole_and_in_order(shown: Lesson, heard: Heard) -> None:
    app = open_lesson(shown, heard)
    assert app.title[0].value == shown.question
    assert not app.error, [error.value for error in app.error]
    missing = [part for part in (*PARTS, "check") if part not in heard.order]
    assert not missing, f"not called in ui.lesson: {missing} (breaking: by break_it, or around a control of the page's own)"
    told = ("bet", "try_it", "what_you_see", "formula", "breaking", "code", "check", "what_we_know")
    first_time = [heard.order.index(part) for part in told]
    assert first_time == sorted(first_time), list(dict.fromkeys(heard.order))
    assert heard.argument("what_we_know", 0, "slug") == [shown.slug]


@each_lesson
def test_the_bet_comes_before_anything_is_shown(shown: Lesson, heard: Heard) -> None:
    app = AppTest.from_file(APP, default_timeout=120).run().switch_page(f"pages/{shown.script.name}").run()
    assert heard.order[0] == "bet" and len(app.button_group) >= 1
    for name, question, choices in bets(heard):
        assert name.startswith(f"{shown.slug}."), "the record keeps a bet under its lesson's slug"
        assert question and 2 <= len(choices) <= 6 and len(set(choices)) == len(choices)
    bet = heard.argument("bet", 0, "name")[0]
    group = next(group for group in app.button_group if group.key == f"bet_choice_{bet}")
    group.set_value(group.options[0] if isinstance(group.options[0], str) else group.options[0].content).run()
    assert not app.exception
    assert app.session_state["record"].bets[bet].question


@each_lesson
def test_what_you_see_is_short(shown: Lesson, heard: Heard) -> None:
    open_lesson(shown, heard)
    sentences = words_of(" ".join(heard.sentences))
    assert 2 <= len(sentences) <= 8, sentences
    assert 1 <= len(heard.sentences) <= 5
    assert any(character.isdigit() for character in " ".join(heard.sentences)), "the learner's own numbers"


@each_lesson
def test_the_formula_is_bound_to_here_and_now(shown: Lesson, heard: Heard) -> None:
    open_lesson(shown, heard)
    for latex, symbols, section in zip(
        heard.argument("formula", 0, "latex"), heard.argument("formula", 1, "symbols"), heard.argument("formula", 2, "section"), strict=True
    ):
        assert latex and len(symbols) >= 2
        assert re.match(r"\d(\.\d)*", section), "where it stands in the paper"
        assert all(symbol.latex and symbol.meaning and symbol.here for symbol in symbols)
    assert any(
        character.isdigit() for symbols in heard.argument("formula", 1, "symbols") for symbol in symbols for character in symbol.here
    )


@each_lesson
def test_breaking_says_which_of_two_experiments_it_is(shown: Lesson, heard: Heard) -> None:
    open_lesson(shown, heard)
    assert set(heard.argument("breaking", 0, "absence")) <= {"removed now", "trained without"}


@each_lesson
def test_the_code_is_ours_and_has_its_marked_line(shown: Lesson, heard: Heard) -> None:
    open_lesson(shown, heard)
    places = [heard.argument("code", *at) for at in ((0, "file"), (1, "name"), (2, "line"))]
    for file, name, line in zip(*places, strict=True):
        assert file.startswith("model/")
        assert line in lesson.source_of(file, name)


def check_question(question: Question) -> None:
    assert question.text.strip() and "{" not in question.text
    if isinstance(question, Choice):
        assert 0 <= question.right < len(question.choices) == len(question.why)
        assert len(set(question.choices)) == len(question.choices), "two choices read the same"
        assert all(question.why)
    elif isinstance(question, Number):
        assert question.tolerance >= 0 and question.why and question.judge(question.right).right
        for value, why in question.wrong:
            assert why
            assert abs(value - question.right) <= question.tolerance + 1e-9 or question.judge(value) == check.Answer(False, why)
    else:
        header, _ = unpack(question.payload)
        rows, columns = len(header["rows"]), len(header["columns"])
        assert question.right and all(0 <= i < rows and 0 <= j < columns for i, j in question.right)
        assert len(question.right) < rows * columns, "every cell is right"
        assert question.why
        assert all(question.why_not(i, j) for i in range(rows) for j in range(columns) if (i, j) not in question.right)


def check_questions(questions: tuple[Question, ...]) -> None:
    assert len(questions) == 3
    assert {question.idea for question in questions} == {"prediction", "misconception", "transfer"}
    assert {type(question) for question in questions} == {Choice, Number, Cell}
    assert len({question.name for question in questions}) == 3
    for question in questions:
        check_question(question)


@each_lesson
def test_three_questions_of_three_ideas_and_three_kinds(shown: Lesson, heard: Heard) -> None:
    open_lesson(shown, heard)
    check_questions(heard.questions)
    answers = {f"{shown.slug}.{question.name}": True for question in heard.questions}
    made = {name: Bet(question, choice) for name, question, choices in bets(heard) for choice in choices}
    assert from_json(to_json(Record(answers=answers, bets=made))).answers == answers, "a name the record does not take"


@each_lesson
def test_questions_follow_the_stage(shown: Lesson, heard: Heard) -> None:
    """Another sentence keeps the questions' names, by which the record knows them."""
    names = []
    for source in (first.SOURCES[0], "the old woman sees the small dog"):
        open_lesson(shown, heard, source=source)
        names.append([question.name for question in heard.questions])
    assert names[0] == names[1]


@each_lesson
def test_its_questions_can_come_back_elsewhere(shown: Lesson, heard: Heard) -> None:
    """Built for another page they are the questions of this one, by their names."""
    app = open_lesson(shown, heard)
    own = [question.name for question in heard.questions]
    app.session_state["record"] = Record(answers={f"{shown.slug}.{name}": False for name in own})
    app.switch_page("pages/progress.py").run()
    assert not app.exception and "Asked again" in [header.value for header in app.header]
    assert f"From lesson {shown.number}" in "".join(caption.value for caption in app.caption)


@each_lesson
@pytest.mark.parametrize("kind", SENTENCES)
def test_odd_sentences_are_served_too(shown: Lesson, heard: Heard, kind: str) -> None:
    app = open_lesson(shown, heard, source=SENTENCES[kind])
    assert not app.error, [error.value for error in app.error]
    check_questions(heard.questions)


@each_lesson
def test_an_untrained_model_is_served_too(shown: Lesson, heard: Heard) -> None:
    open_lesson(shown, heard, model="toy:untrained")
    check_questions(heard.questions)


@each_lesson
def test_a_table_stands_beside_every_picture(shown: Lesson, heard: Heard) -> None:
    """Every component that is given arrays to draw is given the word for its table too; what is only kept draws nothing."""
    app = open_lesson(shown, heard)
    given = [proto for element in app.main if (proto := getattr(element, "proto", None)) is not None and getattr(proto, "bytes", b"")]
    pictures = [proto.bytes for proto in given if proto.component_name != "lab_kept"]
    assert pictures, "a lesson has pictures"
    for data in pictures:
        header, _ = unpack(data)
        words = header.get("words") or header.get("texts") or {}
        assert words.get("table"), f"no word for a table among {sorted(words)[:8]} ..."


@each_lesson
def test_reading_on_names_the_paper_the_lecture_and_the_best_from_elsewhere(shown: Lesson, heard: Heard) -> None:
    app = open_lesson(shown, heard)
    links = [line for text in app.markdown for line in text.value.splitlines() if line.startswith("- [")]
    for address in ("1706.03762", "bCz4OMemCcA", "hkproj"):
        assert any(address in line for line in links), address
    assert len(links) >= 4


PROGRAM = """
from streamlit.testing.v1 import AppTest
from ui.record_file import Bet, Record
app = AppTest.from_file("app.py", default_timeout=120).run().switch_page({page!r}).run()
assert not app.exception, [error.value for error in app.exception]
assert not app.error, [error.value for error in app.error]
for group in app.button_group:
    if group.key and group.key.startswith("bet_choice_"):
        name = group.key.removeprefix("bet_choice_")
        record = app.session_state["record"]
        record.bets[name] = Bet("?", "x")
app.run()
assert not app.exception, [error.value for error in app.exception]
assert "torch" not in sys.modules
"""


@each_lesson
def test_the_first_view_needs_no_torch(shown: Lesson) -> None:
    program = BLOCK_TORCH + PROGRAM.replace("{page!r}", repr(f"pages/{shown.script.name}"))
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr[-3000:]

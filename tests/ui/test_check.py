"""Questions: what counts as a right number, which mistake explains a wrong one, what comes back and when."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from figures.payload import Tokens, matrix_payload, unpack, with_header
from ui import returning
from ui.questions import Answer, Cell, Choice, Number, number_in
from ui.record_file import Record

SHARE = Number(
    "share", "misconception", "How much is left?", 70.0, 2.0, "%", "It sums to 100 %.", ((30.0, "That is the rest."), (69.0, "never"))
)


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("0.25", "", 0.25), ("0,25", "", 0.25), (" 1 / 4 ", "", 0.25), ("-3", "", -3), ("\u22123", "", -3), (".5", "", 0.5),
        ("25 %", "", 0.25),
        ("71", "%", 71), ("71 %", "%", 71), ("71\u202f%", "%", 71), ("2.5 bits", "bits", 2.5), ("1e-3", "", 0.001), ("1 000", "", 1000),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(written: str, unit: str, value: float) -> None:
    assert number_in(written, unit) == pytest.approx(value)


@pytest.mark.parametrize("written", ["", " ", "abc", "nan", "inf", "1e999", "1/0", "--3", "1.2.3", "\u00bd\u00bd", "%", "0x10", "\ud800"])
def test_what_is_no_number_is_none(written: str) -> None:
    assert number_in(written) is None


@given(st.text(max_size=40), st.sampled_from(["", "%", "bits", "tokens"]))
def test_any_text_is_a_finite_number_or_none(written: str, unit: str) -> None:
    value = number_in(written, unit)
    assert value is None or np.isfinite(value)


def test_a_number_is_right_within_its_tolerance_and_a_known_mistake_is_explained() -> None:
    assert SHARE.judge(71.9) == SHARE.judge(68.0) == Answer(True, "It sums to 100 %.")
    assert SHARE.judge(31) == Answer(False, "That is the rest.")
    assert SHARE.judge(50) == Answer(False, "It sums to 100 %.")
    assert SHARE.judge(69.0).right, "a mistake as close as the truth is the truth"


def payload() -> bytes:
    rows = Tokens(("a", "b"))
    return matrix_payload(np.eye(2), rows, rows, "weights", {"table": "Show"}, allowed=np.tri(2, dtype=bool))


def test_more_in_a_header_leaves_the_arrays() -> None:
    header, arrays = unpack(with_header(payload(), ask={"hint": "x"}))
    before, kept = unpack(payload())
    assert header["ask"] == {"hint": "x"} and header["words"] == before["words"]
    for name in kept:
        np.testing.assert_array_equal(arrays[name], kept[name])
        assert arrays[name].dtype == kept[name].dtype


def test_a_cell_is_judged() -> None:
    cell = Cell("c", "transfer", "?", payload(), frozenset({(0, 1)}), "yes", lambda i, j: f"not {i}, {j}")
    assert cell.judge((0, 1)) == Answer(True, "yes") and cell.judge((1, 0)) == Answer(False, "not 1, 0")


def page() -> None:
    from ui import check
    from ui.questions import Choice, Number

    check.check_yourself(
        "heads",
        [
            Number("share", "misconception", "How *much*?", 70.0, 2.0, "%", "It sums to 100 %.", ((30.0, "That is the rest."),)),
            Choice("which", "prediction", "Which?", ("this", "that"), 0, ("yes", "no")),
        ],
    )


def protos(app: AppTest) -> str:
    return "\n".join(str(getattr(element, "proto", "")) for element in app.main)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_a_typed_answer_is_explained_and_the_first_one_counts() -> None:
    app = AppTest.from_function(page, default_timeout=30).run()
    assert not [button for button in app.button if button.label == "Next question"]
    app.text_input[0].set_value("lots")
    press(app, "Check")
    assert "no number" in protos(app) or "not a number" in protos(app)
    assert not app.session_state["record"].answers, "what is no number is no answer"
    app.text_input[0].set_value("30")
    press(app, "Check")
    assert "That is the rest." in protos(app)
    app.text_input[0].set_value("70")
    press(app, "Check")
    assert "Right." in protos(app) and app.session_state["record"].answers == {"heads.share": False}
    press(app, "Next question")
    app.radio[0].set_value(0).run()
    press(app, "How did I do?")
    assert "asked again two lessons on" in protos(app) and not app.exception


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("lesson_with_questions")
    question = Choice("sum", "prediction", "Asked again?", ("this", "that"), 0, ("yes", "no"))
    module.build = lambda at, shown: [question]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lesson_with_questions", module)
    monkeypatch.setattr(returning, "QUESTIONS", {"positions": "lesson_with_questions:build"})


def test_what_went_wrong_opens_the_questions_two_lessons_later(registered: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from ui import stage

    monkeypatch.setattr(stage, "reading", lambda: None)
    monkeypatch.setattr(stage, "current", lambda: None)
    app = AppTest.from_function(page, default_timeout=30)
    app.session_state["record"] = Record(answers={"positions.sum": False, "positions.gone": False, "embeddings.sum": False})
    app.run()
    assert "From lesson 7" in app.caption[0].value, "the questions of lesson 9 begin with the one of lesson 7"
    app.radio[0].set_value(1).run()
    assert app.session_state["record"].again == {"positions.sum": False}
    app.radio[0].set_value(0).run()
    assert app.session_state["record"].again == {"positions.sum": True} and app.session_state["record"].answers["positions.sum"] is False
    press(app, "To the questions of this lesson")
    assert "Question 1 of 2" in app.caption[0].value


def test_a_question_its_lesson_asks_no_more_does_not_come_back(registered: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from ui import stage

    monkeypatch.setattr(stage, "reading", lambda: None)
    monkeypatch.setattr(stage, "current", lambda: None)
    app = AppTest.from_function(page, default_timeout=30)
    app.session_state["record"] = Record(answers={"positions.gone": False})
    app.run()
    assert not app.exception and "Question 1 of 2" in app.caption[0].value

"""The anatomy of a lesson: a bet is locked in once, code is the code that runs, questions come one at a time."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

import catalogue
from ui import further, lesson, terms


def page() -> None:
    import streamlit as st

    from ui import check, lesson
    from ui.prose import Said, percent, say

    made = lesson.bet("demo.noun", "Which noun?", ("animal", "street"))
    if made is None:
        st.stop()
    with lesson.try_it():
        st.text("the centrepiece")
    lesson.what_you_see(lambda: say("{word} gets {share}.", "seen", word=Said("*il*", "target"), share=percent(0.7)))
    lesson.formula(r"QK^\top", [lesson.Symbol("Q", "queries", "9 × 16")], "3.2.1")
    if lesson.break_it("removed now", "Without the mask", "broken"):
        lesson.before_and_after("exact match", "100 %", "27 %")
    lesson.code("model/attention.py", "attend", "softmax")
    check.check_yourself(
        "demo",
        [
            check.Choice("first", "prediction", "One?", ("$a$", "b"), 1, ("no, since", "yes, since")),
            check.Choice("second", "transfer", "Two?", ("c", "d"), 0, ("yes", "no")),
        ],
    )
    lesson.what_we_know("mask", "Now we know.", [lesson.Further("The paper", "https://arxiv.org/abs/1706.03762", "section 3")])


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(lesson, "_onward", lambda slug: None)  # there is no navigation to link into
    test = AppTest.from_function(page, default_timeout=30).run()
    assert not test.exception
    return test


def protos(shown: AppTest) -> str:
    """What the components were given: AppTest sees them only as messages."""
    return "\n".join(str(getattr(element, "proto", "")) for element in shown.main)


def test_nothing_is_shown_before_the_bet(shown: AppTest) -> None:
    assert not shown.text and not shown.code
    shown.button_group[0].set_value("street").run()
    assert not shown.exception
    assert shown.text[0].value == "the centrepiece"
    assert shown.caption[0].value == "Which noun? · Your bet: street"
    assert not shown.button_group, "locked in"


def test_break_it_says_which_of_two_things_it_is(shown: AppTest) -> None:
    shown.button_group[0].set_value("animal").run()
    assert not any("“removed now”" in caption.value for caption in shown.caption), "it stands beside its result"
    shown.toggle[0].set_value(True).run()
    assert any("“removed now”" in caption.value for caption in shown.caption)
    assert [metric.value for metric in shown.metric] == ["100 %", "27 %"]


def test_one_question_at_a_time(shown: AppTest) -> None:
    shown.button_group[0].set_value("animal").run()
    assert len(shown.radio) == 1 and shown.radio[0].options == [r"\$a\$", "b"]
    shown.radio[0].set_value(0).run()
    assert "Not this one." in protos(shown) and "no, since" in protos(shown)
    next(button for button in shown.button if button.label == "Next question").click().run()
    assert shown.radio[0].label == "Two?"
    assert shown.session_state["record"].answers == {"demo.first": False}


def test_the_code_is_the_code_that_runs() -> None:
    source = lesson.source_of("model/attention.py", "attend")
    assert source.startswith("def attend(")
    assert lesson.source_of("ui/address.py", "Stage.parameters").lstrip().startswith("def parameters(")


def test_both_orders_go_through_every_lesson_once() -> None:
    assert sorted(catalogue.STORY) == [lesson.number for lesson in catalogue.LESSONS] == list(range(1, 16))


@pytest.mark.parametrize("following", [catalogue.following, catalogue.following_in_story])
def test_following_leads_through_what_is_finished(
    following: Callable[[str], catalogue.Lesson | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue.Lesson, "ready", property(lambda self: self.number % 3 == 1))
    here: catalogue.Lesson | None = catalogue.LESSONS[0]
    met = []
    while here is not None:
        met.append(here.number)
        here = following(here.slug)
    assert sorted(met) == [1, 4, 7, 10, 13]


def test_what_is_taken_for_granted_is_explained_or_a_lesson() -> None:
    for found in catalogue.LESSONS:
        for name in found.prerequisites:
            assert name in terms.TERMS or name in {other.slug for other in catalogue.LESSONS}


def test_every_lesson_says_where_to_read_on() -> None:
    for found in catalogue.LESSONS:
        places = further.reading_of(found.slug)
        assert "1706.03762" in places[0].address and len(places) >= 4
        assert all(place.address.startswith("https://") and place.why for place in places)


def test_a_work_is_named_once() -> None:
    own = further.Further("The paper", "https://arxiv.org/abs/1706.03762", "all of it")
    again = further.Further("The paper, section 3", "https://arxiv.org/html/1706.03762v7#S3", "a part")
    found = further.reading_of("heads", [own, again, further.LECTURE[0]])
    assert found == [own, *further.LECTURE]


def test_races_have_names_the_train_page_reads() -> None:
    with pytest.raises(AssertionError):
        lesson.race_link("no-thing", "Race")


def own_control() -> None:
    import streamlit as st

    from ui import lesson

    with lesson.breaking("trained without", "the order"):
        st.slider("drag", 0, 9)
    lesson.term("exponential")
    lesson.term("radian", "About 57 degrees.")


def test_a_page_may_break_with_a_control_of_its_own() -> None:
    app = AppTest.from_function(own_control, default_timeout=30).run()
    assert not app.exception and app.header[0].value == "Break it: the order" and app.slider
    assert "“trained without it”" in app.caption[0].value


class Text(HTMLParser):
    """The text of a page of HTML, its numbers of lines left out, and what stands in its marked line."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.text = self.marked = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"div", "pre", "span"}, "nothing of the code is a tag"
        self.inside.append(dict(attrs).get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        self.inside.pop()

    def handle_data(self, data: str) -> None:
        if "linenos" not in self.inside:
            self.text += data
            self.marked += data if "hll" in self.inside else ""


def coded() -> None:
    from ui import source_code

    source_code.show('def less(a, b):\n    """<b>a & b</b>"""\n    return a < b\n', 3)


def test_code_is_shown_letter_by_letter_with_one_line_marked() -> None:
    app = AppTest.from_function(coded, default_timeout=30).run()
    assert not app.exception
    shown = Text(app.main[0].proto.body)
    assert shown.text.strip("\n") == 'def less(a, b):\n    """<b>a & b</b>"""\n    return a < b'
    assert shown.marked.strip() == "return a < b"

"""The Train page with runs in it: whose they are, races, one's own text, models brought along. No worker: what trains is played."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from lab import Laboratory, RunView, close_laboratory, front, laboratory, plan, race
from lab.spec import MEMBERS
from model.errors import LabError
from tests.lab.conftest import Stage, small
from ui import lesson, pace, readings, stage, train, train_film, train_live, train_models, train_race, train_samples, train_words, wording
from ui.train_actions import CHOSEN, act, done
from ui.train_own import Text

ROOT = Path(__file__).parents[2]
CONTROLS = ("train_pause", "train_stop", "train_resume", "train_delete")


@pytest.fixture
def played(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The laboratory of the page, with workers the test speaks for."""
    close_laboratory()
    stage = Stage(data_folder)
    monkeypatch.setattr(front, "_only", stage.open())
    yield stage
    close_laboratory()


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(wording, "notice", lambda text, key: said.append(text))
    return said


def visit(visitor: str, run: str | None = None) -> AppTest:
    """The page as that visitor has it."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    page.session_state["visitor"] = visitor
    if run is not None:
        page.session_state[CHOSEN] = run
    page.run().switch_page("pages/train.py").run()
    assert not page.exception, [error.value for error in page.exception]
    return page


def keys(page: AppTest) -> set[str]:
    return {str(button.key) for button in page.button} | {str(field.key) for field in page.text_input}


def started(lab: Laboratory, visitor: str = "mine") -> str:
    return lab.start(visitor, small("a run"))


def test_its_owner_steers_a_run_and_a_stranger_looks_on(played: Stage) -> None:
    run = started(played.laboratory)
    assert {"train_pause", "train_stop", f"train_name_{run}"} <= keys(visit("mine", run))
    theirs = keys(visit("yours", run))
    assert not theirs & {*CONTROLS, f"train_name_{run}"}


@pytest.mark.parametrize(("what", "more"), [("pause", ()), ("stop", ()), ("resume", ()), ("rename", ("mine now",)), ("delete", ())])
def test_no_action_of_a_stranger_reaches_a_run(played: Stage, monkeypatch: pytest.MonkeyPatch, what: str, more: tuple[str, ...]) -> None:
    """What the widgets call, called as if a stranger had them."""
    lab = played.laboratory
    run = started(lab)
    if what == "resume":
        lab.pause("mine", run)
        played.workers[0].end("paused")
    before = played.state(run), lab.get(run).name
    mistakes: list[LabError] = []
    monkeypatch.setattr("ui.train_actions.visitor_key", lambda: "yours")
    monkeypatch.setattr("ui.train_actions.keep_mistake", mistakes.append)
    monkeypatch.setattr("ui.train_actions.redraw", lambda: None)
    assert not done(what, run, *more)
    act(what, run, *more)
    assert (played.state(run), lab.get(run).name) == before
    assert [mistake.code for mistake in mistakes] == ["unknown_run"] * 2


def test_runs_of_another_are_in_no_table_and_no_list(played: Stage) -> None:
    run = started(played.laboratory)
    page = visit("yours")
    assert not page.dataframe and page.session_state[CHOSEN] is None
    mine = visit("mine")
    assert len(mine.dataframe) == 1 and mine.session_state[CHOSEN] == run


def test_a_paused_run_can_be_resumed_and_named(played: Stage) -> None:
    lab = played.laboratory
    run = started(lab)
    lab.pause("mine", run)
    played.workers[0].end("paused")
    assert played.state(run) == "paused"
    page = visit("mine", run)
    page.text_input(key=f"train_name_{run}").set_value("another name").run()
    assert lab.get(run).name == "another name"
    page.button(key="train_resume").click().run()
    assert not page.exception and played.state(run) == "running"


def test_a_run_is_deleted_for_good(played: Stage) -> None:
    lab = played.laboratory
    run = started(lab)
    lab.stop("mine", run)
    played.workers[0].end("stopped")
    played.settle()
    page = visit("mine", run)
    page.button(key="train_delete").click().run()
    assert not page.exception and not lab.list_runs("mine") and page.session_state[CHOSEN] is None


def test_a_run_that_waits_says_its_place_and_its_time(played: Stage) -> None:
    lab = played.laboratory
    runs = [lab.start("mine", plan(f"run {number}", steps=500)) for number in range(3)]
    played.settle()
    told = [train_words.state_sentence(lab.get(run)) for run in runs]
    assert told[1].startswith("Waiting at place 1 of the queue, for about") and told[2].startswith("Waiting at place 2")


def test_a_second_touch_of_a_button_is_no_mistake(played: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for has come; and of what never trained nothing is said to be kept."""
    lab = played.laboratory
    _first, run = started(lab), started(lab)
    mistakes: list[LabError] = []
    monkeypatch.setattr("ui.train_actions.visitor_key", lambda: "mine")
    monkeypatch.setattr("ui.train_actions.keep_mistake", mistakes.append)
    monkeypatch.setattr("ui.train_actions.redraw", lambda: None)
    told = []
    for what in ("pause", "pause", "stop", "stop", "resume", "resume"):
        act(what, run)
        told.append(train_words.state_sentence(lab.get(run)))
    assert told[1] == "Paused before its first step; it can go on from here."
    assert told[3] == "Stopped before its first step."
    assert told[5].startswith("Waiting at place 1") or told[5].startswith("Next in line")
    assert not mistakes


def test_one_run_too_many_is_refused_where_it_was_asked_for(played: Stage, notices: list[str]) -> None:
    """Once, and the runs there are stay as they are."""
    runs = {started(played.laboratory) for _ in range(4)}
    page = visit("mine", min(runs))
    page.button(key="train_start").click().run()
    assert [said for said in notices if "You have 4 runs going: 1 may train and 3 may wait." in said]
    assert {run.id for run in played.laboratory.list_runs("mine")} == runs
    notices.clear()
    page.run()
    assert not notices


def test_no_two_runs_are_given_one_name(played: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that is free again in their count is not given twice."""
    lab = played.laboratory
    monkeypatch.setattr("ui.train.visitor_key", lambda: "mine")
    runs = [lab.start("mine", plan(train._name_of(lab, "reversing", False), "reversing")) for _ in range(3)]
    lab.stop("mine", runs[1])
    lab.delete("mine", runs[1])
    assert train._name_of(lab, "reversing", False) == "Reversing 4"


def test_what_goes_on_with_stories_has_no_place_on_the_stage(played: Stage) -> None:
    """A link to it is answered in a sentence, and it is not offered; a translator is."""
    lab = played.laboratory
    told, translates = lab.start("mine", plan("told", "stories")), lab.start("mine", small("turns round"))
    for run in (told, translates):
        played.settle()
        (lab.folder(run) / "config.json").write_text("{}")
        played.workers[0].end()
    played.settle()
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    page.session_state["visitor"] = "mine"
    page.query_params["model"] = f"run:{told}"
    page.run()
    assert not page.exception and page.session_state["stage"].model in readings.trained_names()
    line = page.session_state[stage._MISTAKE]
    assert line["error"].code == "continues" and "“told” goes on with stories" in str(line["error"])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ui.train_models.visitor_key", lambda: "mine")
        assert train_models.own_models() == (f"run:{translates}",)


# Races


def test_lessons_and_the_page_know_the_same_switches() -> None:
    assert set(lesson.RACES) == set(train_race.SWITCHES)


@pytest.mark.parametrize("switch", train_race.SWITCHES)
def test_each_switch_changes_one_thing_and_says_which(switch: str) -> None:
    base = plan("base", "grammar")
    first, second = train_race.race_of(base, [switch]).members
    assert (first.shape, first.training) == (base.members[0].shape, base.members[0].training)
    changed = {
        name
        for one, other in ((first.shape, second.shape), (first.training, second.training))
        for name, value in one.as_dict().items()
        if other.as_dict()[name] != value
    }
    assert changed - {"d_k", "d_v"} == {"high-rate": {"rate"}}.get(switch, set(train_race.SWITCHES[switch]))
    assert second.name == train_race.title(switch) and first.training.seed == second.training.seed
    assert train_race.difference(switch, 0.008) in train_race.told([switch], 0.008)


def test_a_switch_that_changes_nothing_and_too_many_are_refused() -> None:
    base = plan("base", "grammar", heads=1)
    for switches, code in ([["one-head"], "no_difference"], [[], "no_switch"], [list(train_race.SWITCHES)[:MEMBERS], "members"]):
        with pytest.raises(LabError) as caught:
            train_race.race_of(base, switches)
        assert caught.value.code == code and "{" not in str(caught.value)


def test_a_race_starts_from_the_page(played: Stage) -> None:
    page = visit("mine")
    page.session_state["train_mode"] = "race"
    page.session_state["train_race"] = ["no-mask", "no-scaling"]
    page.run()
    assert not page.exception
    page.button(key="train_start").click().run()
    (run,) = played.laboratory.list_runs("mine")
    assert run.kind == "race" and [member.name for member in run.members] == ["as it is", "no scaling", "no mask"]


def test_a_race_that_is_looked_at_names_what_differs() -> None:
    spec = race(plan("base"), {"as it is": {}, "no mask": {"causal_mask": False}})
    assert "may read the words it has yet to write" in train_race.told_of(spec)
    assert train_race.told_of(race(plan("base"), {"one": {}, "of the past": {"heads": 1}})) == ""


# One's own text


def test_own_text_is_learnt_from_once_it_is_read(played: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    source = played.laboratory.keep_text("mine", "my lines", b"a b\tb a\n" * 3)
    read: Future[dict[str, Any]] = Future()
    read.set_result({"lines": 9, "kept": 3, "removed": {"duplicate": 6}, "pairs": [["a b", "b a"]], "sizes": {"train": 1, "test": 2}})
    page = visit("mine")
    page.session_state["train_corpus"] = "own"
    page.run()
    assert not page.exception and page.button(key="train_start").disabled
    page.session_state["train_own_text"] = Text(source, read)
    page.run()
    assert not page.exception and not page.button(key="train_start").disabled
    assert any("6 that are there twice" in caption.value for caption in page.caption)
    page.button(key="train_start").click().run()
    (run,) = played.laboratory.list_runs("mine")
    assert run.spec.corpus == source and run.spec.tokenizer == "unigram" and run.name == "my lines 1"


def test_own_text_that_cannot_be_learnt_from_says_why(played: Stage, notices: list[str]) -> None:
    source = played.laboratory.keep_text("mine", "short", b"a\tb")
    read: Future[dict[str, Any]] = Future()
    read.set_exception(LabError("too_few_pairs", "Only {count} are left.", "pairs", count=1))
    page = visit("mine")
    page.session_state["train_corpus"] = "own"
    page.session_state["train_own_text"] = Text(source, read)
    page.run()
    assert not page.exception and "Only 1 are left." in notices and page.button(key="train_start").disabled


# What is written


def common(ours: list[str], theirs: list[str]) -> int:
    """Length of the longest run of words both have in the same order, by trying every choice of our words."""
    best = 0
    for choice in range(2 ** len(ours)):
        chosen = [word for place, word in enumerate(ours) if choice >> place & 1]
        rest = iter(theirs)
        if all(word in rest for word in chosen):
            best = max(best, len(chosen))
    return best


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=6))
def test_words_that_belong_are_the_most_that_can(ours: list[str], theirs: list[str]) -> None:
    found = train_samples.compared(" ".join(ours), " ".join(theirs))
    assert [word for word, _ in found] == ours
    kept = [word for word, right in found if right]
    rest = iter(theirs)
    assert all(word in rest for word in kept) and len(kept) == common(ours, theirs)


def test_a_run_brought_along_has_no_steps_to_tell(played: Stage) -> None:
    lab = played.laboratory
    spec = small("brought")
    lab._supervisor.ask(lambda: lab.journal.add("0" * 20, front._hashed("mine"), "brought", "import", spec.as_dict(), 1, state="done"))
    view: RunView = lab.get("0" * 20)
    assert train_words.state_sentence(view).startswith("Brought along") and train_words.learnt(view) == "brought along"
    assert json.dumps(train_words.state_sentence(view))
    visit("mine", view.id)
    assert laboratory() is lab


def test_a_run_that_has_just_begun_is_given_a_moment_for_its_first_numbers(played: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = played.laboratory
    run = started(lab)
    played.settle()
    monkeypatch.setattr(pace.PACE, "numbers", 0.2)
    begun = lab.get(run)
    assert train_live._with_first_numbers(begun).step == 0, "it gives up"
    monkeypatch.setattr(pace.PACE, "numbers", 20.0)
    speaking = threading.Timer(0.1, played.workers[0].say, ("step",), {"run": run, "member": 0, "step": 1, "seconds": 0.1, "loss": 6.0})
    speaking.start()
    assert train_live._with_first_numbers(begun).step == 1


def test_a_sentence_that_is_refused_leaves_the_film_as_it_was(played: Stage, notices: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run = started(played.laboratory)
    played.settle()
    drawn: list[tuple[str, str]] = []
    monkeypatch.setattr(train_film, "has_film", lambda view: True)
    monkeypatch.setattr(train_film, "watched", lambda view: ("good", "bon"))
    monkeypatch.setattr(train_film, "_draw", lambda view, source, target: drawn.append((source, target)))
    page = visit("mine", run)
    assert drawn[-1] == ("good", "bon") and not page.exception

    def refused(view: RunView) -> tuple[str, str]:
        raise LabError("sentence_empty", "Write a sentence.", "sentence")

    monkeypatch.setattr(train_film, "watched", refused)
    before = len(drawn)
    page.run()
    assert len(drawn) == before + 1 and drawn[-1] == ("good", "bon") and notices[-1].startswith("Write a sentence")


def test_another_sentence_makes_what_trains_rest(played: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    started(played.laboratory)
    played.settle()
    train_models.open_laboratory()
    monkeypatch.setattr(stage, "propose", lambda **_: None)
    monkeypatch.setattr(stage, "st", SimpleNamespace(session_state={stage.KEY: {"edit": {"source": "The cat sleeps."}}}))
    stage._on_edit()
    played.settle()
    assert [message["type"] for message in played.workers[0].heard] == ["run", "rest"]


def test_a_lost_process_is_said_from_the_first_moment_on(played: Stage) -> None:
    lab = played.laboratory
    run = started(lab)
    played.settle()
    played.workers[0].say("step", run=run, member=0, step=7, seconds=0.1, loss=3.0)
    played.settle()
    assert train_words.state_sentence(lab.get(run)).startswith("Step 7")
    played.workers[0].stop()
    played.settle()
    assert "process was lost" in train_words.state_sentence(lab.get(run))
    played.workers[-1].say("step", run=run, member=0, step=8, seconds=0.1, loss=3.0)
    played.settle()
    told = train_words.state_sentence(lab.get(run))
    assert told.startswith("Step 8") and "lost once" in told

"""The supervisor's decisions, with workers the test plays."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import event

from lab import RunSpec, plan, race, uploads
from lab.messages import error_to_plain
from lab.supervisor import ATTEMPTS
from model.errors import LabError
from tests.lab.conftest import ME, YOU, Stage, small, wait_until


def refused(code: str, call: object, *arguments: object) -> LabError:
    with pytest.raises(LabError) as caught:
        call(*arguments)  # type: ignore[operator]
    assert caught.value.code == code
    assert "{" not in str(caught.value)
    return caught.value


def test_twenty_starts_of_one_visitor_give_one_running_and_three_waiting(stage: Stage) -> None:
    accepted, errors = [], []

    def press() -> None:
        try:
            accepted.append(stage.laboratory.start(ME, small()))
        except LabError as error:
            errors.append(error.code)

    presses = [threading.Thread(target=press) for _ in range(20)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    stage.settle()
    assert len(accepted) == 4 and errors == ["too_many_runs"] * 16
    views = {view.id: view for view in stage.laboratory.list_runs(ME)}
    assert set(views) == set(accepted)
    assert sorted(view.state for view in views.values()) == ["queued"] * 3 + ["running"]
    assert sorted(view.place for view in views.values() if view.place) == [1, 2, 3]
    waits = [view.waiting_seconds for view in sorted(views.values(), key=lambda view: view.place or 0)][1:]
    assert all(wait is not None and wait > 0 for wait in waits) and waits == sorted(waits)
    assert stage.laboratory.start(YOU, small())  # another visitor has an own share


def test_nobody_waits_for_the_second_run_of_another(stage: Stage) -> None:
    mine = [stage.laboratory.start(ME, small(f"mine {number}")) for number in range(4)]
    yours = [stage.laboratory.start(YOU, small(f"yours {number}")) for number in range(2)]
    (worker,), order = stage.workers, []
    for _ in range(6):
        stage.settle()
        order.append(worker.run)
        worker.end()
    assert order == [mine[0], yours[0], mine[1], yours[1], mine[2], mine[3]]


def test_a_run_in_another_visitors_hands(stage: Stage) -> None:
    run, waiting = stage.laboratory.start(ME, small()), stage.laboratory.start(ME, small("waits"))
    lab = stage.laboratory
    unknown = "0" * 20
    for call in (lab.pause, lab.stop, lab.resume, lab.delete):
        for foreign in (run, waiting):
            assert str(refused("unknown_run", call, YOU, foreign)) == str(refused("unknown_run", call, YOU, unknown)), "both sound alike"
    refused("unknown_run", lab.rename, YOU, run, "taken over")
    assert lab.list_runs(YOU) == [] and not lab.owns(YOU, run) and lab.owns(ME, run) and not lab.owns("", run)
    assert lab.get(run).state == "running" and lab.get(waiting).state == "queued", "looking needs the id alone"
    assert ME not in repr(lab.get(run))
    assert not [message for message in stage.workers[0].heard if message["type"] != "run"]
    refused("no_visitor", lab.start, "", small())


@pytest.mark.parametrize("address", ["", "..", "../journal.sqlite3", "/", "a" * 20 + "/..", "%2e%2e", "x", "0" * 19, "0" * 20, "\0"])
def test_addresses_that_are_no_runs(stage: Stage, address: str) -> None:
    lab = stage.laboratory
    for call in (lab.get, lab.metrics, lab.frames, lab.folder):
        refused("unknown_run", call, address)
    refused("unknown_run", lab.delete, ME, address)
    assert not lab.owns(ME, address)


def test_pause_resume_stop_delete(stage: Stage) -> None:
    lab = stage.laboratory
    long = small("long", 4000)
    run, waiting = lab.start(ME, long), lab.start(ME, small("waits"))
    stage.settle()
    worker = stage.workers[0]
    refused("still_running", lab.delete, ME, run)
    lab.pause(ME, waiting)
    assert stage.state(waiting) == "paused"
    lab.pause(ME, run)
    assert stage.state(run) == "running" and worker.heard[-1] == {"type": "pause"}, "it is paused when its worker says so"
    worker.end("paused")
    assert stage.state(run) == "paused"
    refused("not_going", lab.pause, ME, run)
    lab.resume(ME, run)
    assert stage.state(run) == "running", "it stands by for the next"
    assert lab.get(run).remaining_seconds == pytest.approx(lab.expected_seconds(long) - 1.0), "a second of training was done"
    refused("not_paused", lab.resume, ME, run)
    lab.stop(ME, run)
    worker.end("stopped")
    assert stage.state(run) == "stopped"
    lab.stop(ME, waiting)
    refused("not_going", lab.stop, ME, waiting)
    lab.rename(ME, run, "  another\nname ")
    assert lab.get(run).name == "another name"
    for name in ("", "\0", "x" * 61):
        with pytest.raises(LabError):
            lab.rename(ME, run, name)
    folder = lab.folder(run)
    assert folder.is_dir()
    lab.delete(ME, run)
    refused("unknown_run", lab.get, run)
    assert not folder.exists() and [view.id for view in lab.list_runs(ME)] == [waiting]
    assert len(stage.workers) == 1


def test_a_lost_worker_is_replaced_and_its_run_goes_before_all_others(stage: Stage) -> None:
    run, other = stage.laboratory.start(ME, small()), stage.laboratory.start(YOU, small())
    stage.settle()
    stage.workers[0].say("step", run=run, member=0, step=7, seconds=1.0, loss=2.0)
    stage.settle()
    assert stage.laboratory.get(run).step == 7
    stage.workers[0].stop()
    stage.settle()
    assert len(stage.workers) == 2 and stage.workers[1].run == run
    view = stage.laboratory.get(run)
    assert view.state == "running" and view.restarts == 1
    assert stage.state(other) == "queued"


def test_a_run_that_loses_its_worker_again_and_again_at_one_place_is_given_up(stage: Stage) -> None:
    run = stage.laboratory.start(ME, small())
    for attempt in range(ATTEMPTS):
        stage.settle()
        assert stage.laboratory.get(run).state == "running"
        stage.workers[attempt].say("step", run=run, member=0, step=5, seconds=1.0, loss=2.0)
        stage.workers[attempt].stop()
    stage.settle()
    view = stage.laboratory.get(run)
    assert view.state == "failed" and view.message and view.message.code == "worker_lost"
    stage.laboratory.resume(ME, run)
    assert stage.state(run) == "running"


def test_a_run_that_gets_further_each_time_is_not_given_up(stage: Stage) -> None:
    run = stage.laboratory.start(ME, small())
    for attempt in range(3 * ATTEMPTS):
        stage.settle()
        stage.workers[attempt].say("step", run=run, member=0, step=attempt + 1, seconds=1.0, loss=2.0)
        stage.workers[attempt].stop()
    assert stage.state(run) == "running"


@pytest.mark.parametrize(("wish", "state"), [("pause", "paused"), ("stop", "stopped")])
def test_a_worker_lost_while_it_should_pause(stage: Stage, wish: str, state: str) -> None:
    run = stage.laboratory.start(ME, small())
    stage.settle()
    getattr(stage.laboratory, wish)(ME, run)
    stage.workers[0].stop()
    assert stage.state(run) == state


def test_what_a_worker_says_of_a_run_that_is_not_its_own_is_not_heard(stage: Stage) -> None:
    run, waiting = stage.laboratory.start(ME, small()), stage.laboratory.start(ME, small("waits"))
    stage.settle()
    stage.workers[0].say("ended", run=waiting, state="done", message=None)
    stage.workers[0].say("nonsense")
    assert stage.state(waiting) == "queued" and stage.state(run) == "running"


def test_failures_and_scores_are_kept(stage: Stage) -> None:
    lab = stage.laboratory
    run = lab.start(ME, race(small(), {"as it is": {}, "too fast": {"rate": 1.0}}))
    stage.settle()
    worker = stage.workers[0]
    for bleu, step in ((10.0, 10), (50.0, 20), (40.0, 30)):
        worker.say(
            "scores", run=run, member=0, step=step, scores={"bleu": bleu, "loss": 1.0, "exact_match": bleu / 100, "token_accuracy": 0.5}
        )
    worker.say("diverged", run=run, member=1, step=3)
    error = LabError("diverged", "At step {step} it was over.", "rate", step=3)
    worker.end("diverged", error_to_plain(error))
    stage.settle()
    view = lab.get(run)
    assert view.kind == "race" and view.state == "diverged" and str(view.message) == "At step 3 it was over."
    assert view.members[0].scores["step"] == 20 and view.members[0].scores["bleu"] == 50.0
    assert [member.diverged for member in view.members] == [False, True]
    refused("not_paused", lab.resume, ME, run)


def test_a_silent_worker_and_one_that_does_not_obey_are_ended(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    lab = stage.open(silence_seconds=5.0, stop_seconds=0.2)
    run = lab.start(ME, small())
    stage.settle()
    stage.workers[0].silent = 6.0
    time.sleep(1.2)  # two looks at the clock
    assert len(stage.workers) == 1, "one that has not said a word yet still imports"
    stage.workers[0].say("stage", run=run, stage="corpus")
    wait_until(lambda: len(stage.workers) == 2)
    assert stage.state(run) == "running"
    lab.stop(ME, run)
    wait_until(lambda: stage.state(run) == "stopped", 10)
    assert stage.workers[1].stopped
    lab.close()


def test_one_stands_by_where_asked_for(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    lab = stage.open(standby=True)
    wait_until(lambda: len(stage.workers) == 1)
    run = lab.start(ME, small())
    stage.settle()
    assert len(stage.workers) == 1 and stage.workers[0].run == run, "the run goes to the one that stands by"
    stage.workers[0].end()
    stage.settle()
    assert len(stage.workers) == 1
    for _ in range(ATTEMPTS + 2):  # one that cannot even start is not started for ever
        stage.workers[-1].stop()
        stage.settle()
    assert len(stage.workers) <= ATTEMPTS + 1
    lab.close()
    assert all(worker.stopped for worker in stage.workers)


def test_two_runs_at_a_time(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    lab = stage.open(workers=2)
    mine, second, yours = lab.start(ME, small()), lab.start(ME, small()), lab.start(YOU, small())
    assert [stage.state(run) for run in (mine, second, yours)] == ["running", "queued", "running"]
    assert len(stage.workers) == 2
    lab.close()


def test_the_next_server_finds_every_run(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    lab = stage.open()
    run, waiting, paused = (lab.start(ME, small(name)) for name in ("a", "b", "c"))
    lab.pause(ME, paused)
    stage.settle()
    lab.close()
    stage.workers.clear()
    lab = stage.open()
    stage.settle()
    assert {view.id: view.state for view in lab.list_runs(ME)} == {run: "running", waiting: "queued", paused: "paused"}
    assert stage.workers[0].run == run and lab.get(run).restarts == 0, "its process ended in good order"
    lab.close()


def test_what_trains_rests_for_pages_and_what_stands_by_hears_nothing_of_it(stage: Stage) -> None:
    stage.laboratory.pages_first()
    stage.settle()
    assert not stage.workers or stage.workers[0].heard == []
    stage.laboratory.start(ME, small())
    stage.settle()
    stage.laboratory.pages_first()
    stage.settle()
    assert [message["type"] for message in stage.workers[0].heard] == ["run", "rest"]


def test_one_writer(stage: Stage) -> None:
    """Whatever pages and workers do from whichever thread, the supervisor's alone writes to the journal."""
    writers = set()

    @event.listens_for(stage.laboratory.journal.engine, "before_cursor_execute")
    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            writers.add(threading.current_thread().name)

    def visit(visitor: str) -> None:
        lab = stage.laboratory
        run = lab.start(visitor, small())
        lab.pause(visitor, run) if lab.get(run).state == "queued" else lab.rename(visitor, run, "x")
        lab.list_runs(visitor), lab.metrics(run), lab.frames(run)

    visits = [threading.Thread(target=visit, args=(f"visitor {number}",)) for number in range(8)]
    for one in visits:
        one.start()
    for one in visits:
        one.join()
    stage.settle()
    stage.workers[0].end()
    stage.settle()
    assert writers == {"supervisor"}


def test_tasks(stage: Stage) -> None:
    lab = stage.laboratory
    run = lab.start(ME, small())
    stage.settle()
    worker = stage.workers[0]
    future = lab.submit_task("tokenizer", {"kind": "word"}, ME)
    stage.settle()
    assert worker.heard[-1]["type"] == "task", "it goes to the worker that trains, ahead of the next run"
    worker.say("result", task=worker.heard[-1]["task"], value={"pieces": ["a"]})
    assert future.result(5) == {"pieces": ["a"]}
    future = lab.submit_task("tokenizer", {}, ME)
    stage.settle()
    worker.say("result", task=worker.heard[-1]["task"], error=error_to_plain(LabError("no_text", "No {what}.", None, what="text")))
    assert str(future.exception(5)) == "No text."
    future = lab.submit_task("tokenizer", {}, ME)
    stage.settle()
    worker.stop()
    stage.settle()
    again = [message for message in stage.workers[1].heard if message["type"] == "task"]
    assert len(again) == 1 and not future.done(), "a task of a lost worker is tried once more"
    stage.workers[1].stop()
    assert isinstance(future.exception(5), LabError)
    assert stage.state(run) == "running"
    refused("unknown_task", lab.submit_task, "nonsense", {}, ME)


def test_a_task_alone_has_a_process_of_its_own(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    lab = stage.open(task_seconds=0.1)
    future = lab.submit_task("check_model", {"folder": "x"}, ME)
    assert isinstance(future.exception(10), LabError), "given up after its time"
    (worker,) = [worker for worker in stage.workers if worker.alone]
    assert worker.stopped
    lab.close()


def test_a_visitor_has_a_few_tasks_at_a_time(stage: Stage) -> None:
    futures = [stage.laboratory.submit_task("tokenizer", {}, ME) for _ in range(4)]
    refused("too_many_tasks", stage.laboratory.submit_task, "tokenizer", {}, ME)
    stage.laboratory.close()
    assert all(isinstance(future.exception(5), LabError) for future in futures)


def test_as_many_runs_are_kept_as_the_setting_says(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    lab = stage.open(kept_each=2)
    for _ in range(2):
        lab.start(ME, small())
        stage.settle()
        stage.workers[0].end()
    stage.settle()
    refused("too_many_kept", lab.start, ME, small())
    lab.delete(ME, lab.list_runs(ME)[0].id)
    assert lab.start(ME, small())
    lab.close()


def test_runs_past_their_time_are_removed(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    lab = stage.open()
    old, recent, paused = (lab.start(ME, small(name)) for name in ("old", "recent", "paused"))
    lab.pause(ME, paused)
    for _ in range(2):
        stage.settle()
        stage.workers[0].end()
    stage.settle()
    folder = lab.folder(old)
    lab._supervisor.ask(lambda: [lab.journal.note(run, ended=1.0) for run in (old, paused)])
    lab.close()
    lab = stage.open(kept_days=30)
    assert {view.id for view in lab.list_runs(ME)} == {recent, paused} and not folder.exists()
    lab.close()


def test_runs_past_their_time_go_while_the_server_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.supervisor.EVERY_SECONDS", 0.0)
    stage = Stage(tmp_path)
    lab = stage.open(kept_days=30)
    run = lab.start(ME, small())
    stage.settle()
    folder = lab.folder(run)
    stage.workers[0].end()
    stage.settle()
    wait_until(lambda: lab.get(run).state == "done")
    lab._supervisor.ask(lambda: lab.journal.note(run, ended=1.0))
    wait_until(lambda: not lab.list_runs(ME) and not folder.exists(), 10)
    lab.close()


def test_a_visitor_has_a_few_texts_that_wait_for_a_run(stage: Stage) -> None:
    lab = stage.laboratory
    kept = [lab.keep_text(ME, f"text {number}", b"a\tb") for number in range(uploads.KEPT_EACH + 2)]
    theirs = lab.keep_text(YOU, "theirs", b"a\tb")
    there = {folder.name for folder in lab.settings.uploads.iterdir()}
    assert there == {source.upload for source in [*kept[2:], theirs]}


def test_a_text_with_the_name_of_a_corpus_is_a_text(stage: Stage) -> None:
    source = stage.laboratory.keep_text(ME, "grammar", b"a\tb")
    assert plan("mine", source).tokenizer == "unigram" and plan("built in", "grammar").tokenizer == "word"


def test_a_spec_survives_the_journal(stage: Stage) -> None:
    spec = race(small(), {"one": {}, "two": {"scaling": False}, "three": {"norm": "pre"}})
    run = stage.laboratory.start(ME, spec)
    assert isinstance(stage.laboratory.get(run).spec, RunSpec) and stage.laboratory.get(run).spec == spec
    assert stage.laboratory.expected_seconds(spec) > stage.laboratory.expected_seconds(small())

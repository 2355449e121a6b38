"""Runs in real processes: from start to end, paused, raced, on a visitor's own text, brought along."""

from __future__ import annotations

import math
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from lab import CorpusSource, Laboratory, RunSpec, plan, race, worker
from lab.folders import LOCK
from model.continuing import continuations
from model.errors import LabError
from model.run_folder import read_run
from model.saved import load_model
from model.transformer import LanguageModel
from tests.lab.conftest import ME, STEPS, Ledger, alive, losses, model_hash, settings_of, small, wait_until, worker_of


def test_a_run_from_start_to_end(lab: Laboratory, undisturbed: Path) -> None:
    assert {path.name for path in undisturbed.iterdir()} == {
        "card.json", "checkpoints", "config.json", "frames", "log.txt", "metrics.jsonl", "model.safetensors", "run.json",
        "state.safetensors", "tokenizer.json", LOCK,
    }  # fmt: skip
    view = lab.get(undisturbed.name)
    assert view.state == "done" and view.members[0].scores["step"] == STEPS and view.members[0].seconds > 0
    frames = lab.frames(view.id)
    assert len(frames) == 4 and min(frames) == 0 and max(frames) == STEPS
    assert losses(undisturbed)[-1] < losses(undisturbed)[0]
    assert read_run(undisturbed)[1]["origin"] == {"kind": "built-in", "name": "copying", "seed": 0, "pairs": 200}


def test_pause_and_resume_come_to_the_same_model(lab: Laboratory, undisturbed: Path) -> None:
    ledger = Ledger(lab)
    run = ledger.start(small("paused", STEPS))
    wait_until(lambda: ledger.look(run) >= 20)
    lab.pause(ME, run)
    wait_until(lambda: lab.get(run).state == "paused")
    step = ledger.look(run)
    time.sleep(0.3)
    assert 20 <= ledger.look(run) == step < STEPS, "nothing trains"
    lab.resume(ME, run)
    ledger.settle(run)
    assert losses(lab.folder(run)) == losses(undisturbed) and model_hash(lab.folder(run)) == model_hash(undisturbed)


def test_a_run_keeps_half_of_its_time_however_often_it_is_to_rest(lab: Laboratory, undisturbed: Path) -> None:
    """Of a hundred pages at once it heeds the first; it comes to the same model."""
    ledger = Ledger(lab)
    run = ledger.start(small("resting", STEPS))
    wait_until(lambda: ledger.look(run) >= 10)
    for _ in range(100):
        lab.pages_first()
    ledger.settle(run, seconds=60)
    assert losses(lab.folder(run)) == losses(undisturbed)


def test_a_rest_is_as_long_as_it_says_and_none_follows_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    now = 100.0
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: now))
    channel = SimpleNamespace(busy=True, gone=SimpleNamespace(wait=slept.append))
    loop = worker.WorkerLoop(cast(worker.Channel, channel), 5.0)
    for seconds in (0.0, 0.0, worker.REST_SECONDS / 2, worker.REST_SECONDS):
        now += seconds
        loop._heed({"type": "rest"})
    assert slept == [worker.REST_SECONDS] * 2
    channel.busy = False
    now += 10
    loop._heed({"type": "rest"})
    assert len(slept) == 2, "what stands by has nothing to rest from"


def test_paused_before_it_begins(tmp_path: Path) -> None:
    """While its worker still imports or prepares; and stopped, and gone on with after all."""
    lab = Laboratory(settings_of(tmp_path))
    ledger = Ledger(lab)
    run = ledger.start(small())
    wait_until(lambda: lab.get(run).state == "running")
    lab.pause(ME, run)
    wait_until(lambda: lab.get(run).state == "paused")
    assert lab.metrics(run) == []
    lab.resume(ME, run)
    lab.stop(ME, run)
    wait_until(lambda: lab.get(run).state == "stopped")
    lab.resume(ME, run)
    ledger.settle(run)
    kept = [path.name for path in (lab.folder(run) / "checkpoints").iterdir()]
    assert kept == ["000040.safetensors"], "what nobody needs any more is gone"
    lab.close()


def test_a_race_trains_its_members_in_turn(lab: Laboratory) -> None:
    spec = race(small(steps=60), {"as it is": {}, "no scaling": {"scaling": False}, "far too fast": {"rate": 1e30}})
    ledger = Ledger(lab)
    run = ledger.start(spec)

    def steps() -> list[int]:
        lines = [lab.metrics(run, member=member) for member in range(3)]
        return [one[-1]["step"] if one else 0 for one in lines]

    while lab.get(run).going:
        first, second, _ = steps()
        assert second - 2 <= first or first <= second + 2
        time.sleep(0.05)
    view = lab.get(run)
    assert view.state == "done" and [member.diverged for member in view.members] == [False, False, True]
    assert [member.step for member in view.members][:2] == [60, 60] and view.members[2].step < 60
    lines = [lab.metrics(run, member=member) for member in range(2)]
    assert lines[0][0]["loss"] != lines[1][0]["loss"]
    assert all(lab.frames(run, member)[60].is_file() for member in range(2))


def test_a_decoder_alone_learns_to_go_on_with_stories(lab: Laboratory) -> None:
    """With its mask and without; judged by what fits, and nothing is made of the reference but a loss."""
    few = {"d_model": 16, "d_ff": 32, "heads": 2, "layers": 1, "steps": 40, "warmup": 4, "batch": 8, "evaluate_sentences": 4, "frames": 3}
    spec = race(plan("stories", CorpusSource(name="stories", pairs=100), **few), {"as it is": {}, "no mask": {"causal_mask": False}})
    ledger = Ledger(lab)
    run = ledger.start(spec)
    wait_until(lambda: not lab.get(run).going)
    view = lab.get(run)
    assert view.state == "done" and view.spec.continues and view.steps == view.step == 80
    for number, member in enumerate(view.members):
        found = lab.metrics(run, member=number)[-1]["held_out"]
        saved = load_model(lab.folder(run, number))
        assert isinstance(saved.model, LanguageModel) and saved.config.causal_mask == (number == 0)
        for sample in found["samples"]:
            assert sample["translation"] == continuations(saved.model, saved.tokenizer, [sample["source"]])[0]
        assert member.scores["fitting"] == found["splits"]["unseen_stories"]["fitting"] == 0, "a beginner tells no story"
        assert set(lab.frames(run, number)) == {0, 10, 40}


def test_a_run_that_diverges_says_so(lab: Laboratory) -> None:
    ledger = Ledger(lab)
    run = ledger.start(small(rate=1e30))
    ledger.settle(run, "diverged")
    message = lab.get(run).message
    assert message and message.code == "diverged" and "{" not in str(message)


def test_a_loss_that_runs_away_is_told_though_it_stays_finite(lab: Laboratory) -> None:
    run = Ledger(lab).start(small("hot", STEPS, rate=10.0))
    wait_until(lambda: not lab.get(run).going)
    view, lines = lab.get(run), lab.metrics(run)
    assert view.state == "diverged" and view.message and "set to 10;" in str(view.message)
    guess = math.log(load_model(lab.folder(run)).config.vocabulary)
    assert lines[-1]["loss"] > 3 * guess and all(line["loss"] <= 3 * guess for line in lines[:-1])
    assert view.message.values["step"] == lines[-1]["step"] < STEPS


def test_a_visitors_own_text(lab: Laboratory) -> None:
    text = "\n".join(f"word{number} a b\tb a word{number}" for number in range(60)).encode()
    source = lab.keep_text(ME, "backwards", text + b"\nbroken line")
    preview = lab.preview(ME, source).result(60)
    assert preview["lines"] == 61 and preview["removed"]["wrong_columns"] == 1 and preview["kept"] == 60
    base = small("own", 30)
    ledger = Ledger(lab)
    run = ledger.start(RunSpec(name="own", corpus=source, tokenizer="word", members=base.members))
    ledger.settle(run)
    with pytest.raises(LabError, match="upload it again"):
        lab.start("another visitor", RunSpec(name="theirs", corpus=source, tokenizer="word", members=base.members))
    assert read_run(lab.folder(run))[1]["origin"]["pairs"].startswith(str(lab.folder(run)))
    bad = lab.keep_text(ME, "too short", b"a\tb")
    run = ledger.start(RunSpec(name="bad", corpus=bad, tokenizer="word", members=base.members))
    ledger.settle(run, "failed")
    assert lab.get(run).message.code == "too_few_pairs"  # type: ignore[union-attr]


def test_an_imported_model_is_checked_first(lab: Laboratory, undisturbed: Path) -> None:
    names = ("config.json", "card.json", "tokenizer.json", "model.safetensors")
    files = {name: (undisturbed / name).read_bytes() for name in names}
    run = lab.import_model(ME, "brought along", files)
    view = lab.get(run)
    assert view.kind == "import" and view.state == "done" and model_hash(lab.folder(run)) == model_hash(undisturbed)
    with pytest.raises(LabError) as caught:
        lab.import_model(ME, "broken", files | {"model.safetensors": files["model.safetensors"][:-8]})
    assert caught.value.code == "not_safetensors"
    with pytest.raises(LabError) as caught:
        lab.import_model(ME, "odd", files | {"../run.json": b"{}"})
    assert caught.value.code == "unknown_file"
    assert not [path for path in lab.settings.uploads.iterdir() if (path / "config.json").exists()]


def test_closing_leaves_the_run_to_the_next_server(tmp_path: Path, undisturbed: Path) -> None:
    lab = Laboratory(settings_of(tmp_path))
    ledger = Ledger(lab)
    run = ledger.start(small("continued", STEPS))
    wait_until(lambda: ledger.look(run) >= 30)
    worker = worker_of(lab, run)
    lab.close()
    assert not alive(worker)
    step = len(losses(lab.settings.runs / run))
    lab = Laboratory(settings_of(tmp_path))
    assert lab.get(run).state == "running" or lab.get(run).state == "queued"
    ledger.laboratory = lab
    ledger.settle(run)
    assert 30 <= step < STEPS and losses(lab.folder(run)) == losses(undisturbed)
    lab.close()

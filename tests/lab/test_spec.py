"""What a run may be asked to do, and the sentences where it may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lab import CorpusSource, RunSpec, plan, race
from lab.messages import error_from_plain, error_to_plain, from_line, to_line
from lab.settings import from_environment
from model.corpora import CORPORA
from model.errors import LabError


@pytest.mark.parametrize("corpus", CORPORA)
def test_a_plan_survives_json(corpus: str) -> None:
    spec = race(plan("one", corpus, steps=300), {"as it is": {}, "no mask": {"causal_mask": False}, "hot": {"rate": 0.1}})
    assert RunSpec.from_dict(json.loads(json.dumps(spec.as_dict()))) == spec
    assert spec.kind == "race" and spec.steps == 900 and hash(spec)
    assert [member.shape.causal_mask for member in spec.members] == [True, False, True]


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("name_empty", lambda: plan(" \n")),
        ("name_too_long", lambda: plan("x" * 61)),
        ("unknown_corpus", lambda: plan("x", "klingon")),
        ("unknown_preset", lambda: plan("x", "grammar", "huge")),
        ("too_large", lambda: plan("x", "grammar", "big")),
        ("tokenizer_kind", lambda: plan("x", "grammar", "toy", "syllable")),
        ("unknown_setting", lambda: plan("x", depth=3)),
        ("too_large", lambda: plan("x", steps=10**7)),
        ("too_large", lambda: plan("x", batch=10_000)),
        ("too_large", lambda: plan("x", frames=1_000)),
        ("too_large", lambda: plan("x", CorpusSource(pairs=10**7))),
        ("not_a_writer", lambda: plan("x", kind="encoder", classes=2)),
        ("heads_do_not_divide", lambda: plan("x", heads=5)),
        ("members", lambda: race(plan("x"), {str(number): {} for number in range(5)})),
        ("members", lambda: race(plan("x"), {})),
        ("vocabulary_differs", lambda: race(plan("x"), {"a": {}, "b": {"vocabulary": 500}})),
        ("corpus_missing", lambda: CorpusSource(kind="pairs")),
        ("not_a_choice", lambda: CorpusSource(kind="stolen")),  # type: ignore[arg-type]
    ],
)
def test_what_is_refused(code: str, make: Any) -> None:
    with pytest.raises(LabError) as caught:
        make()
    assert caught.value.code == code and "{" not in str(caught.value)


def test_stories_are_for_a_decoder_alone() -> None:
    assert plan("x", "stories").continues and not plan("x").continues
    assert plan("x", "stories", batch=7).members[0].training.batch == 7, "what is asked for goes before what is usual"


def test_settings_come_from_the_environment() -> None:
    settings = from_environment({"ATTENTION_LAB_DATA": "/tmp/x", "ATTENTION_LAB_WORKERS": "2", "ATTENTION_LAB_STANDBY": "0"})
    assert str(settings.data) == "/tmp/x" and settings.workers == 2 and not settings.standby and settings.waiting_each == 3
    assert settings.database == "sqlite:////tmp/x/journal.sqlite3"
    assert from_environment({"XDG_DATA_HOME": "/tmp/y"}).data.as_posix() == "/tmp/y/attention-lab"
    for wrong in ("0", "-1", "many", "1.5"):
        with pytest.raises(LabError, match="ATTENTION_LAB_WORKERS"):
            from_environment({"ATTENTION_LAB_WORKERS": wrong})


def test_messages_and_errors_cross_a_pipe() -> None:
    message = {"type": "stage", "run": "x", "stage": "é\n\u2028"}
    assert to_line(message).count(b"\n") == 1 and from_line(to_line(message)) == message
    assert from_line(b'{"type": "st') is None and from_line(b"[]\n") is None and from_line(b"{}\n") is None and from_line(b"\xff\n") is None
    error = LabError("too_small", "{field} is {value}; it must be at least {least}.", "steps", value=0, least=1)
    again = error_from_plain(json.loads(json.dumps(error_to_plain(error))))
    assert (again.code, again.field, str(again)) == (error.code, error.field, str(error))

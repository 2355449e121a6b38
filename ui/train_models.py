"""Runs of the learner as models of the stage, for everybody who has the id.

`run:<id>` names the best so far of a run, and of a race its first member; `run:<id>.1` names its second member, and so on.
"""

from __future__ import annotations

import threading
from itertools import islice
from pathlib import Path

from lab import Laboratory, RunView, laboratory
from model.errors import LabError
from ui.visitor import visitor_key
from ui.words import _

PREFIX = "run:"
OFFERED = 8  # newest runs of a visitor in the picker of models
_opened = threading.Event()


def open_laboratory() -> Laboratory:
    """The laboratory of this process, opened at its first use: by the server at its start, or by whoever asks for a run."""
    found = laboratory()
    _opened.set()
    return found


def pages_first() -> None:
    """A stage is changing: what trains rests for a moment."""
    if _opened.is_set():
        open_laboratory().pages_first()


def is_run(model: str) -> bool:
    return model.startswith(PREFIX)


def name_of(run: str, member: int = 0) -> str:
    return f"{PREFIX}{run}.{member}" if member else PREFIX + run


def run_of(model: str) -> str:
    """The id of the run a model's name means."""
    return _parts(model)[0]


def member_of(model: str) -> int:
    """Which of its members; -1 where the name says nothing that can be one."""
    number = _parts(model)[1]
    return int(number) if number.isdecimal() and len(number) == 1 else -1


def _parts(model: str) -> tuple[str, str]:
    run, dot, number = model.removeprefix(PREFIX).split(":")[0].partition(".")
    return run, number if dot else "0"


def folder(model: str) -> Path:
    """The folder of the saved model. Raises `LabError` where there is no such run, or nothing saved in it yet."""
    try:
        found = open_laboratory().folder(run_of(model), member_of(model))
    except LabError:
        raise _unknown() from None
    if not (found / "config.json").is_file():
        raise _unknown()
    return found


def check(model: str) -> None:
    """Raises `LabError` where the name means no model that can stand on the stage: that asks for a translation."""
    folder(model)
    run = open_laboratory().get(run_of(model))
    if run.spec.continues:
        template = "“{name}” goes on with stories and translates nothing, so it cannot stand here. On the Train page it writes for you."
        raise LabError("continues", template, "model", name=run.name)


def stamp(model: str) -> int:
    """Changes whenever a better model of the run takes the place of the one before; part of the key of every cache."""
    try:
        return (folder(model) / "model.safetensors").stat().st_mtime_ns
    except FileNotFoundError:
        raise _unknown() from None


def is_there(model: str) -> bool:
    try:
        folder(model)
    except LabError:
        return False
    return True


def own_models() -> tuple[str, ...]:
    """The visitor's newest runs that translate and have something to show. Nothing is opened for it: a first view needs no laboratory."""
    if not _opened.is_set():
        return ()
    runs = (run for run in open_laboratory().list_runs(visitor_key()) if is_usable(run) and not run.spec.continues)
    return tuple(islice((name_of(run.id, number) for run in runs for number in range(len(run.members))), OFFERED))


def is_usable(run: RunView) -> bool:
    """It rests, and something of it is saved."""
    return not run.going and all((member.folder / "config.json").is_file() for member in run.members)


def title(model: str) -> str:
    """The run's name, as its owner gave it; of a race the member's too."""
    run = open_laboratory().get(run_of(model))
    if run.kind != "race":
        return run.name
    return _("{race}: {member}").format(race=run.name, member=run.members[member_of(model)].name)


def _unknown() -> LabError:
    return LabError("unknown_run_model", "There is no such run here, or it has no model yet.", "model")

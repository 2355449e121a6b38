"""A run as anybody may see it: nothing in it says whose it is. Knows no torch."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.folders import member_folder
from lab.journal import GOING, Row, State
from lab.messages import error_from_plain
from lab.spec import RunSpec
from model.errors import LabError


@dataclass(frozen=True)
class MemberView:
    """How far one model is. `scores` are those of its best moment: exact_match, token_accuracy, loss, bleu, and the `step` they are of."""

    name: str
    folder: Path
    step: int
    steps: int
    seconds: float
    loss: float | None
    scores: Mapping[str, float]
    diverged: bool


@dataclass(frozen=True)
class RunView:
    """`kind` is "run", "race" or "import". Times are seconds since 1970.

    While it waits, `place` counts from 1 and `waiting_seconds` is what it should still wait. While it runs, `stage` names
    what is being prepared ("corpus", "tokenizer", "encoding", "model"; "" once it trains) and `remaining_seconds` is what it
    should still take. `message` says why it failed or diverged. `restarts` counts how often it had to go on from a
    checkpoint because its process was lost.
    """

    id: str
    name: str
    kind: str
    state: State
    spec: RunSpec
    folder: Path
    created: float
    started: float | None
    ended: float | None
    members: tuple[MemberView, ...]
    place: int | None = None
    waiting_seconds: float | None = None
    remaining_seconds: float | None = None
    stage: str = ""
    restarts: int = 0
    message: LabError | None = None

    @property
    def going(self) -> bool:
        return self.state in GOING

    @property
    def step(self) -> int:
        return sum(member.step for member in self.members)

    @property
    def steps(self) -> int:
        return sum(member.steps for member in self.members)


@dataclass
class Live:
    """What the supervisor knows of a run beyond its row, from what the worker says."""

    stage: str = ""
    restarts: int = 0
    members: dict[int, dict[str, Any]] = field(default_factory=dict)  # step, seconds, loss
    furthest: int = 0  # how far it was when its worker was lost
    place: int | None = None
    waiting_seconds: float | None = None
    remaining_seconds: float | None = None
    ended: tuple[State, dict[str, Any] | None] | None = None  # how, and why, where the journal could not be told
    moments: deque[tuple[float, float]] = field(default_factory=deque)  # time, work left then; of those the pace is measured by

    @property
    def step(self) -> int:
        return sum(said["step"] for said in self.members.values())


def view_of(row: Row, runs: Path, live: Live, last_lines: Mapping[int, Mapping[str, Any]]) -> RunView:
    """`last_lines` are the newest lines of metrics of each member, for what `live` does not know (an earlier server's runs)."""
    spec, folder = RunSpec.from_dict(row.config), runs / row.id
    members = []
    for number, member in enumerate(spec.members):
        said, best = {**last_lines.get(number, {}), **live.members.get(number, {})}, row.best[number]
        scores = {name: value for name, value in best.items() if name != "diverged"}
        members.append(MemberView(
            member.name, member_folder(folder, number, len(spec.members)), said.get("step", 0), member.training.steps,
            said.get("seconds", 0.0), said.get("loss"), scores, bool(best.get("diverged")),
        ))  # fmt: skip
    state, why = live.ended or (row.state, row.message)
    queued, running = state == "queued", state == "running"
    return RunView(
        row.id, row.name, row.kind, state, spec, folder, row.created, row.started, row.ended, tuple(members),
        place=live.place if queued else None,
        waiting_seconds=live.waiting_seconds if queued else None,
        remaining_seconds=live.remaining_seconds if running else None,
        stage=live.stage if running else "",
        restarts=live.restarts,
        message=error_from_plain(why) if why else None,
    )  # fmt: skip

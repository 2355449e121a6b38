"""The metrics of the runs that are looked at, read once and kept for the session; a tick reads what is new alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from lab import RunView
from ui.train_models import open_laboratory

_LOGS, KEPT = "train_logs", 8
Point = tuple[float, float]


@dataclass
class Log:
    """Points are (step, value); shares are in percent. `samples` are those of the newest evaluation.

    `good` is of whole sentences that are right; of a run that goes on with stories, of its sentences that fit.
    """

    step: int = 0
    floor: float = 0.0
    loss: list[Point] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    held_out_loss: list[Point] = field(default_factory=list)
    good: list[Point] = field(default_factory=list)
    tokens: list[Point] = field(default_factory=list)
    samples: list[dict[str, str]] = field(default_factory=list)

    def add(self, line: dict[str, Any]) -> None:
        if line["step"] <= self.step:  # told once more after a crash
            return
        self.step, self.floor = line["step"], line["floor"]
        if line["loss"] is not None:  # the last of a run that diverged may be no number
            self.loss.append((self.step, line["loss"]))
        self.rate.append(line["rate"])
        if found := line.get("held_out"):
            splits = list(found["splits"].values())
            if all(split["loss"] is not None for split in splits):
                self.held_out_loss.append((self.step, mean(splits, "loss")))
            self.good.append((self.step, share_good(splits)))
            self.tokens.append((self.step, 100 * mean(splits, "token_accuracy")))
            self.samples = found["samples"]


def share_good(splits: list[dict[str, float]]) -> float:
    """What counts, in percent."""
    stories = all(split.get("fitting") is not None for split in splits)
    return 100 * mean(splits, "fitting" if stories else "exact_match")


def mean(splits: list[dict[str, float]], name: str) -> float:
    return sum(split[name] for split in splits) / max(1, len(splits))


def log_of(run: str, member: int = 0) -> Log:
    """The log of one member of a run, up to now."""
    logs: dict[tuple[str, int], Log] = st.session_state.setdefault(_LOGS, {})
    kept = logs.pop((run, member), None) or Log()
    logs[run, member] = kept  # the latest last
    while len(logs) > KEPT:
        del logs[next(iter(logs))]
    for line in open_laboratory().metrics(run, after_step=kept.step, member=member):
        kept.add(line)
    return kept


def logs_of(view: RunView) -> list[Log]:
    return [log_of(view.id, number) for number in range(len(view.members))]

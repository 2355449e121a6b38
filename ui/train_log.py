"""The metrics of the run that is looked at, read once and kept for the session; a tick reads what is new alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ui.train_models import open_laboratory

_LOG = "train_log"
Point = tuple[float, float]


@dataclass
class Log:
    """Points are (step, value); shares are in percent. `samples` are those of the newest evaluation, `first` of the first."""

    run: str
    step: int = 0
    floor: float = 0.0
    loss: list[Point] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    held_out_loss: list[Point] = field(default_factory=list)
    exact: list[Point] = field(default_factory=list)
    tokens: list[Point] = field(default_factory=list)
    samples: list[dict[str, str]] = field(default_factory=list)

    def add(self, line: dict[str, Any]) -> None:
        if line["step"] <= self.step:  # told once more after a crash
            return
        self.step, self.floor = line["step"], line["floor"]
        self.loss.append((self.step, line["loss"]))
        self.rate.append(line["rate"])
        if found := line.get("held_out"):
            splits = list(found["splits"].values())
            self.held_out_loss.append((self.step, _mean(splits, "loss")))
            self.exact.append((self.step, 100 * _mean(splits, "exact_match")))
            self.tokens.append((self.step, 100 * _mean(splits, "token_accuracy")))
            self.samples = found["samples"]


def _mean(splits: list[dict[str, float]], name: str) -> float:
    return sum(split[name] for split in splits) / len(splits)


def log_of(run: str) -> Log:
    """The log of a run, up to now."""
    kept = st.session_state.get(_LOG)
    if kept is None or kept.run != run:
        kept = st.session_state[_LOG] = Log(run)
    for line in open_laboratory().metrics(run, after_step=kept.step):
        kept.add(line)
    return kept

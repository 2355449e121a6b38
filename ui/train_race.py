"""A race: two to four models with one seed, the same sentences and the same steps, each of them one switch apart from the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from lab import RunSpec, race
from lab.spec import MEMBERS
from model.errors import LabError
from ui import address
from ui.train_memory import keep, put, recall
from ui.train_words import CORPORA
from ui.words import _

PARAMETER, CORPUS = "race", "corpus"  # in the address: which switch a lesson's link has set, and what is learnt where it is not French
FAST = 12  # times the rate, where it is too high
_CHOSEN, _WRITTEN = "train_race", "train_race_written"
SWITCHES: dict[str, dict[str, Any]] = {
    "no-scaling": {"scaling": False},
    "no-positions": {"positions": "none"},
    "no-mask": {"causal_mask": False},
    "one-head": {"heads": 1},
    "pre-norm": {"norm": "pre"},
    "no-residual": {"residual": False},
    "high-rate": {},  # the rate of the first member, times FAST
}


def title(switch: str) -> str:
    """A member's name: at the end of its curve, at the head of its column."""
    return {
        "no-scaling": _("no scaling"),
        "no-positions": _("no positions"),
        "no-mask": _("no mask"),
        "one-head": _("one head"),
        "pre-norm": _("pre-norm"),
        "no-residual": _("no residual"),
        "high-rate": _("high rate"),
    }[switch]


def difference(switch: str, rate: float) -> str:
    """How a member differs from the first: the rest of a sentence."""
    return {
        "no-scaling": _("never divides its scores by √d_k"),
        "no-positions": _("is not told where a word stands"),
        "no-mask": _("may read the words it has yet to write while it learns"),
        "one-head": _("has one wide head in place of several"),
        "pre-norm": _("normalizes before each sub-layer, not after it"),
        "no-residual": _("has no residual connections"),
        "high-rate": _("learns at a rate of {rate}, {times} times as high").format(rate=f"{rate * FAST:.3g}", times=FAST),
    }[switch]


def asked() -> str | None:
    """The switch a link asks for, once: where the address names another race than this page wrote there."""
    switch, corpus = address.read_own(PARAMETER), address.read_own(CORPUS)
    if switch not in SWITCHES or (switch, corpus) == st.session_state.get(_WRITTEN):
        return None
    put(_CHOSEN, [switch])
    put("train_corpus", corpus if corpus in CORPORA else CORPORA[0])
    return switch


def keep_address(shown: bool) -> None:
    """The one switch of a race that is being prepared stands in the address, so that the page can be handed on."""
    chosen, corpus = st.session_state.get(_CHOSEN) or [], st.session_state.get("train_corpus")
    one = shown and len(chosen) == 1
    written = (chosen[0] if one else None, corpus if one and corpus in CORPORA[1:] else None)
    st.session_state[_WRITTEN] = written
    for name, value in zip((PARAMETER, CORPUS), written, strict=True):
        address.keep_own(name, value)


def choose_switches() -> list[str]:
    key = recall(_CHOSEN, ["no-scaling"])
    label = _("What the others do without, or otherwise (up to {count})").format(count=MEMBERS - 1)
    chosen = st.pills(label, list(SWITCHES), selection_mode="multi", format_func=title, key=key, wrap=True)
    return keep(key, [switch for switch in SWITCHES if switch in chosen])


def told(switches: Sequence[str], rate: float) -> str:
    """What differs, in one sentence."""
    if not switches:
        return _("Choose at least one thing that shall differ.")
    same = _("Same seed, same sentences, same steps; against the model as it is, {differences}.")
    template = _("one {difference}") if len(switches) == 1 else _("“{name}” {difference}")
    parts = (template.format(name=title(switch), difference=difference(switch, rate)) for switch in switches)
    return same.format(differences="; ".join(parts))


def race_of(base: RunSpec, switches: Sequence[str]) -> RunSpec:
    """The race of a run against itself with each of the switches. Raises `LabError` where a switch changes nothing, or too much."""
    if not switches:
        raise LabError("no_switch", "Choose at least one thing that shall differ.", "members")
    if len(switches) >= MEMBERS:
        template = "A race has from 2 to {limit} members; this one has {value}."
        raise LabError("members", template, "members", limit=MEMBERS, value=len(switches) + 1)
    settings = {title(switch): changes(base, switch) for switch in switches}
    spec = race(base, {_("as it is"): {}, **settings}, base.name)
    for member in spec.members[1:]:
        if (member.shape, member.training) == (spec.members[0].shape, spec.members[0].training):
            raise LabError("no_difference", "The first model has “{name}” already: choose another difference.", "members", name=member.name)
    return spec


def changes(base: RunSpec, switch: str) -> dict[str, Any]:
    first = base.members[0]
    return {"rate": first.training.rate * FAST} if switch == "high-rate" else SWITCHES[switch]


def told_of(spec: RunSpec) -> str:
    """What differs in a race that goes or has gone, in one sentence."""
    first, *others = spec.members
    switches = [next((switch for switch in SWITCHES if title(switch) == member.name), None) for member in others]
    known = [switch for switch in switches if switch]
    return told(known, first.training.rate) if len(known) == len(others) else ""

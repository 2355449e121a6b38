"""A search as a tree: every prefix that lived, what followed it, and what became of each. Plain arrays; knows no torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.config import START
from model.steps import Candidate, Fate, Step

FATES: tuple[Fate, ...] = ("kept", "dropped", "finished", "cut", "beaten")
_TYPES = {
    "parents": np.int16, "steps": np.int16, "tokens": np.int32, "log_probabilities": np.float32,
    "totals": np.float64, "scores": np.float64, "fates": np.uint8, "greedy": np.bool_,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class SearchTree:
    """One sentence's search. Node 0 is the start token; the nodes of a step stand together, most probable prefix first.

    All arrays are [nodes]: `parents` (-1 for the root), `steps` (tokens of the prefix), `tokens`, `log_probabilities` of the token
    after its prefix, `totals` of the whole prefix, `scores` totals / lp(|Y|), `fates` as numbers of `FATES`, and `greedy`: is this
    a prefix of what greedy decoding writes? Never change an array.
    """

    parents: np.ndarray
    steps: np.ndarray
    tokens: np.ndarray
    log_probabilities: np.ndarray
    totals: np.ndarray
    scores: np.ndarray
    fates: np.ndarray
    greedy: np.ndarray

    def path(self, node: int) -> tuple[int, ...]:
        """The nodes from the first token to this one, the root left out."""
        found: list[int] = []
        while node > 0:
            found.append(node)
            node = int(self.parents[node])
        return tuple(reversed(found))

    def words(self, node: int) -> tuple[int, ...]:
        """The tokens of a prefix."""
        return tuple(int(self.tokens[step]) for step in self.path(node))

    def over(self) -> tuple[int, ...]:
        """The nodes that are whole translations, best score first, finished ones before those cut for their length."""
        ended = [node for node, fate in enumerate(self.fates) if FATES[fate] in ("finished", "cut")]
        return tuple(sorted(ended, key=lambda node: (FATES[self.fates[node]] != "finished", -self.scores[node])))

    def as_arrays(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in _TYPES}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> SearchTree:
        """The inverse of `as_arrays`."""
        return cls(**{name: np.asarray(arrays[name], dtype=kind) for name, kind in _TYPES.items()})


def tree_of(steps: Iterable[Step], greedy: Sequence[int] = (), dropped: int = 4) -> SearchTree:
    """The tree of the first sentence of a search; of what was not chosen, the `dropped` best of each step, and greedy's own."""
    rows: list[tuple[int, Candidate | None, bool]] = [(-1, None, True)]
    live = [0]  # the live prefixes' nodes, in the order candidates count them
    for step in steps:
        nodes: dict[int, int] = {}
        for candidate in _shown(step, live, rows, tuple(greedy), dropped):
            parent = live[candidate.parent]
            rows.append((parent, candidate, _is_greedys(rows[parent][2], candidate, greedy, step.length)))
            if candidate.place >= 0:
                nodes[candidate.place] = len(rows) - 1
        live = [nodes[place] for place in sorted(nodes)]
    return _assembled(rows)


def _shown(
    step: Step, live: Sequence[int], rows: Sequence[tuple[int, Candidate | None, bool]], greedy: Sequence[int], dropped: int
) -> list[Candidate]:
    """All that was chosen, and the best of the rest."""
    shown: list[Candidate] = []
    for candidate in step.candidates(top=dropped + len(live) + 1):
        on_greedys_way = _is_greedys(rows[live[candidate.parent]][2], candidate, greedy, step.length)
        if candidate.fate == "dropped":
            if dropped <= 0 and not on_greedys_way:
                continue
            dropped -= 1
        shown.append(candidate)
    return shown


def _is_greedys(parent_is: bool, candidate: Candidate, greedy: Sequence[int], length: int) -> bool:
    return parent_is and length <= len(greedy) and candidate.token == greedy[length - 1]


def _assembled(rows: Sequence[tuple[int, Candidate | None, bool]]) -> SearchTree:
    steps = [0]
    for parent, _, _ in rows[1:]:
        steps.append(steps[parent] + 1)
    values: dict[str, list[float]] = {name: [] for name in ("tokens", "log_probabilities", "totals", "scores", "fates")}
    for _, candidate, _ in rows:
        one = candidate or Candidate(-1, 0, START, 0.0, 0.0, 0.0, None, "kept")
        values["tokens"].append(one.token)
        values["log_probabilities"].append(one.log_probability)
        values["totals"].append(one.total)
        values["scores"].append(one.score)
        values["fates"].append(FATES.index(one.fate))
    known = {"parents": [parent for parent, _, _ in rows], "steps": steps, "greedy": [greedy for _, _, greedy in rows]}
    return SearchTree.from_arrays({name: np.asarray(column) for name, column in {**values, **known}.items()})

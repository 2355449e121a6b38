"""Payloads of the pictures of decoding: the steps, the draw, the tree of a beam, the cache. Arrays and labels in, bytes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from figures.payload import Tokens, pack
from figures.theme import PALETTES

SHOWN = 12  # candidates of a step sent for the steps
SENT = 128  # for the draw; those after them in groups of likes
GROUPS = 64


@dataclass(frozen=True)
class Bars:
    """A bar for every row of a table: `counts` of each of the `parts`."""

    head: str
    parts: tuple[str, ...]
    counts: Sequence[Sequence[int]]


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Log-probabilities of the last axis, in float64."""
    values = logits.astype(np.float64)
    shifted = values - values.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def ranked(logits: np.ndarray, never: Sequence[int], most: int = SENT) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each row of logits [n, V]: ids and log-probabilities of the best, [n, k], and the rest in groups of likes [n, g, 2].

    A group is (how many, their mean log-probability as a mean of probabilities). What is never generated is left out, and
    its probability is not shared out among the others.
    """
    order, values = _in_order(logits.tobytes(), logits.shape, logits.dtype.str, tuple(never))
    rest = np.array_split(values[:, most:], GROUPS, axis=1) if values.shape[1] > most else []
    groups = [np.stack([np.full(len(part), part.shape[1]), np.log(np.exp(part).mean(axis=1))], axis=1) for part in rest if part.shape[1]]
    tail = np.stack(groups, axis=1) if groups else np.zeros((len(values), 0, 2))
    return order[:, :most], values[:, :most], tail


@lru_cache(maxsize=2)  # the steps and the draw of one sentence ask for the same
def _in_order(logits: bytes, shape: tuple[int, ...], dtype: str, never: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Ids and log-probabilities of each row, the most probable first."""
    logs = log_softmax(np.frombuffer(logits, dtype).reshape(shape))
    logs[:, list(never)] = -np.inf
    order = np.argsort(-logs, axis=1, kind="stable")[:, : shape[1] - len(never)]
    values = np.take_along_axis(logs, order, axis=1)
    for shared in (order, values):
        shared.setflags(write=False)
    return order, values


def steps_payload(
    logits: np.ndarray, produced: Sequence[int], cross: np.ndarray, source: Tokens, vocabulary: Sequence[str], never: Sequence[int],
    memory: tuple[int, int], words: Mapping[str, str], seed: int = 0, most: int = SENT,
) -> bytes:  # fmt: skip
    """Every step of greedy decoding: `logits` [n, V], the ids `produced` [n], cross-attention weights `cross` [layers, heads, n, m]."""
    ids, logs, tail = ranked(logits, never, most)
    used = np.unique(np.concatenate([ids.ravel(), np.asarray(produced, dtype=ids.dtype)]))
    header = {
        "vocabulary": Tokens(tuple(vocabulary[number] for number in used)).as_list(),
        "size": logits.shape[1],
        "source": source.as_list(),
        "produced": [int(place) for place in np.searchsorted(used, np.asarray(produced))],
        "start": most_open(logs) + 1,
        "memory": list(memory),
        "seed": seed,
        **_common(words),
    }
    return pack(header, {"ids": np.searchsorted(used, ids), "logs": logs, "tail": tail, "cross": cross})


def most_open(logs: np.ndarray) -> int:
    """The row whose second candidate is nearest to its first: where there is something to choose."""
    return int((logs[:, 0] - logs[:, 1]).argmin()) if logs.shape[1] > 1 else 0


def tree_payload(
    tree: Mapping[str, np.ndarray], fates: Sequence[str], vocabulary: Sequence[str], settings: Mapping[str, Any], words: Mapping[str, str]
) -> bytes:
    """The tree of a beam: `tree` as `model.search_tree.SearchTree.as_arrays`; `settings` (width, alpha, kind) it was searched with."""
    pieces = tuple(vocabulary[token] for token in tree["tokens"])
    header = {"tokens": Tokens(pieces).as_list(), "fates": list(fates), "settings": dict(settings), **_common(words)}
    return pack(header, {name: np.asarray(tree[name], dtype=np.float64) for name in tree if name != "tokens"})


def cache_payload(costs: np.ndarray, cells: np.ndarray, produced: Tokens, words: Mapping[str, str]) -> bytes:
    """Two ways to decode, step by step: `costs` [2, n, parts] multiplications (first without a cache), `cells` [2, n] of one head."""
    return pack({"produced": produced.as_list(), **_common(words)}, {"costs": costs, "cells": cells})


def table_payload(
    head: Sequence[str], rows: Sequence[Sequence[str]], caption: str, marked: Sequence[int] = (), bars: Bars | None = None
) -> dict[str, Any]:
    """A table of plain texts; rows in `marked` stand out. `bars` puts shares of a whole at the end of each row."""
    table: dict[str, Any] = {"head": list(head), "rows": [list(row) for row in rows], "caption": caption, "marked": list(marked)}
    if bars is not None:
        table |= {"bars": [list(map(int, counts)) for counts in bars.counts], "parts": list(bars.parts), "barHead": bars.head}
    return table


def _common(words: Mapping[str, str]) -> dict[str, Any]:
    return {"palettes": {name: palette.as_dict() for name, palette in PALETTES.items()}, "words": dict(words)}

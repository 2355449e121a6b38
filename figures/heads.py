"""Payloads of lesson 9: all heads at a glance, the sum over heads, tables that sort, the fuse box, the film of one head against four."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures.payload import Tokens, pack
from figures.theme import PALETTES

KINDS = {"encoder.self": "encoder", "decoder.self": "decoder", "decoder.cross": "cross"}
Head = tuple[str, int]
Words = Mapping[str, str]
MOST_BYTES = 1_000_000  # of the parts of one sum in single precision; over it they go in half


@dataclass(frozen=True)
class Axes:
    """The tokens of one sentence: English, the French fed in, the French produced."""

    source: Tokens
    fed: Tokens
    produced: Tokens

    def as_dict(self) -> dict[str, Any]:
        return {"source": self.source.as_list(), "fed": self.fed.as_list(), "produced": self.produced.as_list()}


def short_name(attention: str) -> str:
    """`decoder.1.cross` -> `cross.1`, as the components know it (layers from 0)."""
    side, layer, part = attention.split(".")
    return f"{KINDS[f'{side}.{part}']}.{layer}"


def long_name(short: str) -> str:
    """The inverse of `short_name`. Raises `ValueError` for what is no attention."""
    kind, _, layer = short.partition(".")
    names = {short_kind: name for name, short_kind in KINDS.items()}
    if kind not in names or not layer.isdigit():
        raise ValueError(short)
    side, _, part = names[kind].partition(".")
    return f"{side}.{int(layer)}.{part}"


def _common(words: Words) -> dict[str, Any]:
    return {"palettes": {name: palette.as_dict() for name, palette in PALETTES.items()}, "words": dict(words)}


# All heads at a glance


def board_payload(maps: Mapping[str, np.ndarray], axes: Axes, words: Words, *, identity: str, **state: Any) -> bytes:
    """`maps` holds for each of encoder, decoder, cross the weights [layer, head, n, m].

    `identity` names what the maps are of: as long as it stays, the tiles stay. `state` is what the server knows of the silenced
    heads and of the translations before and after.
    """
    shape = {kind: {"layers": values.shape[0], "heads": values.shape[1]} for kind, values in maps.items()}
    header = {"identity": identity, "attentions": shape, "tokens": axes.as_dict(), "state": state, **_common(words)}
    return pack(header, maps)


# The sum over heads


def head_parts(heads: np.ndarray, output_matrix: np.ndarray) -> np.ndarray:
    """What each head adds to the output: head_i · W^O_i. heads [h, n, d_v], W^O as stored [d_model, h · d_v] -> [h, n, d_model]."""
    width = heads.shape[2]
    return np.stack([head @ output_matrix[:, i * width : (i + 1) * width].T for i, head in enumerate(heads)])


def projections(parts: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Length of each head's part along the output's direction [h, n]; over the heads they add up to the output's length."""
    length = np.linalg.norm(output, axis=-1)
    return np.einsum("hnd,nd->hn", parts, output) / np.where(length > 0, length, 1)


def sum_payload(
    heads: Mapping[str, np.ndarray], parts: Mapping[str, np.ndarray], outputs: Mapping[str, np.ndarray], axes: Axes, words: Words, *,
    start: Mapping[str, Any],
) -> bytes:  # fmt: skip
    """By attention (`cross.1`): heads [h, n, d_v], parts [h, n, d_model], output of the pass [n, d_model].

    `start` says what is shown first: kind, layer, and the row in the source and in the target (or None).
    The difference told is that of the very numbers sent, so that it bounds what the browser finds in each dimension.
    """
    kind = np.float32 if 4 * sum(values.size for values in parts.values()) <= MOST_BYTES else np.float16
    parts = {name: values.astype(kind) for name, values in parts.items()}
    attentions = {name: {"difference": _difference(parts[name], outputs[name]), "numbers": int(outputs[name].size)} for name in outputs}
    header = {"attentions": attentions, "tokens": axes.as_dict(), "start": dict(start), **_common(words)}
    arrays = {f"{name}.heads": values.astype(np.float16) for name, values in heads.items()}
    arrays |= {f"{name}.parts": values for name, values in parts.items()}
    arrays |= {f"{name}.output": values for name, values in outputs.items()}
    return pack(header, arrays)


def _difference(parts: np.ndarray, output: np.ndarray) -> float:
    """Added up in double precision, as the browser does."""
    return float(np.abs(parts.sum(axis=0, dtype=np.float64) - output).max())


# Tables that sort


@dataclass(frozen=True)
class Column:
    """A column of a table. `kind`: share (0 to 1, drawn as a bar), bits, change (signed, a bar from the middle) or number."""

    name: str
    title: str
    meaning: str
    kind: str


def table_payload(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], values: np.ndarray, chance: np.ndarray, words: Words, *, sort: str
) -> bytes:
    """`rows` say label, attention, head and kind; values [rows, columns] (not a number: does not apply); chance likewise."""
    header = {
        "rows": [dict(row) for row in rows], "columns": [vars(column) for column in columns], "sort": sort, **_common(words),
    }  # fmt: skip
    return pack(header, {"values": values, "chance": chance})


# The film


def film_payload(runs: Sequence[Mapping[str, Any]], arrays: Mapping[str, np.ndarray], words: Words, *, steps: int, good: float) -> bytes:
    """`runs` say heads, moments, written, source, fed, produced; arrays under `<heads>.<name>` as `model.head_film` made them."""
    told = [
        {
            "heads": run["heads"], "moments": list(run["moments"]), "written": list(run["written"]),
            "tokens": Axes(Tokens(tuple(run["source"])), Tokens(tuple(run["fed"])), Tokens(tuple(run["produced"]))).as_dict(),
        }
        for run in runs
    ]  # fmt: skip
    return pack({"runs": told, "steps": steps, "good": good, **_common(words)}, arrays)


def names_of(heads: Iterable[Head]) -> list[list[Any]]:
    """Heads as the browser has them: [["encoder.0", 3], ...]."""
    return [[short_name(name), head] for name, head in heads]

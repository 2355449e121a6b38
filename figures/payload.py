"""Arrays and labels in, bytes for a component out: a JSON header, then float32, float16 or uint8 arrays. Read by `parts/dom.js`.

Layout: length of the header (uint32, little endian), header (UTF-8 JSON, filled with spaces), arrays one after another;
everything begins on a multiple of four. The header's `arrays` says for each name its offset in bytes, shape and type.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures.theme import PALETTES

WORD_START = "\u2581"
SPACE = "\u2423"  # shown for a space, and for a piece that is nothing but the mark of a word's start
TOKENS = 65  # the most a component draws: a sentence at its limit and the token that starts or ends it
_ATTENTION = re.compile(r"^(encoder|decoder)\.(\d+)\.(self|cross)\.weights$")
_KINDS = {("encoder", "self"): "encoder", ("decoder", "self"): "decoder", ("decoder", "cross"): "cross"}
_BYTE = re.compile(r"^<0x([0-9A-F]{2})>$")
_PARTS = ("weights", "query", "key", "value")
_TYPES = {"uint8": "uint8", "float16": "<f2", "float32": "<f4"}


@dataclass(frozen=True)
class Tokens:
    """Labels of an axis. `special` marks start, end, padding and unknown, which no learner typed."""

    pieces: tuple[str, ...]
    special: frozenset[str] = frozenset({"<pad>", "<s>", "</s>", "<unk>"})

    def as_list(self) -> list[dict[str, object]]:
        return [self._entry(piece) for piece in self.pieces]

    def _entry(self, piece: str) -> dict[str, object]:
        byte = _BYTE.match(piece)
        if byte and 0x20 <= int(byte[1], 16) < 0x7F:  # a character the vocabulary lacks; its byte stays in the tooltip
            text = chr(int(byte[1], 16))
            return {"text": SPACE if text == " " else text, "start": False, "special": False, "title": piece}
        text = piece.removeprefix(WORD_START)
        return {"text": text or SPACE, "start": piece.startswith(WORD_START) and text != "", "special": piece in self.special}


@dataclass(frozen=True)
class ModelArrays:
    """One model's pass under the public names of a trace, with the factor between products and scores (1 / √d_k, or 1)."""

    label: str
    arrays: Mapping[str, np.ndarray]
    scale: float


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Header and arrays as one run of bytes. Booleans become uint8, uint8 and float16 stay, all else becomes float32."""
    ready = {name: np.ascontiguousarray(values, dtype=_TYPES[_type_of(values)]) for name, values in arrays.items()}
    size = 0
    while True:  # the offsets stand in the header whose length they depend on
        entries = _entries(ready, 4 + size)
        text = json.dumps({**header, "arrays": entries}, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        if len(text) == size:
            return b"".join([struct.pack("<I", size), text, *(_filled(values.tobytes()) for values in ready.values())])
        size = len(text)


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The inverse of `pack` (the browser has its own)."""
    (size,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + size])
    return header, {name: _array(data, entry) for name, entry in header.pop("arrays").items()}


def with_header(data: bytes, **more: Any) -> bytes:
    """The same payload with more in its header."""
    header, arrays = unpack(data)
    return pack({**header, **more}, arrays)


def matrix_payload(
    values: np.ndarray, rows: Tokens, columns: Tokens, kind: str, words: Mapping[str, str], *,
    allowed: np.ndarray | None = None, query: np.ndarray | None = None, key: np.ndarray | None = None, scale: float = 1.0, name: str = "",
) -> bytes:  # fmt: skip
    """One matrix [n, m] with its labels. `kind` is weights (0 to 1), products or scores.

    With `query` [n, d_k] and `key` [m, d_k] the arithmetic line spells a product or a score out.
    """
    header = {"rows": rows.as_list(), "columns": columns.as_list(), "kind": kind, "scale": scale, "name": name, **_common(words)}
    given = {"values": values, "allowed": allowed, "query": query, "key": key}
    return pack(header, {part: array for part, array in given.items() if array is not None})


def lines_payload(weights: np.ndarray, rows: Tokens, columns: Tokens, words: Mapping[str, str], name: str = "") -> bytes:
    """Weights [n, m] as bands from the tokens that read to the tokens that are read."""
    return pack({"rows": rows.as_list(), "columns": columns.as_list(), "name": name, **_common(words)}, {"values": weights})


def explorer_payload(
    models: Sequence[ModelArrays], source: Tokens, fed: Tokens, produced: Tokens, words: Mapping[str, str],
    start: Mapping[str, int] | None = None, about: str = "",
) -> bytes:  # fmt: skip
    """Every attention of every layer and head of one or two models on the same source and target.

    `start` (layer, head, row, column, all from 0) is the place in the encoder to look at first, where the address names none.
    `about` names the model and the sentence on a downloaded picture.

    Sent: weights, query, key, value and what is allowed; products (query · key), scores and outputs (weights · value) follow.
    """
    if max(len(source.pieces), len(fed.pieces)) > TOKENS:
        raise ValueError(f"the explorer draws at most {TOKENS} tokens a side")
    arrays: dict[str, np.ndarray] = {}
    found: dict[str, dict[str, int]] = {}
    for index, model in enumerate(models):
        for name, weights in model.arrays.items():
            match = _ATTENTION.match(name)
            if match is None:
                continue
            kind, layer = _KINDS[match[1], match[3]], int(match[2])
            size = found.setdefault(kind, {"layers": 0, "heads": weights.shape[0]})
            size["layers"] = max(size["layers"], layer + 1)
            stem = name.removesuffix("weights")
            arrays |= {f"{index}.{kind}.{layer}.{part}": model.arrays[stem + part] for part in _PARTS}
            arrays[f"{index}.{kind}.{layer}.allowed"] = np.broadcast_to(model.arrays[stem + "allowed"], weights.shape[1:]).astype(bool)
    header = {
        "attentions": {kind: found[kind] for kind in _KINDS.values() if kind in found},
        "models": [{"label": model.label, "scale": model.scale} for model in models],
        "tokens": {"source": source.as_list(), "fed": fed.as_list(), "produced": produced.as_list()},
        "start": dict(start) if start else None,
        "about": about,
        **_common(words),
    }
    return pack(header, arrays)


def _common(words: Mapping[str, str]) -> dict[str, Any]:
    return {"palettes": {name: palette.as_dict() for name, palette in PALETTES.items()}, "words": dict(words)}


def _type_of(values: np.ndarray) -> str:
    """By the letter of its type: the name takes ten times as long, and a page asks 240 times."""
    return {"?": "uint8", "B": "uint8", "e": "float16"}.get(values.dtype.char, "float32")


def _entries(arrays: Mapping[str, np.ndarray], offset: int) -> dict[str, dict[str, Any]]:
    entries = {}
    for name, values in arrays.items():
        entries[name] = {"offset": offset, "shape": list(values.shape), "type": _type_of(values)}
        offset += values.nbytes + -values.nbytes % 4
    return entries


def _filled(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _array(data: bytes, entry: Mapping[str, Any]) -> np.ndarray:
    count = int(np.prod(entry["shape"], dtype=int))
    return np.frombuffer(data, _TYPES[entry["type"]], count, entry["offset"]).reshape(entry["shape"])

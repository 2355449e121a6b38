"""Payloads of lesson 6: four cuts of a sentence, merges, a lattice, rows of the vocabulary, its map. Arrays in, bytes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from figures.payload import Tokens, pack
from figures.theme import PALETTES

PICTURE_NUMBERS = 64_000  # a larger matrix is drawn with every so many-th row
LEVELS = 110  # of a byte's 127 that the largest number of a picture takes

Texts = Mapping[str, str]
Piece = tuple[int, int, int, int, str | None]  # start, end, id, times in the text it was learnt from, face if it is not its characters


@dataclass(frozen=True)
class Cut:
    """One tokenizer's pieces of the sentence, and for every row of its vocabulary whether its text used it."""

    pieces: tuple[Piece, ...]
    used: np.ndarray


@dataclass(frozen=True)
class Kind:
    """One way to cut, at every size; `veiled` says in its place what has to come first."""

    name: str
    label: str
    note: str
    cuts: tuple[Cut, ...]
    veiled: str = ""


def cuts_payload(text: str, kinds: Sequence[Kind], sizes: Sequence[int], stop: int, width: int, texts: Texts) -> bytes:
    """`stop`: the size to begin with; `width` is d_model, for the cost of the vocabulary."""
    rows = [
        {
            "name": kind.name, "label": kind.label, "note": kind.note, "veiled": kind.veiled,
            "stops": [{"pieces": cut.pieces, "size": len(cut.used)} for cut in kind.cuts] if not kind.veiled else [],
        }
        for kind in kinds
    ]  # fmt: skip
    used = {f"{kind.name}.{at}": cut.used for kind in kinds if not kind.veiled for at, cut in enumerate(kind.cuts)}
    return _packed({"text": text, "kinds": rows, "sizes": sizes, "stop": stop, "width": width}, used, texts)


@dataclass(frozen=True)
class Joint:
    """One merge: its two pieces, the how-manieth it was learnt, how often they stood together then; where it joins: (word, place)."""

    left: str
    right: str
    rank: int
    count: int
    joins: tuple[tuple[int, int], ...]


def merges_payload(words: Sequence[str], joints: Sequence[Joint], texts: Texts, start: int | None = None) -> bytes:
    """`words` with their marks; `joints` in the order of learning; `start`: how many are done at first, None for all."""
    terms = [{"text": word} for word in words]
    return _packed({"terms": terms, "merges": [asdict(joint) for joint in joints], "start": start}, {}, texts)


def lattice_payload(
    words: Sequence[str], lattices: Sequence[Sequence[Mapping[str, Any]]], sizes: Sequence[int], start: int, chosen: int, texts: Texts
) -> bytes:
    """For each word (with its mark) a lattice for each size: arcs, spellings, ways. `start`: the word, `chosen`: the size to begin with."""
    terms = [{"text": word[1:], "marked": word, "sizes": found} for word, found in zip(words, lattices, strict=True)]
    return _packed({"terms": terms, "sizes": sizes, "start": start, "chosen": chosen}, {}, texts)


def rows_payload(
    tokens: Tokens, ids: Sequence[int], matrix: np.ndarray, positions: np.ndarray, factor: float, start: int, texts: Texts
) -> bytes:
    """The matrix of the vocabulary [V, d], thinned to a picture, the rows of `ids` in full, and what is added to each [n, d]."""
    vocabulary, width = matrix.shape
    entries = [{"text": entry["text"], "id": int(number)} for entry, number in zip(tokens.as_list(), ids, strict=True)]
    header = {"tokens": entries, "vocabulary": vocabulary, "width": width, "factor": factor, "start": start}
    arrays = {"rows": matrix[list(ids)], "positions": positions, "picture": picture_of(matrix)}
    return _packed(header, arrays, texts)


def picture_of(matrix: np.ndarray) -> np.ndarray:
    """A matrix as bytes, 128 for zero and 128 ± 110 for its largest number (that of 99.9 %); every k-th row where it is large."""
    every = -(-matrix.size // PICTURE_NUMBERS)
    thin = matrix[::every]
    limit = float(np.quantile(np.abs(thin), 0.999)) or 1.0
    levels: np.ndarray = np.clip(np.round(128 + LEVELS * thin / limit), 0, 255).astype(np.uint8)
    return levels


@dataclass(frozen=True)
class Side:
    """One side's vocabulary as a map: its words, those of the sentence (places), and which of these to begin with."""

    name: str
    label: str
    words: tuple[str, ...]
    here: tuple[int, ...]
    start: int
    arrays: Mapping[str, np.ndarray]  # under `<name>.`: places, gender_places, used, part, gender, near, cosines


def map_payload(sides: Sequence[Side], steps: Sequence[int], parts: Sequence[str], genders: Sequence[str], texts: Texts) -> bytes:
    """The film of the vocabulary, `places` [moments, n, 2] in one plane."""
    header = {
        "sides": [{"name": side.name, "label": side.label, "names": side.words, "here": side.here, "start": side.start} for side in sides],
        "steps": steps, "parts": parts, "genders": genders,
    }  # fmt: skip
    names = ("places", "gender_places", "used", "part", "gender", "near", "cosines")
    arrays = {f"{side.name}.{name}": side.arrays[f"{side.name}.{name}"] for side in sides for name in names}
    return _packed(header, arrays, texts)


def _packed(header: dict[str, Any], arrays: Mapping[str, np.ndarray], texts: Texts) -> bytes:
    palettes = {name: palette.as_dict() for name, palette in PALETTES.items()}
    return pack({**header, "texts": dict(texts), "palettes": palettes}, arrays)

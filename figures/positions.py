"""Positions as pictures: the encoding and its clocks, likeness against offset, the turn that works everywhere, the sum, orders.

NumPy only. The one component of this lesson reads `picture` from the header and draws that (ui/components/parts/positions.js).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from figures.payload import Tokens, pack
from figures.theme import PALETTES

BASE = 10_000
ROWS = 100  # positions of the long view
OFFSETS = 64  # the farthest offset of the likeness curve
LENGTH = 128  # positions on which maps are tested
TURNS = 8  # offsets k for which maps are fitted: 1 to 8
FITTED_ON = (16, 32, 48, 96)  # how many of the first positions a map is fitted on
SEED = 0


def frequencies(d_model: int) -> np.ndarray:
    """How far the hand of each pair turns a position, in radians [d_model / 2]: 10000^(-2i / d_model)."""
    found: np.ndarray = BASE ** (-np.arange(0, d_model, 2) / d_model)
    return found


def sinusoids(length: int, d_model: int) -> np.ndarray:
    """PE(pos, 2i) = sin(pos · w_i), PE(pos, 2i + 1) = cos(pos · w_i) [length, d_model] (section 3.5)."""
    angle = np.arange(length)[:, None] * frequencies(d_model)
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(length, -1)


def likeness(d_model: int, farthest: int = OFFSETS) -> np.ndarray:
    """PE(p) · PE(p + k) for k = 0 to `farthest`: the sum of cos(k · w_i) over the pairs, whatever p is."""
    found: np.ndarray = np.cos(np.arange(farthest + 1)[:, None] * frequencies(d_model)).sum(axis=1)
    return found


def first_rise(curve: np.ndarray) -> int:
    """The first k at which a curve is higher than at k - 1; 0 where it never is."""
    rises = np.flatnonzero(np.diff(curve) > 0)
    return int(rises[0]) + 1 if len(rises) else 0


def turn(rows: np.ndarray, k: int) -> np.ndarray:
    """Every row turned to the position k further on, pair by pair; the same turn for every row [n, d_model]."""
    angle = k * frequencies(rows.shape[1])
    sine, cosine = rows[:, 0::2], rows[:, 1::2]
    turned = [sine * np.cos(angle) + cosine * np.sin(angle), cosine * np.cos(angle) - sine * np.sin(angle)]
    return np.stack(turned, axis=-1).reshape(rows.shape)


def random_table(length: int, d_model: int) -> np.ndarray:
    """Random vectors of the length that every row of the encoding has, √(d_model / 2)."""
    table = np.random.default_rng(SEED).normal(size=(length, d_model))
    return table * np.sqrt(d_model / 2) / np.linalg.norm(table, axis=1, keepdims=True)


def fitted_errors(table: np.ndarray, known: int, turns: int = TURNS) -> np.ndarray:
    """How wrong a fitted linear map from row p to row p + k is, as a share of a row's length [turns, length - turns].

    The map is the least-squares one (the smallest, where many fit) over the first `known` rows; k is 1 to `turns`.
    """
    count = len(table) - turns
    through = table[:count] @ np.linalg.pinv(table[:known], rcond=1e-7)  # count × known
    size = np.linalg.norm(table[0])
    return np.stack([np.linalg.norm(through @ table[k : known + k] - table[k : count + k], axis=1) / size for k in range(1, turns + 1)])


def turned_errors(d_model: int, length: int = LENGTH, turns: int = TURNS) -> np.ndarray:
    """The same for the closed form, which is fitted on nothing [turns, length - turns]."""
    table = sinusoids(length, d_model)
    count, size = length - turns, np.linalg.norm(table[0])
    return np.stack([np.linalg.norm(turn(table[:count], k) - table[k : count + k], axis=1) / size for k in range(1, turns + 1)])


# What the component draws


def encoding_payload(rows: np.ndarray, tokens: Tokens, kind: str, words: Mapping[str, str]) -> bytes:
    """The encoding of the learner's words [n, d_model] as the model added it, and of the positions after them where a formula gives them.

    `kind` is sinusoidal, learned or none, as in the model's configuration.
    """
    table = rows if kind != "sinusoidal" else np.concatenate([rows, sinusoids(max(ROWS, len(rows)), rows.shape[1])[len(rows) :]])
    return _packed("encoding", words, {"table": table}, tokens=tokens.as_list(), kind=kind)


def offsets_payload(d_model: int, tokens: Tokens, words: Mapping[str, str]) -> bytes:
    """Likeness against offset for the model's width and the two of the paper's and our other models."""
    widths = sorted({d_model, 64, 128, 512})
    curves = {f"curve.{width}": likeness(width) for width in widths}
    rises = {str(width): first_rise(likeness(width, 200)) for width in widths}
    return _packed("offsets", words, curves, tokens=tokens.as_list(), widths=widths, own=d_model, rises=rises)


def turns_payload(d_model: int, words: Mapping[str, str]) -> bytes:
    """The turn by k, and the errors of three maps at positions used and not used to make them."""
    errors = {"closed": turned_errors(d_model)}
    tables = {"sinusoids": sinusoids(LENGTH, d_model), "random": random_table(LENGTH, d_model)}
    for known in FITTED_ON:
        errors |= {f"{name}.{known}": fitted_errors(table, known) for name, table in tables.items()}
    return _packed("turns", words, errors, d_model=d_model, known=list(FITTED_ON), turns=TURNS, length=LENGTH - TURNS)


def sums_payload(embedding: np.ndarray, position: np.ndarray, tokens: Tokens, words: Mapping[str, str]) -> bytes:
    """What a word brings, what its place brings, and their sum, which is what the first layer reads [n, d_model] each."""
    return _packed("sums", words, {"embedding": embedding, "position": position}, tokens=tokens.as_list())


def orders_payload(views: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> bytes:
    """Words to drag. A view: name, label, tokens, words ([start, end) of pieces), orders, `with` and `without`
    [orders, n, d_model] or None, and the translations of every order, where they are known."""
    arrays: dict[str, np.ndarray] = {}
    described = []
    for number, view in enumerate(views):
        described.append({name: value for name, value in view.items() if name not in ("with", "without")})
        arrays |= {f"{number}.{name}": view[name] for name in ("with", "without") if view[name] is not None}
    return _packed("orders", words, arrays, views=described)


def curves_payload(steps: np.ndarray, curves: Mapping[str, np.ndarray], roles: Sequence[str], words: Mapping[str, str]) -> bytes:
    """Shares from 0 to 1 against steps, one curve for each name, named at its end."""
    arrays = {"steps": steps, **{f"curve.{number}": values for number, values in enumerate(curves.values())}}
    return _packed("curves", words, arrays, names=list(curves), roles=list(roles))


def _packed(picture: str, words: Mapping[str, str], arrays: Mapping[str, np.ndarray], **header: Any) -> bytes:
    palettes = {name: palette.as_dict() for name, palette in PALETTES.items()}
    return pack({"picture": picture, "words": dict(words), "palettes": palettes, **header}, arrays)

"""The head lesson's picture as bytes: X, the three matrices of every head, queries, keys and values; the rest follows in the browser.

Two books of the same shape: `pencil` (three words, four whole numbers each, checkable by hand) and `sentence` (the learner's).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures.payload import TOKENS, Tokens, pack
from figures.theme import PALETTES

MOST_BYTES = 700_000  # of one payload; over it the matrices go in half precision, then layer by layer not at all
PARTS = ("query", "key", "value")


@dataclass(frozen=True)
class HeadsOfLayer:
    """The heads of one self-attention. What they read, what they made of it, and the parameters that made it.

    `x` [n, d_model] is what the attention reads; `query`, `key` [h, n, d_k], `value` [h, n, d_v]; `matrices` by part
    [h · d, d_model] (a column of a head's W is a row), `biases` by part [h · d], either empty where unknown or unused.
    """

    x: np.ndarray
    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    matrices: Mapping[str, np.ndarray]
    biases: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Book:
    """Tokens and every layer of a model on them. `scale` leads from products to scores; `row` is the query to follow first."""

    tokens: Tokens
    layers: Sequence[HeadsOfLayer]
    scale: float
    row: int
    column: int | None = None
    whole: bool = False
    embedding: np.ndarray | None = None  # [n, d_model], times √d_model: with `position` it makes the first layer's x
    position: np.ndarray | None = None


def pencil() -> Book:
    """Three words, d_model = d_k = d_v = 4, whole numbers, and scores that stay whole: √4 = 2. Made up, so that a pencil suffices."""
    x = np.array([[2, 0, 3, 0], [0, 0, 1, 2], [2, 1, 0, 1]], dtype=np.float32)
    matrices = {
        "query": np.array([[1, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1]], dtype=np.float32),
        "key": np.array([[1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [1, 0, 0, 0]], dtype=np.float32),
        "value": np.array([[10, 0, 5, 20], [20, 10, 0, 30], [10, 20, 5, 0], [0, 10, 30, 5]], dtype=np.float32),
    }
    made = {part: (x @ matrix)[None] for part, matrix in matrices.items()}
    layer = HeadsOfLayer(x, made["query"], made["key"], made["value"], {part: matrix.T for part, matrix in matrices.items()}, {})
    return Book(Tokens(("\u2581animal", "\u2581street", "\u2581it")), [layer], 0.5, row=2, column=0, whole=True)


def attention_payload(
    sentence: Book, start: Mapping[str, int], words: Mapping[str, str], names: Mapping[str, str], begin: str, kept: str = ""
) -> bytes:
    """Both books. `start` (layer, head, row from 0) is where the sentence is opened; `begin` is the book that is shown first.

    The sentence's matrices belong to the model: they come as `parameters_payload` under the name `kept`.
    """
    if len(sentence.tokens.pieces) > TOKENS:
        raise ValueError(f"the picture holds at most {TOKENS} tokens")
    books = {"pencil": pencil(), "sentence": sentence}
    header = {
        "books": {name: _about(book) for name, book in books.items()}, "start": dict(start), "begin": begin, "names": dict(names),
        "palettes": {name: palette.as_dict() for name, palette in PALETTES.items()}, "words": dict(words), "kept": kept,
    }  # fmt: skip
    return pack(header, _activations("pencil", pencil()) | _parameters("pencil", pencil()) | _activations("sentence", sentence))


def parameters_payload(sentence: Book, name: str) -> bytes:
    """The matrices of every layer, to be kept in the browser under `name`; as large as they are, they are the same for every sentence."""
    return pack({"name": name}, _parameters("sentence", sentence))


def _about(book: Book) -> dict[str, Any]:
    heads = book.layers[0].query.shape[0]
    return {
        "tokens": book.tokens.as_list(), "layers": len(book.layers), "heads": heads, "scale": book.scale,
        "row": book.row, "column": book.column, "whole": book.whole,
    }  # fmt: skip


def _activations(name: str, book: Book) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for number, layer in enumerate(book.layers):
        arrays |= {f"{name}.{number}.{part}": getattr(layer, part) for part in ("x", *PARTS)}
        arrays |= {f"{name}.{number}.{part}_bias": bias for part, bias in layer.biases.items()}
    if book.embedding is not None and book.position is not None:
        arrays |= {f"{name}.0.embedding": book.embedding, f"{name}.0.position": book.position}
    return arrays


def _parameters(name: str, book: Book) -> dict[str, np.ndarray]:
    """The matrices in single precision where they fit, else in half precision, of as many layers as fit."""
    room = MOST_BYTES
    numbers = sum(matrix.size for layer in book.layers for matrix in layer.matrices.values())
    half = 4 * numbers > room
    arrays: dict[str, np.ndarray] = {}
    for number, layer in enumerate(book.layers):
        room -= sum((2 if half else 4) * matrix.size for matrix in layer.matrices.values())
        if room < 0:
            break
        for part, matrix in layer.matrices.items():
            arrays[f"{name}.{number}.{part}_matrix"] = matrix.astype(np.float16) if half else matrix
    return arrays


def scale_of(d_k: int, scaling: bool) -> float:
    """From products to scores."""
    return 1 / math.sqrt(d_k) if scaling else 1.0


def shuffle_payload(book: Book, head: int, norm: Mapping[str, np.ndarray], words: Mapping[str, str]) -> bytes:
    """One head of the first layer with all it takes to compute it anew for any order of the words. `norm` is empty but for pre-norm."""
    layer = book.layers[0]
    header = {
        "tokens": book.tokens.as_list(), "scale": book.scale, "words": dict(words),
        "palettes": {name: palette.as_dict() for name, palette in PALETTES.items()},
    }  # fmt: skip
    if book.embedding is None or book.position is None:
        raise ValueError("an order of words needs embeddings and positions apart")
    arrays = {"embedding": book.embedding, "position": book.position, **{f"norm_{name}": array for name, array in norm.items()}}
    for part in PARTS:
        width = getattr(layer, part).shape[-1]
        mine = slice(head * width, (head + 1) * width)
        arrays[f"{part}_matrix"] = layer.matrices[part][mine]
        if part in layer.biases:
            arrays[f"{part}_bias"] = layer.biases[part][mine]
    return pack(header, arrays)

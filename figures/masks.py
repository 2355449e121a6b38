"""Payloads of the pictures of the lesson on masks: the strip, the batch, the change of a word, the film of the leak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from figures.payload import Tokens, pack
from figures.theme import PALETTES

PADDING = "<pad>"
LOSS_WINDOW = 21  # steps a point of the drawn loss is the mean of

Words = Mapping[str, str]


def causal(n: int) -> np.ndarray:
    """Which key each query may see by the causal mask alone, bool [n, n]: itself and what is earlier. n(n + 1) / 2 are open."""
    return np.tril(np.ones((n, n), bool))


def padded(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Sentences of pieces, padded at the right to the longest."""
    longest = max(map(len, rows))
    return tuple((*row, *[PADDING] * (longest - len(row))) for row in rows)


@dataclass(frozen=True)
class Hidden:
    """How many cells of a sentence's mask are open, hidden because they come later, and hidden as padding alone."""

    open: int
    later: int
    padding: int


def count_hidden(length: int, longest: int) -> Hidden:
    """For a sentence of `length` tokens in a batch padded to `longest`."""
    allowed = causal(longest)
    allowed[:, length:] = False
    later = longest * (longest - 1) // 2
    return Hidden(int(allowed.sum()), later, longest * longest - later - int(allowed.sum()))


def telling_head(weights: np.ndarray) -> tuple[int, int]:
    """(layer, head) of weights [L, H, n, n] in which rows read earlier words most: not themselves, and not the start token alone."""
    n = weights.shape[-1]
    earlier = np.tril(np.ones((n, n), bool), -1)
    earlier[:, 0] = n < 3
    share = np.where(earlier, weights, 0.0).sum((-1, -2))
    layer, head = np.unravel_index(int(share.argmax()), share.shape)
    return int(layer), int(head)


def strip_payload(scores: np.ndarray, weights: np.ndarray, fed: Sequence[str], labels: Sequence[str], row: int, words: Words) -> bytes:
    """Input, mask and label of n rows; scores and weights [L, H, n, n] of the decoder's self-attention. `row` (from 0) opens it."""
    layer, head = telling_head(weights)
    header = {
        "view": "strip", "fed": Tokens(tuple(fed)).as_list(), "labels": Tokens(tuple(labels)).as_list(),
        "layers": scores.shape[0], "heads": scores.shape[1], "layer": layer, "head": head, "row": row, **_common(words),
    }  # fmt: skip
    return pack(header, {"scores": scores, "weights": weights})


def batch_payload(sentences: Sequence[Sequence[str]], words: Words) -> bytes:
    """The decoder inputs of a short batch, the learner's first; the browser works out their masks from the lengths."""
    rows = [Tokens(row).as_list() for row in padded(sentences)]
    return pack({"view": "batch", "sentences": rows, "lengths": [len(sentence) for sentence in sentences], **_common(words)}, {})


def change_payload(
    positions: np.ndarray, pieces: Sequence[str], masked: np.ndarray, unmasked: np.ndarray,
    fed: Sequence[str], labels: Sequence[str], first: int, words: Words,
) -> bytes:  # fmt: skip
    """c changes of one input each: where, to what, and how far each of n rows moved [c, n]. `first`: the change to open with."""
    header = {
        "view": "change", "positions": [int(place) for place in positions], "others": Tokens(tuple(pieces)).as_list(),
        "fed": Tokens(tuple(fed)).as_list(), "labels": Tokens(tuple(labels)).as_list(), "first": first, **_common(words),
    }  # fmt: skip
    return pack(header, {"masked": masked, "unmasked": unmasked})


@dataclass(frozen=True)
class LeakFilm:
    """One training: `loss` [steps], and at k moments `held_out` and `good` [k], what was written [k][samples], how good each is, in
    words, and how many of its characters, from the beginning, are right.
    """

    loss: np.ndarray
    moments: np.ndarray
    held_out: np.ndarray
    good: np.ndarray
    written: Sequence[Sequence[str]]
    judged: Sequence[Sequence[str]]
    right: Sequence[Sequence[int]]


@dataclass(frozen=True)
class World:
    """Two trainings that differ in the mask alone. `most` is the top of the scale of `good`."""

    name: str
    title: str
    floor: float
    good: str
    most: float
    sources: Sequence[str]
    references: Sequence[str]
    masked: LeakFilm
    open: LeakFilm


def smoothed(loss: np.ndarray, window: int = LOSS_WINDOW) -> np.ndarray:
    """Running mean over at most `window` steps around each, shorter at the ends, so that no step is left out."""
    sums = np.concatenate([[0.0], np.cumsum(loss, dtype=np.float64)])
    half, n = window // 2, len(loss)
    low, high = np.maximum(np.arange(n) - half, 0), np.minimum(np.arange(n) + half + 1, n)
    return (sums[high] - sums[low]) / (high - low)


def leak_payload(worlds: Sequence[World], words: Words, at_end: bool = True) -> bytes:
    """The films of the trainings with the mask and without, in every world. `at_end`: opened on the last moment."""
    arrays: dict[str, np.ndarray] = {}
    told = []
    for world in worlds:
        films = {"masked": world.masked, "open": world.open}
        for kind, film in films.items():
            arrays |= {f"{world.name}.{kind}.loss": smoothed(film.loss), f"{world.name}.{kind}.good": film.good}
        told.append(
            {
                "name": world.name, "title": world.title, "floor": world.floor, "good": world.good, "most": world.most,
                "moments": [int(moment) for moment in world.masked.moments],
                "sources": list(world.sources), "references": list(world.references),
                **{kind: {"written": film.written, "judged": film.judged, "right": film.right} for kind, film in films.items()},
            }
        )  # fmt: skip
    return pack({"view": "leak", "at_end": at_end, "worlds": told, **_common(words)}, arrays)


# A row with nothing to read


@dataclass(frozen=True)
class EmptyRow:
    """What becomes of a row of scores that are all masked: by the formula as it stands, with a large number for −∞, and by ours."""

    plain: np.ndarray
    large: np.ndarray
    ours: np.ndarray
    spread: int


def empty_row(count: int, value: np.ndarray) -> EmptyRow:
    """For a row of `count` scores, all hidden; and `value` [n, d_v] of a sentence whose last row has become NaN: the rows before
    it give it the weight 0, and `spread` says how many of the n · d_v numbers of the weighted sums are NaN all the same.
    """
    hidden, large = np.full(count, -np.inf), np.full(count, -1e9)
    with np.errstate(invalid="ignore"):
        spoilt = value.astype(np.float64)
        spoilt[-1] = np.nan
        even = causal(len(value)) / causal(len(value)).sum(-1, keepdims=True)
        return EmptyRow(_softmax(hidden), _softmax(large), np.zeros(count), int(np.isnan(even @ spoilt).sum()))


def _softmax(scores: np.ndarray) -> np.ndarray:
    """The formula as it stands, with the usual largest score subtracted."""
    powers = np.exp(scores - scores.max())
    found: np.ndarray = powers / powers.sum()
    return found


def _common(words: Words) -> dict[str, object]:
    return {"palettes": {name: palette.as_dict() for name, palette in PALETTES.items()}, "words": dict(words)}

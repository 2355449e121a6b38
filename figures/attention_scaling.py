"""Why products are divided by √d_k, measured: how they spread, how even the weights are, how much softmax can still move.

For random queries and keys with independent parts of mean 0 and variance 1 (the paper's assumption, section 3.2.1, footnote 4), and
for the heads of a model on one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from figures.attention import HeadsOfLayer
from figures.payload import pack
from figures.theme import PALETTES

WIDTHS = tuple(2**power for power in range(10))  # d_k from 1 to 512
QUERIES = 300  # random ones, for every width
SEED = 0
Curves = dict[str, np.ndarray]


def softmax(scores: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def entropy_bits(weights: np.ndarray) -> np.ndarray:
    """Of every row: 0 where it reads one key alone, log2 of their number where it reads all alike."""
    return np.asarray(-(weights * np.log2(np.where(weights > 0, weights, 1))).sum(axis=-1))


def slope(weights: np.ndarray) -> np.ndarray:
    """Of every row: the sum of ∂ weight_j / ∂ score_j = w_j (1 − w_j). 0 where softmax is stuck, at most (m − 1) / m."""
    return np.asarray((weights * (1 - weights)).sum(axis=-1))


def measure(products: np.ndarray, d_k: int) -> dict[str, float]:
    """Variance, entropy and slope of products [..., m], as they are and divided by √d_k."""
    found: dict[str, float] = {}
    for side, divisor in (("without", 1.0), ("with", float(np.sqrt(d_k)))):
        scores = products / divisor
        weights = softmax(scores)
        found |= {
            f"variance.{side}": float(scores.var()),
            f"entropy.{side}": float(entropy_bits(weights).mean()),
            f"gradient.{side}": float(slope(weights).mean()),
        }
    return found


def random_curves(keys: int) -> Curves:
    """`measure` for every width, each number [widths], on random queries with `keys` keys each; `example`: one row of products.

    Normal parts, drawn the short way: |q|² is χ² with d_k degrees of freedom, and given q the product with a key is normal with
    variance |q|², which is the same as drawing every part and adding up.
    """
    chance = np.random.default_rng(SEED)
    normal = chance.standard_normal((QUERIES, keys))  # the same for every width: the curves differ by width alone
    measured, example = [], []
    for d_k in WIDTHS:
        products = np.sqrt(chance.chisquare(d_k, (QUERIES, 1))) * normal
        measured.append(measure(products, d_k))
        example.append(_typical(products))
    return {name: np.array([found[name] for found in measured]) for name in measured[0]} | {"example": np.stack(example)}


def _typical(products: np.ndarray) -> np.ndarray:
    """The row whose largest weight is the median one of all rows."""
    tops = softmax(products).max(axis=-1)
    return np.asarray(products[np.argsort(tops)[len(tops) // 2]])


def head_points(layers: Sequence[HeadsOfLayer]) -> Curves:
    """`measure` for every head of a model, all layers one after another."""
    found = [
        measure(query @ key.T, query.shape[-1]) for layer in layers for query, key in zip(layer.query, layer.key, strict=True)
    ]  # fmt: skip
    return {f"heads.{name}": np.array([one[name] for one in found]) for name in found[0]}


def scaling_payload(curves: Curves, layers: Sequence[HeadsOfLayer], start: Mapping[str, int], words: Mapping[str, str]) -> bytes:
    """Curves and heads. `start` is the head marked while the address names none."""
    heads, keys, d_k = layers[0].key.shape
    header: dict[str, Any] = {
        "widths": WIDTHS, "own": d_k, "keys": keys, "heads": heads, "layers": len(layers), "start": dict(start),
        "palettes": {name: palette.as_dict() for name, palette in PALETTES.items()}, "words": dict(words),
    }  # fmt: skip
    return pack(header, curves | head_points(layers))

"""Numbers behind the curves and maps: entropy, similarity, the plane of largest spread. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def entropy(weights: np.ndarray) -> np.ndarray:
    """Mean entropy in bits of the rows of each head: [h, n, m] to [h]. 0 where a row reads one token, log2 m where all alike."""
    logarithms = np.log2(weights, where=weights > 0, out=np.zeros_like(weights))
    rows: np.ndarray = -(weights * logarithms).sum(axis=-1)
    return rows.mean(axis=-1)


def even_entropy(allowed: np.ndarray) -> float:
    """Mean entropy in bits of rows that spread their weight evenly over what they may read [n, m]."""
    return float(np.log2(np.maximum(allowed.sum(axis=-1), 1)).mean())


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Cosine between every row of one [n, d] and every row of the other [m, d]; 0 for a row of zeros."""
    lengths = np.outer(np.linalg.norm(one, axis=1), np.linalg.norm(other, axis=1))
    return (one @ other.T) / np.where(lengths > 0, lengths, 1)


def likeness(stream: Sequence[np.ndarray]) -> tuple[list[float], list[float]]:
    """For each step of a stream of [n, d]: mean cosine of a token to its own first vector, and of two tokens to each other."""
    own = [float(np.diagonal(cosines(stream[0], vectors)).mean()) for vectors in stream]
    others = [_off_diagonal_mean(cosines(vectors, vectors)) for vectors in stream]
    return own, others


def _off_diagonal_mean(matrix: np.ndarray) -> float:
    pairs = matrix.size - len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / pairs) if pairs else 1.0


def plane(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two directions of largest spread (principal components): places [n, 2] and the share of the spread of each [2]."""
    centred = points - points.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    places = np.zeros((len(points), 2))
    shares = np.zeros(2)
    count = min(2, len(sizes))
    places[:, :count] = left[:, :count] * sizes[:count]
    total = float((sizes**2).sum())
    shares[:count] = sizes[:count] ** 2 / total if total else 0
    return places, shares

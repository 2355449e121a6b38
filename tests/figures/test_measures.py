"""Entropy, likeness and the plane against their definitions, written out."""

from __future__ import annotations

import math

import numpy as np

from figures.measures import cosines, entropy, even_entropy, likeness, plane


def test_entropy_of_known_rows() -> None:
    sharp = np.eye(4)[None]
    even = np.full((1, 4, 4), 0.25)
    halves = np.tile([0.5, 0.5, 0, 0], (1, 4, 1))
    assert entropy(np.concatenate([sharp, even, halves])).tolist() == [0.0, 2.0, 1.0]


def test_even_entropy_counts_only_what_may_be_read() -> None:
    causal = np.tril(np.ones((4, 4), dtype=bool))
    assert math.isclose(even_entropy(causal), (0 + 1 + math.log2(3) + 2) / 4)


def test_cosines_by_hand() -> None:
    found = cosines(np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([[3.0, 4.0], [4.0, -3.0], [-6.0, -8.0]]))
    np.testing.assert_allclose(found, [[1, 0, -1], [0, 0, 0]], atol=1e-12)


def test_likeness_of_a_stream() -> None:
    first = np.array([[1.0, 0.0], [0.0, 1.0]])
    own, others = likeness([first, np.array([[1.0, 1.0], [1.0, 1.0]])])
    np.testing.assert_allclose(own, [1, math.sqrt(0.5)])
    np.testing.assert_allclose(others, [0, 1])


def test_likeness_of_one_token() -> None:
    assert likeness([np.ones((1, 3))])[1] == [1.0]


def test_plane_finds_the_plane() -> None:
    generator = np.random.default_rng(3)
    flat = generator.normal(size=(20, 2)) * [5, 1]
    turned, _ = np.linalg.qr(generator.normal(size=(6, 6)))
    places, shares = plane(flat @ turned[:2] + 7)
    assert math.isclose(shares.sum(), 1)
    distances = [np.linalg.norm(points[:, None] - points[None], axis=-1) for points in (flat, places)]
    np.testing.assert_allclose(distances[0], distances[1], atol=1e-9)


def test_plane_of_one_point() -> None:
    places, shares = plane(np.ones((1, 5)))
    assert places.tolist() == [[0, 0]] and shares.tolist() == [0, 0]

"""Payloads of lesson 6: what goes in comes out, and a large matrix becomes a small picture."""

from __future__ import annotations

import numpy as np

from figures.payload import Tokens, unpack
from figures.tokens import LEVELS, PICTURE_NUMBERS, Cut, Joint, Kind, cuts_payload, merges_payload, picture_of, rows_payload


def test_a_picture_keeps_sign_and_order() -> None:
    matrix = np.random.default_rng(0).normal(size=(40, 8))
    levels = picture_of(matrix).astype(int) - 128
    inside = np.abs(levels) < LEVELS
    assert (np.sign(levels) * np.sign(matrix) >= 0)[inside].all()
    flat, raw = levels[inside], matrix[inside]
    assert (np.diff(flat[np.argsort(raw)]) >= 0).all()


def test_a_large_matrix_is_thinned() -> None:
    assert picture_of(np.ones((10_000, 256))).size <= PICTURE_NUMBERS
    assert picture_of(np.zeros((30, 4))).shape == (30, 4) and (picture_of(np.zeros((30, 4))) == 128).all()


def test_rows_are_sent_in_full() -> None:
    matrix = np.random.default_rng(1).normal(size=(9, 4)).astype(np.float32)
    header, arrays = unpack(rows_payload(Tokens(("\u2581a", "b")), (7, 2), matrix, np.zeros((2, 4)), 2.0, 1, {"table": "Table"}))
    assert np.array_equal(arrays["rows"], matrix[[7, 2]])
    assert [token["id"] for token in header["tokens"]] == [7, 2] and header["vocabulary"] == 9 and header["factor"] == 2


def test_a_covered_kind_sends_nothing_of_its_answer() -> None:
    cut = Cut(((0, 3, 5, 9, None),), np.array([True] * 6))
    header, arrays = unpack(cuts_payload("abc", [Kind("bpe", "B", "", (cut,), "covered"), Kind("word", "W", "", (cut,))], (6,), 0, 4, {}))
    assert header["kinds"][0]["stops"] == [] and header["kinds"][1]["stops"][0]["pieces"] == [[0, 3, 5, 9, None]]
    assert list(arrays) == ["word.0"]


def test_merges_travel_in_order() -> None:
    joints = [Joint("a", "b", 3, 10, ((0, 1),)), Joint("ab", "c", 8, 4, ((0, 1), (1, 0)))]
    header, _ = unpack(merges_payload(["\u2581abc", "abc"], joints, {}))
    assert [merge["rank"] for merge in header["merges"]] == [3, 8] and header["merges"][1]["joins"] == [[0, 1], [1, 0]]

"""The pictures of lesson 9: sums over heads by brute force, names there and back, payloads that hold what they were given."""

from __future__ import annotations

import numpy as np
import pytest

from figures.heads import (
    Axes,
    Column,
    board_payload,
    film_payload,
    head_parts,
    long_name,
    names_of,
    projections,
    short_name,
    sum_payload,
    table_payload,
)
from figures.payload import Tokens, unpack

AXES = Axes(Tokens(("\u2581a", "b")), Tokens(("<s>", "\u2581c", "d")), Tokens(("\u2581c", "d", "</s>")))


@pytest.fixture
def heads() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)


@pytest.fixture
def matrix() -> np.ndarray:
    """As torch stores W^O: d_model × (heads · d_v)."""
    return np.random.default_rng(1).normal(size=(7, 12)).astype(np.float32)


def test_parts_add_up_to_the_concatenation_times_w_o(heads: np.ndarray, matrix: np.ndarray) -> None:
    concatenated = np.stack([np.concatenate([heads[head, row] for head in range(3)]) for row in range(5)])
    parts = head_parts(heads, matrix)
    assert parts.shape == (3, 5, 7)
    np.testing.assert_allclose(parts.sum(axis=0), concatenated @ matrix.T, atol=1e-5)


def test_a_part_cell_by_cell(heads: np.ndarray, matrix: np.ndarray) -> None:
    head, row, dimension = 2, 3, 5
    expected = sum(float(heads[head, row, k]) * float(matrix[dimension, head * 4 + k]) for k in range(4))
    assert head_parts(heads, matrix)[head, row, dimension] == pytest.approx(expected, abs=1e-5)


def test_projections_add_up_to_the_length(heads: np.ndarray, matrix: np.ndarray) -> None:
    parts = head_parts(heads, matrix)
    output = parts.sum(axis=0)
    found = projections(parts, output)
    np.testing.assert_allclose(found.sum(axis=0), np.linalg.norm(output, axis=1), rtol=1e-4)
    assert found[1, 4] == pytest.approx(float(parts[1, 4] @ output[4]) / float(np.sqrt(output[4] @ output[4])), rel=1e-4)
    assert np.isfinite(projections(np.zeros((2, 1, 3)), np.zeros((1, 3)))).all()


@pytest.mark.parametrize(
    ("long", "short"), [("encoder.0.self", "encoder.0"), ("decoder.1.self", "decoder.1"), ("decoder.11.cross", "cross.11")]
)
def test_names_there_and_back(long: str, short: str) -> None:
    assert short_name(long) == short and long_name(short) == long


@pytest.mark.parametrize("name", ["", "encoder", "encoder.x", "heads.0", "encoder.-1", "cross.0.1", "__proto__.0"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError):
        long_name(name)


def test_the_board_holds_its_maps_and_its_state() -> None:
    maps = {
        "encoder": np.random.default_rng(2).random((1, 2, 2, 2)).astype(np.float32),
        "cross": np.full((1, 2, 3, 2), 128, dtype=np.uint8),
    }
    header, arrays = unpack(board_payload(maps, AXES, {"w": "x"}, identity="one", silent=names_of([("decoder.0.cross", 1)]), after=None))
    assert header["attentions"] == {"encoder": {"layers": 1, "heads": 2}, "cross": {"layers": 1, "heads": 2}}
    assert header["state"] == {"silent": [["cross.0", 1]], "after": None} and header["identity"] == "one"
    assert [token["text"] for token in header["tokens"]["produced"]] == ["c", "d", "</s>"]
    np.testing.assert_array_equal(arrays["encoder"], maps["encoder"])
    assert arrays["cross"].dtype == np.uint8, "bytes stay bytes"


def test_the_sum_says_by_how_much_it_misses(heads: np.ndarray, matrix: np.ndarray) -> None:
    parts = head_parts(heads, matrix)
    output = parts.sum(axis=0)
    output[0, 0] += 0.25
    start = {"kind": "encoder", "layer": 0, "source": 1, "target": None}
    header, arrays = unpack(sum_payload({"encoder.0": heads}, {"encoder.0": parts}, {"encoder.0": output}, AXES, {}, start=start))
    assert header["attentions"]["encoder.0"]["difference"] == pytest.approx(0.25, abs=1e-5)
    assert header["attentions"]["encoder.0"]["numbers"] == 35 and header["start"] == start
    np.testing.assert_array_equal(arrays["encoder.0.parts"], parts)


def test_a_sum_too_large_for_single_precision_tells_the_difference_of_what_it_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = np.random.default_rng(4).normal(size=(3, 5, 7)).astype(np.float32)
    output = parts.sum(axis=0)
    monkeypatch.setattr("figures.heads.MOST_BYTES", 4 * parts.size - 1)
    start = {"kind": "encoder", "layer": 0, "source": 1, "target": None}
    heads = np.zeros((3, 5, 4), dtype=np.float32)
    header, arrays = unpack(sum_payload({"encoder.0": heads}, {"encoder.0": parts}, {"encoder.0": output}, AXES, {}, start=start))
    sent = arrays["encoder.0.parts"]
    assert sent.dtype == np.float16
    worst = max(abs(sum(float(sent[head, row, d]) for head in range(3)) - float(output[row, d])) for row in range(5) for d in range(7))
    assert header["attentions"]["encoder.0"]["difference"] == pytest.approx(worst, rel=1e-9) and worst > 1e-5


def test_a_table_keeps_what_does_not_apply() -> None:
    values = np.array([[0.5, np.nan], [0.25, 1.0]], dtype=np.float32)
    rows = [{"label": "encoder 1.1", "name": "encoder.0", "kind": "encoder", "layer": 0, "head": 0}] * 2
    payload = table_payload(rows, [Column("a", "A", "is a", "share"), Column("b", "B", "is b", "bits")], values, values, {}, sort="a")
    header, arrays = unpack(payload)
    assert header["sort"] == "a" and [column["name"] for column in header["columns"]] == ["a", "b"]
    np.testing.assert_array_equal(arrays["values"], values)


def test_a_film_keeps_its_moments() -> None:
    run = {"heads": 1, "moments": (0, 5), "written": ("", "il"), "source": ("a",), "fed": ("<s>",), "produced": ("b",)}
    maps = np.arange(2, dtype=np.uint8).reshape(2, 1, 1, 1, 1)
    header, arrays = unpack(film_payload([run], {"1.encoder.self": maps}, {}, steps=5, good=0.9))
    assert header["runs"][0]["moments"] == [0, 5] and header["runs"][0]["written"] == ["", "il"] and header["steps"] == 5
    np.testing.assert_array_equal(arrays["1.encoder.self"], maps)

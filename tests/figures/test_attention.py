"""The head lesson's payloads and measures: whole numbers by pencil, the fixture of the facts, laws of variance and of softmax."""

from __future__ import annotations

import numpy as np
import pytest

from figures import attention
from figures.attention import Book, HeadsOfLayer, attention_payload, parameters_payload, pencil, shuffle_payload
from figures.attention_scaling import WIDTHS, entropy_bits, head_points, measure, random_curves, scaling_payload, slope, softmax
from figures.payload import Tokens, unpack

START = {"layer": 0, "head": 0, "row": 0}


def made_up(count: int = 5, width: int = 8, heads: int = 2, d_k: int = 4, layers: int = 2) -> Book:
    """A sentence of random numbers whose queries, keys and values are X times its matrices."""
    chance = np.random.default_rng(3)
    found = []
    for _ in range(layers):
        x = chance.normal(size=(count, width)).astype(np.float32)
        matrices = {part: chance.normal(size=(heads * d_k, width)).astype(np.float32) for part in attention.PARTS}
        made = {part: (x @ matrix.T).reshape(count, heads, d_k).transpose(1, 0, 2) for part, matrix in matrices.items()}
        found.append(HeadsOfLayer(x, made["query"], made["key"], made["value"], matrices, {}))
    tokens = Tokens(tuple(f"\u2581w{number}" for number in range(count)))
    return Book(tokens, found, 1 / np.sqrt(d_k), row=0, embedding=found[0].x, position=np.zeros_like(found[0].x))


def test_the_pencil_needs_no_fractions_before_softmax() -> None:
    book = pencil()
    layer = book.layers[0]
    products = layer.query[0] @ layer.key[0].T
    scores = products * book.scale
    assert book.scale == 1 / np.sqrt(layer.query.shape[-1])
    for values in (layer.x, layer.query, layer.key, layer.value, products, scores, *layer.matrices.values()):
        assert np.array_equal(values, np.round(values)) and np.abs(values).max() < 100
    assert layer.x.shape == (3, 4)
    for part in attention.PARTS:
        np.testing.assert_array_equal(getattr(layer, part)[0], layer.x @ layer.matrices[part].T)


def test_the_pencil_has_a_query_with_one_best_answer_and_others_that_count() -> None:
    book = pencil()
    weights = softmax(book.layers[0].query[0] @ book.layers[0].key[0].T * book.scale)
    shares = np.sort(weights[book.row])
    assert weights[book.row].argmax() == book.column
    assert shares[2] > 0.5 and shares[0] > 0.05 and shares[1] - shares[0] > 0.05
    assert len(set(weights.argmax(axis=1))) > 1


def test_softmax_and_output_of_the_fixture() -> None:
    query = key = np.array([[1.0, 0], [0, 1], [1, 1]])
    value = np.array([[1.0, 0], [0, 1], [0.5, 0.5]])
    weights = softmax(query @ key.T / np.sqrt(2))
    np.testing.assert_allclose(weights, [[0.4011, 0.1978, 0.4011], [0.1978, 0.4011, 0.4011], [0.2483, 0.2483, 0.5035]], atol=1e-4)
    np.testing.assert_allclose(weights @ value, [[0.6017, 0.3983], [0.3983, 0.6017], [0.5, 0.5]], atol=1e-4)


def test_payload_holds_both_books_and_what_they_follow_from() -> None:
    book = made_up()
    header, arrays = unpack(attention_payload(book, START, {"next": "Next"}, {}, "pencil", "made up"))
    kept, matrices = unpack(parameters_payload(book, "made up"))
    assert header["kept"] == kept["name"] == "made up" and not arrays.keys() & matrices.keys()
    arrays |= matrices
    assert header["begin"] == "pencil" and header["books"]["sentence"]["heads"] == 2 and header["books"]["pencil"]["whole"]
    for name, one in (("pencil", pencil()), ("sentence", book)):
        for number, layer in enumerate(one.layers):
            for part in attention.PARTS:
                np.testing.assert_array_equal(arrays[f"{name}.{number}.{part}"], getattr(layer, part))
                np.testing.assert_array_equal(arrays[f"{name}.{number}.{part}_matrix"], layer.matrices[part])


def test_matrices_too_large_go_in_half_precision_and_then_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    book = made_up(width=64, heads=4, d_k=16)
    whole = len(parameters_payload(book, "made up"))
    monkeypatch.setattr(attention, "MOST_BYTES", whole - 5000)
    data = parameters_payload(book, "made up")
    _header, arrays = unpack(data)
    assert len(data) < whole
    half = arrays["sentence.0.query_matrix"].view("<f2")
    np.testing.assert_allclose(half, book.layers[0].matrices["query"], rtol=1e-3, atol=1e-4)
    monkeypatch.setattr(attention, "MOST_BYTES", 30_000)
    _header, arrays = unpack(parameters_payload(book, "made up"))
    assert "sentence.0.query_matrix" in arrays and "sentence.1.query_matrix" not in arrays


def test_shuffle_payload_holds_one_head() -> None:
    book = made_up()
    _header, arrays = unpack(shuffle_payload(book, 1, {}, {}))
    x = arrays["embedding"] + arrays["position"]
    for part in attention.PARTS:
        np.testing.assert_allclose(x @ arrays[f"{part}_matrix"].T, getattr(book.layers[0], part)[1], atol=1e-5)


def test_products_of_independent_unit_parts_vary_by_their_number() -> None:
    curves = random_curves(12)
    np.testing.assert_allclose(curves["variance.without"], WIDTHS, rtol=0.1)
    np.testing.assert_allclose(curves["variance.with"], 1, rtol=0.1)


def test_the_short_way_of_drawing_products_is_the_long_way() -> None:
    """Against parts drawn and added up one by one."""
    chance, curves = np.random.default_rng(7), random_curves(6)
    for d_k in (2, 16, 128):
        query, key = chance.normal(size=(4000, 1, d_k)), chance.normal(size=(4000, 6, d_k))
        for name, value in measure((query * key).sum(axis=-1), d_k).items():
            assert curves[name][WIDTHS.index(d_k)] == pytest.approx(value, rel=0.2)  # two samples of 4000 rows


def test_the_division_keeps_entropy_and_gradient() -> None:
    curves = random_curves(12)
    for name in ("entropy", "gradient"):
        without, divided = curves[f"{name}.without"], curves[f"{name}.with"]
        assert np.ptp(divided) < 0.12 * divided.mean()
        assert np.all(np.diff(without) < 0) and without[-1] < 0.25 * divided[-1]
    assert curves["example"].shape == (len(WIDTHS), 12)


def test_slope_is_the_trace_of_the_jacobian_of_softmax() -> None:
    scores = np.random.default_rng(1).normal(size=6)
    step = 1e-6
    jacobian = [(softmax(scores + step * unit) - softmax(scores - step * unit)) / (2 * step) for unit in np.eye(6)]
    assert slope(softmax(scores)) == pytest.approx(np.trace(jacobian), abs=1e-6)


def test_entropy_of_one_word_and_of_all_alike() -> None:
    np.testing.assert_allclose(entropy_bits(np.array([[1.0, 0, 0, 0], [0.25] * 4])), [0, 2])


def test_heads_are_measured_one_after_another() -> None:
    book = made_up()
    points = head_points(book.layers)
    products = book.layers[1].query[0] @ book.layers[1].key[0].T
    for name, value in measure(products, 4).items():
        assert points[f"heads.{name}"].shape == (4,)
        assert points[f"heads.{name}"][2] == pytest.approx(value, rel=1e-5)
    header, arrays = unpack(scaling_payload(random_curves(5), book.layers, START, {}))
    assert header["own"] == 4 and arrays["heads.variance.with"].shape == (4,)

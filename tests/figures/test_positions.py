"""The encoding against the paper's numbers, a brute force, and the model; the turn on positions nobody used to make it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from figures.payload import Tokens, unpack
from figures.positions import (
    FITTED_ON,
    TURNS,
    encoding_payload,
    first_rise,
    fitted_errors,
    frequencies,
    likeness,
    offsets_payload,
    random_table,
    sinusoids,
    turn,
    turned_errors,
    turns_payload,
)

WIDTHS = some.sampled_from([2, 4, 8, 64, 128, 512])


def test_known_rows() -> None:
    rows = sinusoids(3, 4)
    np.testing.assert_allclose(rows[1], [0.841471, 0.540302, 0.010000, 0.999950], atol=1e-6)
    np.testing.assert_allclose(rows[2], [0.909297, -0.416147, 0.019999, 0.999800], atol=1e-6)
    np.testing.assert_allclose(sinusoids(2, 512)[1, :4], [0.841471, 0.540302, 0.821856, 0.569695], atol=1e-6)


def test_it_is_what_the_model_adds() -> None:
    from model.layers import sinusoids as of_the_model

    np.testing.assert_allclose(sinusoids(100, 64), of_the_model(100, 64).numpy(), atol=1e-6)


@given(WIDTHS, some.integers(0, 300), some.integers(-60, 60))
def test_products_depend_on_the_offset_alone(width: int, position: int, offset: int) -> None:
    rows = sinusoids(500, width)
    assert rows[position] @ rows[position] == pytest.approx(width / 2)
    other = position + abs(offset)
    expected = likeness(width)[abs(offset)]
    assert rows[position] @ rows[other] == pytest.approx(expected, abs=1e-8)
    assert rows[other] @ rows[position] == pytest.approx(expected, abs=1e-8)


def test_known_products() -> None:
    found = likeness(512)[[0, 1, 2, 5, 10, 50]]
    np.testing.assert_allclose(found, [256, 249.1021, 231.7336, 189.5967, 173.7897, 131.0908], atol=1e-4)


@pytest.mark.parametrize(("width", "rise"), [(64, 6), (128, 12), (512, 44)])
def test_the_first_bump(width: int, rise: int) -> None:
    rows = sinusoids(200, width)
    products = rows[0] @ rows.T
    falls = [products[k] < products[k - 1] for k in range(1, rise)]
    assert all(falls) and products[rise] > products[rise - 1]
    assert first_rise(likeness(width, 199)) == rise
    assert first_rise(np.array([3.0, 2.0, 1.0])) == 0


def rotation(width: int, k: int) -> np.ndarray:
    """The matrix of the turn, by complex numbers: i · e^(-i angle) has the sine as its real part, the cosine as its imaginary one."""
    matrix = np.zeros((width, width))
    for pair, speed in enumerate(10000 ** (-np.arange(0, width, 2) / width)):
        for column, unit in enumerate((1, 1j)):
            turned = unit * np.exp(-1j * k * speed)
            matrix[2 * pair : 2 * pair + 2, 2 * pair + column] = turned.real, turned.imag
    return matrix


@given(WIDTHS, some.integers(1, 40), some.integers(0, 100_000))
def test_one_turn_leads_from_any_position(width: int, k: int, position: int) -> None:
    angle = np.array([position, position + k])[:, None] * frequencies(width)
    start, end = np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(2, width)
    np.testing.assert_allclose(rotation(width, k) @ start, end, atol=1e-9)
    np.testing.assert_allclose(turn(start[None], k)[0], rotation(width, k) @ start, atol=1e-9)


def test_the_turn_is_right_on_positions_never_used() -> None:
    assert turned_errors(64).max() < 1e-12


@pytest.mark.parametrize("known", FITTED_ON)
def test_fits_against_least_squares(known: int) -> None:
    for table in (sinusoids(128, 64), random_table(128, 64)):
        k = 3
        fitted, *_ = np.linalg.lstsq(table[:known], table[k : known + k], rcond=1e-7)
        wrong = np.linalg.norm(table[: 128 - TURNS] @ fitted - table[k : 128 - TURNS + k], axis=1) / np.sqrt(32)
        np.testing.assert_allclose(fitted_errors(table, known)[k - 1], wrong, atol=1e-6)


def test_a_fit_proves_nothing() -> None:
    """With fewer positions than dimensions random vectors fit without a fault, and fail on the next."""
    errors = fitted_errors(random_table(128, 64), 48)
    assert errors[:, :48].max() < 1e-9 and errors[:, 48:].min() > 1
    too_many = fitted_errors(random_table(128, 64), 96)
    assert too_many[:, :96].mean() > 0.3


def test_payloads_carry_what_they_say() -> None:
    tokens = Tokens(("\u2581the", "\u2581cat"))
    header, arrays = unpack(encoding_payload(sinusoids(2, 64).astype("f"), tokens, "sinusoidal", {}))
    np.testing.assert_allclose(arrays["table"], sinusoids(100, 64), atol=1e-6)
    assert header["picture"] == "encoding" and [token["text"] for token in header["tokens"]] == ["the", "cat"]
    _, learned = unpack(encoding_payload(np.ones((2, 64)), tokens, "learned", {}))
    assert learned["table"].shape == (2, 64)
    header, arrays = unpack(offsets_payload(64, tokens, {}))
    assert header["rises"] == {"64": 6, "128": 12, "512": 44} and set(arrays) == {"curve.64", "curve.128", "curve.512"}
    header, arrays = unpack(turns_payload(64, {}))
    assert arrays["closed"].shape == arrays["random.48"].shape == (TURNS, header["length"])

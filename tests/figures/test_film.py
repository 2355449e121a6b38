"""A film's payload against its parts, and the names of a race's curves against brute force."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures.film import KINDS, Film, as_bytes, film_payload
from figures.payload import Tokens, unpack
from figures.theme import LIGHT
from figures.training import LINE, RACE_HEIGHT, race_losses, race_rows, race_shares, spread

SOURCE, FED, PRODUCED = Tokens(("▁a", "▁b")), Tokens(("<s>", "▁x", "▁y")), Tokens(("▁x", "▁y", "</s>"))


def weights(moments: int, layers: int, heads: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(moments + heads)
    sides = {"cross": (3, 2), "encoder": (2, 2), "decoder": (3, 3)}
    return {kind: as_bytes(generator.random((moments, layers, heads, *sides[kind]))) for kind in KINDS}


def test_a_film_arrives_as_it_was() -> None:
    films = [Film("whole", (0, 5, 9), weights(3, 2, 4)), Film("one head", (0, 5), weights(2, 2, 1), masked=False, note="diverged")]
    header, arrays = unpack(film_payload(films, SOURCE, FED, PRODUCED, {"play": "Play"}, 9))
    assert header["steps"] == [0, 5, 9] and header["of"] == 9
    assert [film["masked"] for film in header["films"]] == [True, False]
    for number, film in enumerate(films):
        for kind in KINDS:
            assert arrays[f"{number}.{kind}"].dtype == np.uint8
            assert np.array_equal(arrays[f"{number}.{kind}"], film.weights[kind])


def test_weights_as_bytes_are_within_half_a_level() -> None:
    values = np.linspace(0, 1, 1001)
    assert np.abs(as_bytes(values) / 255 - values).max() <= 0.5 / 255 + 1e-12
    assert as_bytes(np.array([np.nan, np.inf, -1.0])).tolist() == [0, 255, 0]


def test_more_tokens_than_a_film_draws_are_refused() -> None:
    many = Tokens(("▁a",) * 66)
    with pytest.raises(ValueError, match="at most"):
        film_payload([Film("one", (0,), weights(1, 1, 1))], many, FED, PRODUCED, {}, 1)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=4))
def test_names_are_apart_inside_and_in_order(places: list[float]) -> None:
    found = spread(places, 100, 10)
    assert all(0 <= place <= 100 for place in found)
    assert all(later - earlier >= 10 - 1e-9 for earlier, later in pairwise(sorted(found)))
    for one, other in zip(np.argsort(places, kind="stable"), np.argsort(found, kind="stable"), strict=True):
        assert one == other


@given(st.lists(st.integers(0, 10).map(lambda place: 10.0 * place), min_size=2, max_size=4, unique=True))
def test_names_that_are_apart_already_stay(places: list[float]) -> None:
    assert spread(places, 100, 10) == places


def test_every_curve_of_a_race_is_named_once_at_its_end() -> None:
    curves = {"as it is": [(1.0, 4.0), (2.0, 1.0)], "no mask": [(1.0, 4.0), (2.0, 1.01)], "high rate": [(1.0, 4.0), (2.0, float("nan"))]}
    table = race_rows(curves, 2)
    named = {label: (step, place) for label, step, place in zip(table["label"], table["step"], table["place"], strict=True) if label}
    assert named.keys() == curves.keys() and [named[name][0] for name in curves] == [2, 2, 1]
    assert abs(named["as it is"][1] - named["no mask"][1]) >= 0.99 * LINE * 4 / RACE_HEIGHT
    assert np.isfinite(table["value"]).all() and len(race_rows({"none yet": []}, 2)["place"]) == 1, "an axis all the same"


@pytest.mark.parametrize("make", [race_losses, race_shares])
def test_a_races_specification_holds_no_data(make: object) -> None:
    spec = make(300, ("one", "two", "three", "four"), ("step", "loss"), LIGHT)  # type: ignore[operator]
    assert "datasets" not in spec and not any("data" in part for part in (spec, *spec["layer"]))
    assert spec == make.__wrapped__(300, ("one", "two", "three", "four"), ("step", "loss"), LIGHT)  # type: ignore[attr-defined]

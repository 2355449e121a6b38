"""Charts hold the numbers they were given, by position, and speak in role colours."""

from __future__ import annotations

import numpy as np
import pytest

from figures.curves import entropy_dots, likeness_curves
from figures.maps import stream_map
from figures.theme import DARK, LIGHT

WORDS = {"layer": "layer", "head": "head", "entropy": "entropy (bits)", "even": "all alike", "step": "step", "cosine": "cosine"}
MAP_WORDS = {"first": "first ({share} %)", "second": "second ({share} %)", "start": "enters"}


def test_every_head_is_a_dot() -> None:
    bits = np.array([[0.5, 1.25], [2.0, 0.0], [1.0, 1.5]])
    chart = entropy_dots(bits, 2.5, "Cross-attention", WORDS, LIGHT).to_dict()
    dots = next(data for data in _datasets(chart) if "head" in data[0])
    assert {(dot["layer"], dot["head"]): dot["entropy"] for dot in dots}[("3", "2")] == 1.5
    assert len(dots) == bits.size
    assert LIGHT.query in str(chart) and "black" not in str(chart)


def test_at_most_four_curves_named_at_their_ends() -> None:
    curves = {"to itself": [1.0, 0.5], "to the others": [0.1, 0.7]}
    chart = likeness_curves(curves, ["input", "1 self"], "Encoder", WORDS, DARK, "source").to_dict()
    ends = [data[0] for data in _datasets(chart) if len(data) == 1]
    assert {end["curve"]: end["cosine"] for end in ends} == {"to itself": 0.5, "to the others": 0.7}
    with pytest.raises(ValueError):
        likeness_curves({str(number): [1.0] for number in range(5)}, ["input"], "", WORDS, DARK, "source")


def test_equal_tokens_stay_two_on_the_map() -> None:
    stream = [np.random.default_rng(step).normal(size=(3, 8)) for step in range(3)]
    figure = stream_map(stream, ["the", "cat", "the"], MAP_WORDS, LIGHT, "source")
    assert len(figure["data"]) == 3 + 2
    assert figure["data"][-1]["hovertext"] == ["the", "cat", "the"] and len(figure["data"][-1]["x"]) == 3


def test_names_on_the_map_keep_apart() -> None:
    stream = [np.array([[0.0, 0.0], [0.001, 0.0], [1.0, 0.2]])]
    assert stream_map(stream, ["a", "b", "c"], MAP_WORDS, LIGHT, "source")["data"][-1]["text"] == ["a", "", "c"]


def test_tokens_are_no_markup_on_the_map() -> None:
    figure = stream_map([np.eye(2, 4)], ["<b>", "</s>"], MAP_WORDS, LIGHT, "source")
    assert not any("<" in text for text in figure["data"][-1]["hovertext"])


def _datasets(chart: dict) -> list[list[dict]]:
    found = [chart["data"]["values"]] if "data" in chart else []
    return found + [values for layer in chart.get("layer", []) for values in _datasets(layer)]

"""What the browser reads is what numpy held."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as shapes

from figures.payload import ModelArrays, Tokens, explorer_payload, matrix_payload, pack, unpack

HEADS, TOKENS, WIDTH = 2, 3, 4


def pass_of(generator: np.random.Generator) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for attention in ("encoder.0.self", "decoder.0.self", "decoder.0.cross"):
        for part, shape in {
            "products": (HEADS, TOKENS, TOKENS),
            "weights": (HEADS, TOKENS, TOKENS),
            "query": (HEADS, TOKENS, WIDTH),
            "key": (HEADS, TOKENS, WIDTH),
            "value": (HEADS, TOKENS, WIDTH),
        }.items():
            arrays[f"{attention}.{part}"] = generator.normal(size=shape).astype(np.float32)
        arrays[f"{attention}.allowed"] = np.ones((TOKENS, TOKENS), dtype=bool)
    return arrays


@given(
    some.dictionaries(
        some.text(max_size=6),
        shapes.arrays(np.float32, shapes.array_shapes(max_dims=3, max_side=4), elements=some.floats(-9, 9, width=32)),
        max_size=4,
    )
)
def test_round_trip(arrays: dict[str, np.ndarray]) -> None:
    header, found = unpack(pack({"title": "l'été"}, arrays))
    assert header == {"title": "l'été"}
    assert found.keys() == arrays.keys()
    for name, values in arrays.items():
        np.testing.assert_array_equal(found[name], values)


def test_half_precision_stays() -> None:
    values = np.array([0.333, -2.5, 6e-6], dtype=np.float16)
    _, found = unpack(pack({}, {"a": values, "b": np.array([1.5])}))
    assert found["a"].dtype == np.float16 and found["a"].tolist() == values.tolist() and found["b"].tolist() == [1.5]


def test_booleans_and_offsets_are_aligned() -> None:
    data = pack({}, {"a": np.array([True, False, True]), "b": np.array([1.5])})
    assert len(data) % 4 == 0
    _, found = unpack(data)
    assert found["a"].tolist() == [1, 0, 1] and found["b"].tolist() == [1.5]


def test_explorer_sends_every_attention_of_every_model() -> None:
    generator = np.random.default_rng(0)
    models = [ModelArrays(label, pass_of(generator), 0.5) for label in ("trained", "untrained")]
    tokens = Tokens(("\u2581the", "\u2581cat", "</s>"))
    header, found = unpack(explorer_payload(models, tokens, tokens, tokens, {}))
    assert header["attentions"] == {kind: {"layers": 1, "heads": HEADS} for kind in ("encoder", "decoder", "cross")}
    np.testing.assert_array_equal(found["1.cross.0.weights"], models[1].arrays["decoder.0.cross.weights"])
    assert header["tokens"]["source"][1] == {"text": "cat", "start": True, "special": False}
    assert header["tokens"]["source"][2]["special"]


def test_a_payload_is_no_place_for_nan() -> None:
    with pytest.raises(ValueError):
        pack({"scale": float("nan")}, {})
    with pytest.raises(ValueError):
        long = Tokens(("a",) * 66)
        explorer_payload([], long, long, long, {})


def test_matrix_carries_only_what_was_given() -> None:
    tokens = Tokens(("a", "b"))
    _, found = unpack(matrix_payload(np.eye(2), tokens, tokens, "weights", {}))
    assert list(found) == ["values"]


def test_a_byte_reads_as_its_character() -> None:
    entries = Tokens(("<0x68>", "<0x20>", "<0xC3>")).as_list()
    assert [entry["text"] for entry in entries] == ["h", "\u2423", "<0xC3>"]
    assert entries[0]["title"] == "<0x68>" and "title" not in entries[2]

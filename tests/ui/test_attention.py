"""Lesson 8: what it sends is what the model computed, its questions have the answers they say, its first view needs no torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from figures.attention import PARTS
from model.reading import Reading
from tests.test_architecture import without_torch
from ui import sentences
from ui.address import Stage
from ui.check import Cell, Choice, Number
from ui.lessons import attention, attention_check, attention_more
from ui.lessons.attention_weights import encoder_parameters, layers_of, read_by
from ui.readings import of

SOURCES = (*sentences.RIDDLE.values(), "the street was too wide", "zebra")


def lesson_on(source: str, model: str = "toy") -> attention.Lesson:
    stage = Stage(model, source)
    return attention._lesson(stage, of(stage))


@pytest.mark.parametrize("model", ["toy", "toy:untrained"])
@pytest.mark.parametrize("source", SOURCES)
def test_x_times_the_matrices_is_what_the_trace_holds(model: str, source: str) -> None:
    now = lesson_on(source, model)
    for number, layer in enumerate(now.layers):
        heads = layer.query.shape[0]
        for part in PARTS:
            made = (layer.x @ layer.matrices[part].T).reshape(len(now.names), heads, -1).transpose(1, 0, 2)
            np.testing.assert_allclose(made, now.shown.arrays[f"encoder.{number}.self.{part}"], atol=1e-3, rtol=1e-4)
        np.testing.assert_allclose(now.weights[number], now.shown.arrays[f"encoder.{number}.self.weights"], atol=1e-4)


def test_x_of_the_first_layer_is_embedding_and_position() -> None:
    now = lesson_on(sentences.DEFAULT)
    arrays = now.shown.arrays
    np.testing.assert_allclose(now.layers[0].x, arrays["encoder.embedding"] + arrays["encoder.position"], atol=1e-6)


def test_a_pre_norm_model_reads_what_its_norm_makes() -> None:
    import torch

    from model.read import arrays_of
    from model.transformer import Transformer, new_model
    from tests.model.tiny import SHAPE

    model = new_model(SHAPE.with_(vocabulary=20, norm="pre"), seed=3)
    assert isinstance(model, Transformer)
    with torch.inference_mode():
        arrays = arrays_of(model.eval()(torch.tensor([[5, 6, 7]]), torch.tensor([[1, 8]])))
    parameters = {name: tensor.detach().numpy() for name, tensor in model.named_parameters()}
    shown = Reading(arrays, "", "", False, True, (), (), (), (), (), 0.0, model.config, "")
    x = read_by(0, parameters, shown)
    query = parameters["encoder.layers.0.self_attention.query.weight"]
    made = (x @ query.T).reshape(3, 2, -1).transpose(1, 0, 2)
    np.testing.assert_allclose(made, arrays["encoder.0.self.query"], atol=1e-5)


def test_parameters_of_a_shipped_model_are_read_without_torch() -> None:
    without_torch("""
from ui.lessons.attention_weights import encoder_parameters
parameters = encoder_parameters("toy")
assert parameters["encoder.layers.0.self_attention.query.weight"].shape == (64, 64)
""")


def test_the_page_opens_without_torch() -> None:
    without_torch("""
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run().switch_page("pages/self_attention.py").run()
assert not app.exception, [error.value for error in app.exception]
assert len(app.main.children) > 5
""")


@pytest.mark.parametrize("source", SOURCES)
def test_the_query_followed_first_and_what_one_can_bet_on(source: str) -> None:
    now = lesson_on(source)
    weights = now.shown.arrays[f"encoder.{now.start.layer}.self.weights"][now.start.head, now.start.row]
    assert weights.argmax() == now.start.column
    offered = attention.candidates(now)
    assert now.top in offered and len(offered) == len(set(offered)) <= attention.CHOICES
    assert offered == sorted(offered, key=now.names.index)


def test_the_riddle_follows_its_pronoun() -> None:
    assert lesson_on(sentences.DEFAULT).row == "it"


def test_a_bet_is_on_a_head_whose_rows_differ() -> None:
    """Two heads: in the first every row reads the first token, more strongly than anything is read in the second."""
    dull = np.tile([1.0, 0, 0, 0], (4, 1))
    telling = np.array([[0.1, 0.1, 0.7, 0.1], [0.1, 0.1, 0.1, 0.7], [0.6, 0.2, 0.1, 0.1], [0.9, 0, 0.1, 0]])
    pieces = ("\u2581a", "\u2581dog", "\u2581runs", ".")
    assert attention._differing(pieces, np.stack([dull, telling])[None]) == (0, 1, 0), "and on words, never on the stop"


def test_the_order_is_shown_where_it_can_be_seen() -> None:
    now = lesson_on(sentences.DEFAULT)
    head = attention_more.moving_head(now)
    assert not attention_more.is_still(now) and (now.start.layer, now.start.head) != (0, head)
    assert len(set(now.weights[0][head].argmax(axis=-1).tolist())) > len(now.names) // 3
    assert attention_more.is_still(lesson_on("the street was too wide")), "every head of layer 1 reads the first word in every row"


def test_tokens_that_stand_twice_are_numbered() -> None:
    assert attention.numbered(("\u2581the", "\u2581cat", "\u2581the")) == ("the\u00b9", "cat", "the\u00b2")


@pytest.mark.parametrize("source", SOURCES)
def test_answers_come_from_the_numbers(source: str) -> None:
    now = lesson_on(source)
    score, order, broken = attention_check.questions(now)
    assert isinstance(score, Number) and isinstance(order, Choice) and isinstance(broken, Cell)
    assert {score.idea, order.idea, broken.idea} == {"prediction", "misconception", "transfer"}
    asked = attention_check.aside(now)
    assert asked.row != now.start.row and asked.head != now.start.head, "a question gives the bet away"
    scores = now.shown.arrays[f"encoder.{asked.layer}.self.scores"][asked.head, asked.row]
    assert score.right == pytest.approx(scores[asked.column], rel=1e-3, abs=1e-3)
    assert score.judge(score.right).right and not score.judge(score.right * 16 + 1).right
    assert order.judge(order.right).right and len(order.why) == len(order.choices)


@pytest.mark.parametrize("source", SOURCES)
def test_only_the_spoilt_row_does_not_add_up(source: str) -> None:
    from figures.payload import unpack

    now = lesson_on(source)
    broken = attention_check.questions(now)[2]
    assert isinstance(broken, Cell)
    _header, arrays = unpack(broken.payload)
    sums = arrays["values"].sum(axis=1)
    wrong = {row for row, _column in broken.right}
    assert len(wrong) == 1
    for row, total in enumerate(sums):
        assert (abs(total - 1) > 0.2) == (row in wrong)
        assert broken.judge((row, 0)).right == (row in wrong)


def test_outputs_move_with_their_words() -> None:
    """The law the page lets one drag: permuted rows in, the same rows out, permuted."""
    now = lesson_on(sentences.DEFAULT)
    layer = now.layers[0]
    order = np.random.default_rng(2).permutation(len(now.names))

    def outputs(x: np.ndarray) -> np.ndarray:
        made = {part: (x @ layer.matrices[part].T).reshape(len(x), 4, -1).transpose(1, 0, 2) for part in PARTS}
        powers = np.exp(made["query"] @ made["key"].transpose(0, 2, 1) * now.scale)
        return np.asarray(powers / powers.sum(-1, keepdims=True) @ made["value"])

    np.testing.assert_allclose(outputs(layer.x[order]), outputs(layer.x)[:, order], atol=1e-4)


def test_what_breaking_it_says_is_measured() -> None:
    found = attention_more.broken(Stage("toy", sentences.DEFAULT), sentences.DEFAULT)
    now = lesson_on(sentences.DEFAULT)

    def bits(scale: float) -> float:
        products = [now.shown.arrays[f"encoder.{number}.self.products"] for number in range(1)]
        powers = np.exp(products[0] * scale - (products[0] * scale).max(-1, keepdims=True))
        shares = powers / powers.sum(-1, keepdims=True)
        return float(-(shares * np.log2(np.where(shares > 0, shares, 1))).sum(-1).mean())

    assert found.before == now.shown.target
    assert found.broken < found.whole and bits(1.0) < bits(now.scale)
    whole = [now.shown.arrays[f"encoder.{number}.self.weights"] for number in range(now.shown.config.layers)]
    expected = np.mean([-(w * np.log2(np.where(w > 0, w, 1))).sum(-1).mean() for w in whole])
    assert found.whole == pytest.approx(expected, rel=1e-4)
    without = _without_scale(now)
    assert found.kept == pytest.approx(
        np.mean([(one.argmax(-1) == other.argmax(-1)).mean() for one, other in zip(whole, without, strict=True)])
    )
    assert (whole[0].argmax(-1) == without[0].argmax(-1)).all(), "in the first layer a division changes no order"


def _without_scale(now: attention.Lesson) -> list[np.ndarray]:
    from model.interventions import Interventions
    from model.read import read
    from ui.readings import loaded

    shown = read(loaded("toy"), now.shown.source, now.shown.target, Interventions(drop_scale=True))
    return [shown.arrays[f"encoder.{number}.self.weights"] for number in range(shown.config.layers)]


def test_the_switch_says_what_was_measured(root: Path) -> None:
    app = AppTest.from_file(root / "app.py", default_timeout=60).run().switch_page("pages/self_attention.py").run()
    app.toggle(key="attention_broken").set_value(True).run()
    assert not app.exception
    assert len(app.metric) == 2


def test_every_model_has_the_parameters_the_page_needs() -> None:
    parameters = encoder_parameters("toy")
    assert len(layers_of("toy", of(Stage("toy", sentences.DEFAULT)))) == 2
    assert all(values.dtype == np.float32 for values in parameters.values())

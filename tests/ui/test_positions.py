"""Lesson 7: what it ships is computed again, its questions have the answers they say, its first view needs no torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from figures.payload import unpack
from model.reading import Reading
from tests.test_architecture import without_torch
from ui import first, sentences
from ui.check import Cell, Choice, Number
from ui.lessons import positions, positions_check
from ui.shipped import Facts, shipped


@pytest.fixture(scope="module")
def shown() -> Reading:
    found = first.load("toy", sentences.DEFAULT)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def orders() -> Facts:
    found = shipped("order", "toy")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def trained() -> Facts:
    found = shipped("order-trained", "toy")
    assert found is not None
    return found


def test_shipped_orders_are_what_the_model_computes(orders: Facts) -> None:
    from model.order import measure
    from model.saved import find_model, load_model

    arrays, about = measure(load_model(find_model("toy")))
    assert about["translations"] == orders.about["translations"]
    for name, values in arrays.items():
        np.testing.assert_allclose(orders.arrays[name], values, atol=1e-4)


def test_the_encoder_is_blind_and_the_mask_is_not(orders: Facts) -> None:
    def largest(name: str) -> float:
        values = orders.arrays[name]
        return float(np.abs(values - values[0]).max())

    assert largest("encoder.without") < 1e-5 < 0.1 < largest("encoder.with")
    assert largest("unmasked.without") < 1e-5 < 0.1 < largest("decoder.without")
    assert len(set(orders.about["translations"]["without"])) == 1
    assert len(set(orders.about["translations"]["with"])) > 1


def test_trained_without_never_gets_both_twins(trained: Facts) -> None:
    kinds = list(trained.about["kinds"])
    both = dict(zip(kinds, trained.arrays["twins"].all(axis=2), strict=True))
    same = dict(zip(kinds, trained.arrays["same"], strict=True))
    assert same["none"].all() and not both["none"].any()
    assert both["sinusoidal"].mean() > 0.9 and not same["sinusoidal"].any()
    for place, kind in enumerate(kinds):
        assert trained.about["final"][kind] == pytest.approx(float(trained.arrays["exact"][place, -1]), abs=1e-6)
    assert trained.about["final"]["none"] < 0.8 < 0.9 < trained.about["final"]["sinusoidal"]


def test_the_sentences_shown_are_judged_as_they_are(trained: Facts) -> None:
    for place, kind in enumerate(trained.about["kinds"]):
        for pair, texts in enumerate(trained.about["translations"][kind]):
            right = [text == reference for text, reference in zip(texts, trained.about["references"][pair], strict=True)]
            assert right == trained.arrays["twins"][place, pair].tolist()


def test_questions_have_the_answers_they_say(shown: Reading) -> None:
    pieces = tuple(positions.plain(piece) for piece in shown.source_pieces)
    value, direction, broken = positions_check.questions(pieces, shown.config.d_model)
    assert {value.idea, direction.idea, broken.idea} == {"prediction", "misconception", "transfer"}
    rows = shown.arrays["encoder.position"].astype(np.float64)

    assert isinstance(value, Number)
    assert value.right == pytest.approx(rows[4, 0], abs=1e-4) and pieces[4] in value.text
    assert all(abs(wrong - value.right) > 3 * value.tolerance for wrong, _why in value.wrong)
    assert value.judge(rows[4, 1]).right is False and "cosine" in value.judge(rows[4, 1]).why

    assert isinstance(direction, Choice)
    assert rows[2] @ rows[0] == pytest.approx(rows[2] @ rows[4], rel=1e-5)
    assert direction.right == 2 and len(direction.why) == len(direction.choices)

    assert isinstance(broken, Cell)
    header, arrays = unpack(broken.payload)
    values = arrays["values"]
    alike = {row for row in range(len(values)) for other in range(len(values)) if row != other and np.allclose(values[row], values[other])}
    assert alike == {row for row, _column in broken.right} and len(alike) == 2
    assert [token["text"] for token in header["rows"]] == list(pieces)


def test_a_short_sentence_is_asked_about_ours() -> None:
    asked = positions_check.questions(positions_check.OURS, 64, "of ours: ")
    assert all(question.text.startswith("of ours: ") for question in asked)


def test_the_first_view_needs_no_torch() -> None:
    without_torch("""
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run().switch_page("pages/positions.py").run()
assert not app.exception, [error.value for error in app.exception]
assert len(app.main.children) > 5
""")


def test_the_numbers_of_the_page_are_those_of_the_reading(shown: Reading, root: Path) -> None:
    """Recomputed from the arrays the model added, not from the formula."""
    app = AppTest.from_file(root / "app.py", default_timeout=60)
    app.query_params["model"] = "toy"
    app = app.run().switch_page("pages/positions.py").run()
    assert not app.exception
    text = "\n".join(str(getattr(element, "proto", "")) for element in app.main)
    rows = shown.arrays["encoder.position"].astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1)
    assert f"{lengths[0]:.2f}" in text
    assert f"{rows[0] @ rows[1] / lengths[0] ** 2:.3g}" in text and f"{rows[0] @ rows[-1] / lengths[0] ** 2:.3g}" in text
    own = np.linalg.norm(shown.arrays["encoder.embedding"], axis=1)
    assert f"{own.min():.3g}" in text and f"{own.max():.3g}" in text


@pytest.mark.parametrize("junk", [None, 3, [], {"order": "abc"}, {"order": [0, 0]}, {"order": [True, False]}, {"order": list(range(9999))}])
def test_what_is_no_order_is_not_kept(junk: object, monkeypatch: pytest.MonkeyPatch, shown: Reading) -> None:
    from ui.address import Stage
    from ui.lessons import positions_break

    state: dict[str, object] = {}
    monkeypatch.setattr(positions_break.st, "session_state", state)
    positions_break._keep(junk, Stage("toy", shown.source), shown)
    assert not state
    positions_break._keep({"view": "own", "order": [1, 0]}, Stage("toy", shown.source), shown)
    assert state

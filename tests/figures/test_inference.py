"""What is sent to the pictures of decoding, against plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from figures.inference import Bars, cache_payload, log_softmax, most_open, ranked, steps_payload, table_payload, tree_payload
from figures.payload import Tokens, unpack

NEVER = (0, 1, 3)
WORDS = {"step": "step"}
VOCABULARY = ("<pad>", "<s>", "</s>", "<unk>", *(f"\u2581w{number}" for number in range(36)))


def some_logits(seed: int = 0, rows: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, len(VOCABULARY))).astype(np.float32) * 2


def test_log_probabilities_are_those_of_a_softmax() -> None:
    logits = some_logits()
    weights = np.exp(logits.astype(np.float64))
    np.testing.assert_allclose(np.exp(log_softmax(logits)), weights / weights.sum(axis=1, keepdims=True))


def test_ranked_leaves_out_what_is_never_written_and_keeps_its_probability_apart() -> None:
    logits = some_logits()
    ids, logs, tail = ranked(logits, NEVER)
    assert ids.shape == logs.shape == (5, len(VOCABULARY) - 3) and tail.shape == (5, 0, 2)
    assert not set(NEVER) & set(ids.ravel().tolist())
    assert (np.diff(logs, axis=1) <= 0).all()
    np.testing.assert_allclose(logs, np.take_along_axis(log_softmax(logits), ids, axis=1))
    assert (np.exp(logs).sum(axis=1) < 1).all()


def test_the_tail_holds_the_rest() -> None:
    logits = np.random.default_rng(1).normal(size=(2, 3000))
    ids, logs, tail = ranked(logits, NEVER, most=100)
    assert ids.shape == (2, 100) and tail[:, :, 0].sum(axis=1).tolist() == [2897, 2897]
    whole = np.exp(logs).sum(axis=1) + (tail[:, :, 0] * np.exp(tail[:, :, 1])).sum(axis=1)
    left_out = np.exp(log_softmax(logits)[:, list(NEVER)]).sum(axis=1)
    np.testing.assert_allclose(whole + left_out, 1)


def test_the_most_open_step_is_where_two_are_nearest() -> None:
    assert most_open(np.log([[0.9, 0.05, 0.01], [0.5, 0.45, 0.01], [0.6, 0.3, 0.05]])) == 1


def test_steps_and_back() -> None:
    logits, cross = some_logits(), np.random.default_rng(2).dirichlet(np.ones(4), size=(2, 3, 5)).astype(np.float32)
    produced = (5, 6, 7, 8, 2)
    source = Tokens(("\u2581a", "\u2581b", "c", "\u2581d"))
    header, arrays = unpack(steps_payload(logits, produced, cross, source, VOCABULARY, NEVER, (4, 8), WORDS))
    texts = [header["vocabulary"][place]["text"] for place in header["produced"]]
    assert texts == ["w1", "w2", "w3", "w4", "</s>"] and header["size"] == 40 and header["memory"] == [4, 8]
    best = [header["vocabulary"][int(place)]["text"] for place in arrays["ids"][:, 0]]
    allowed = log_softmax(logits)
    allowed[:, NEVER] = -np.inf
    assert best == [VOCABULARY[number].removeprefix("\u2581") for number in allowed.argmax(axis=1)]
    np.testing.assert_allclose(arrays["logs"][:, 0], allowed.max(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(arrays["cross"], cross)


def test_a_tree_and_back() -> None:
    tree = {"parents": np.array([-1, 0, 0]), "tokens": np.array([1, 5, 2]), "totals": np.array([0.0, -0.5, -1.25])}
    header, arrays = unpack(tree_payload(tree, ("kept", "dropped"), VOCABULARY, {"width": 4, "alpha": 0.6, "kind": "wu"}, WORDS))
    assert [token["text"] for token in header["tokens"]] == ["<s>", "w1", "</s>"]
    assert arrays["totals"].tolist() == [0, -0.5, -1.25] and "tokens" not in arrays


def test_cache_and_table() -> None:
    header, arrays = unpack(cache_payload(np.ones((2, 3, 3)), np.ones((2, 3)), Tokens(("a", "b", "c")), WORDS))
    assert arrays["costs"].shape == (2, 3, 3) and len(header["produced"]) == 3
    table = table_payload(("a", "b"), [["x", "1"]], "what", [0], Bars("by", ("wins", "losses"), [(3, np.int64(1))]))
    assert table["bars"] == [[3, 1]] and table["barHead"] == "by" and table["marked"] == [0]
    assert "bars" not in table_payload(("a",), [["<b>"]], "what")


@pytest.mark.parametrize("piece", ["<script>", "{braces}", "\u2581"])
def test_pieces_are_data(piece: str) -> None:
    vocabulary = (*VOCABULARY[:-1], piece)
    header, _ = unpack(steps_payload(some_logits(), (39,) * 5, np.ones((1, 1, 5, 1)), Tokens((piece,)), vocabulary, NEVER, (1, 8), WORDS))
    assert any(token["text"] in (piece, "\u2423") for token in header["vocabulary"])

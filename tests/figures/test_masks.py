"""The payloads of the lesson on masks: counts by brute force, arrays and words in their places."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from figures import masks
from figures.payload import unpack


def test_a_mask_of_six_has_21_open_cells_and_15_hidden() -> None:
    assert masks.causal(6).sum() == 21 and (~masks.causal(6)).sum() == 15
    assert masks.count_hidden(6, 6) == masks.Hidden(21, 15, 0)


@pytest.mark.parametrize(("length", "longest"), [(1, 1), (6, 6), (4, 6), (1, 7), (5, 9)])
def test_cells_are_counted_one_by_one(length: int, longest: int) -> None:
    cells = list(itertools.product(range(longest), repeat=2))
    later = sum(j > i for i, j in cells)
    padding = sum(j <= i and j >= length for i, j in cells)
    assert masks.count_hidden(length, longest) == masks.Hidden(len(cells) - later - padding, later, padding)


def test_a_batch_is_a_rectangle() -> None:
    rows = masks.padded([("<s>", "a", "b"), ("<s>",)])
    assert rows == (("<s>", "a", "b"), ("<s>", "<pad>", "<pad>"))
    header, _ = unpack(masks.batch_payload([("<s>", "a", "b"), ("<s>",)], {"table": "t"}))
    assert header["lengths"] == [3, 1] and [len(row) for row in header["sentences"]] == [3, 3]
    assert header["sentences"][1][1]["special"] and header["words"] == {"table": "t"}


def test_the_telling_head_reads_earlier_words() -> None:
    weights = np.zeros((2, 2, 4, 4))
    weights[...] = np.eye(4)
    weights[1, 0] = np.eye(4, k=-1)
    weights[0, 1, :, 0] = 1  # the start token alone is nothing to look at
    assert masks.telling_head(weights) == (1, 0)


def test_the_strip_carries_every_head() -> None:
    scores = np.random.default_rng(0).normal(size=(2, 3, 4, 4)).astype(np.float32)
    header, arrays = unpack(masks.strip_payload(scores, scores**2, ["<s>", "a", "b", "c"], ["a", "b", "c", "</s>"], 2, {}))
    assert np.array_equal(arrays["scores"], scores) and np.array_equal(arrays["weights"], scores**2)
    assert (header["layers"], header["heads"], header["row"]) == (2, 3, 2)
    assert [token["text"] for token in header["labels"]] == ["a", "b", "c", "</s>"]


def test_a_change_carries_exact_zeros() -> None:
    masked = np.array([[0.0, 1e-30, 2.0]], np.float32)
    header, arrays = unpack(masks.change_payload(np.array([1]), ["x"], masked, masked + 1, ["<s>", "a", "b"], ["a", "b", "</s>"], 0, {}))
    assert header["positions"] == [1] and header["others"][0]["text"] == "x"
    assert (arrays["masked"] == 0).tolist() == [[True, False, False]]


@pytest.mark.parametrize("length", [1, 5, 40])
def test_a_smoothed_loss_is_the_mean_around_every_step(length: int) -> None:
    loss = np.random.default_rng(1).normal(size=length)
    half = masks.LOSS_WINDOW // 2
    expected = [loss[max(0, i - half) : i + half + 1].mean() for i in range(length)]
    assert np.allclose(masks.smoothed(loss), expected)


def test_a_row_with_nothing_to_read() -> None:
    value = np.random.default_rng(2).normal(size=(5, 3)).astype(np.float32)
    found = masks.empty_row(5, value)
    assert np.isnan(found.plain).all() and np.allclose(found.large, 1 / 5) and not found.ours.any()
    spoilt = value.copy()
    spoilt[-1] = np.nan
    spread = sum(np.isnan(sum(float(j <= i) * spoilt[j] for j in range(5))).sum() for i in range(5))
    assert found.spread == spread == 15, "0 times NaN is NaN: in rows that hide the row as well"


def test_a_film_keeps_its_two_trainings_apart() -> None:
    def film(value: float) -> masks.LeakFilm:
        return masks.LeakFilm(
            np.full(6, value), np.array([0, 6]), np.zeros(2), np.array([0.0, value]), [["a"], ["b"]], [["no"], ["yes"]], [[0], [1]]
        )

    world = masks.World("translation", "T", 0.5, "good", 1, ["s"], ["r"], film(1.0), film(2.0))
    header, arrays = unpack(masks.leak_payload([world], {}))
    assert np.allclose(arrays["translation.masked.loss"], 1) and np.allclose(arrays["translation.open.loss"], 2)
    told = header["worlds"][0]
    assert told["moments"] == [0, 6] and told["open"]["written"] == [["a"], ["b"]] and told["floor"] == 0.5

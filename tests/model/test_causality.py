"""Causality: earlier rows do not move, to the last bit, whatever comes later; checked against plain NumPy and a fresh pass."""

from __future__ import annotations

import numpy as np
import pytest

from model.causality import UNMASKED, change_words, others
from model.config import SPECIAL_PIECES
from model.read import read
from model.saved import ASSETS, load_model
from ui.shipped import shipped

SOURCES = ("the animal did not cross the street because it was too tired", "the queen sings when she is happy", "dog")


@pytest.fixture(scope="module")
def toy():
    return load_model(ASSETS / "toy")


@pytest.fixture(scope="module", params=SOURCES)
def reading(toy, request):
    return read(toy, request.param)


@pytest.fixture(scope="module")
def changes(toy, reading):
    return change_words(toy, reading)


def numpy_attention(query, key, value, scale):
    """One head, row by row, with what is later left out of the sums altogether: [n, d_v]."""
    found = []
    for i, q in enumerate(query):
        powers = np.exp([q @ k * scale for k in key[: i + 1]])
        found.append(sum(power * v for power, v in zip(powers, value, strict=False)) / powers.sum())
    return np.array(found)


def test_the_mask_is_leaving_out_what_is_later(reading):
    """−∞ and a softmax over the whole row are the sum over the earlier words alone."""
    scale = reading.config.d_k**-0.5
    for name in reading.attention_names("decoder.self"):
        parts = [reading.arrays[f"{name}.{part}"].astype(np.float64) for part in ("query", "key", "value")]
        for head in range(reading.config.heads):
            ours = reading.arrays[f"{name}.heads"][head]
            assert np.allclose(numpy_attention(*(part[head] for part in parts), scale), ours, atol=1e-5)


def test_numpy_rows_before_a_change_stay_to_the_last_bit():
    parts = [np.random.default_rng(seed).normal(size=(9, 8)) for seed in range(3)]
    whole = numpy_attention(*parts, 0.25)
    for place in range(1, 9):
        changed = [part.copy() for part in parts]
        for part in changed:
            part[place] = part[place][::-1] + 1
        moved = numpy_attention(*changed, 0.25)
        assert np.array_equal(moved[:place], whole[:place])
        assert (np.abs(moved[place:] - whole[place:]).max(-1) > 1e-3).all()


def test_rows_before_the_change_are_exactly_the_same(changes):
    earlier = np.arange(changes.masked.shape[1])[None] < changes.positions[:, None]
    assert changes.masked.shape[0] and (changes.masked[earlier] == 0).all()
    later = changes.masked[~earlier].reshape(-1)
    assert (later > 0).mean() > 0.99
    assert (changes.masked[np.arange(len(changes.positions)), changes.positions] > 0).all(), "the row that is given it moves"


def test_without_the_mask_they_are_not(changes):
    earlier = np.arange(changes.masked.shape[1])[None] < changes.positions[:, None]
    assert (changes.unmasked[earlier] > 0).mean() > 0.99


def test_the_differences_are_those_of_two_whole_passes(toy, reading, changes):
    """Each computed anew, alone: the word put in, the text read again."""
    if len(reading.target_in) < 4:
        pytest.skip("one change is enough for a long sentence")
    for number in (0, len(changes.positions) // 2):
        place, piece = int(changes.positions[number]), changes.pieces[number]
        pieces = list(reading.target_in[1:])
        pieces[place - 1] = piece
        target = toy.tokenizer.decode([toy.tokenizer.pieces.index(one) for one in pieces])
        again = read(toy, reading.source, target)
        if again.target_in[1:] != tuple(pieces):
            continue  # the text is cut into other pieces
        moved = np.abs(again.arrays["decoder.output"] - reading.arrays["decoder.output"]).max(-1)
        assert np.allclose(moved, changes.masked[number], atol=1e-4)


def test_a_word_is_changed_for_another_word(toy, reading):
    places, tokens = others(reading, toy.tokenizer.pieces)
    fed = reading.arrays["target.ids"]
    assert set(places) <= set(range(1, len(fed)))
    for place, token in zip(places, tokens, strict=True):
        piece = toy.tokenizer.pieces[token]
        assert token != fed[place] and piece not in SPECIAL_PIECES and not piece.startswith("<0x")


def test_what_is_shipped_is_what_is_computed(toy):
    facts = shipped("mask-changes", "toy")
    assert facts is not None
    for number, source in enumerate(facts.about["sources"]):
        ours = change_words(toy, read(toy, source))
        assert list(ours.pieces) == facts.about["pieces"][number]
        assert ours.unmasked_translation == facts.about["translations"][number] == read(toy, source, None, UNMASKED).target
        for name in ("positions", "masked", "unmasked", "labels_masked", "labels_unmasked"):
            assert np.allclose(getattr(ours, name), facts.arrays[f"{number}.{name}"], atol=1e-4), name
        assert np.array_equal(ours.masked == 0, facts.arrays[f"{number}.masked"] == 0)

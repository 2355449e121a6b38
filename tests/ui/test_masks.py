"""Lesson 13: what it says about the stage's sentence and its films, computed again from the arrays by other means."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from figures.payload import unpack
from model.corpora import stories
from ui import first, prose, readings, sentences
from ui.lessons import masks, masks_break, masks_check
from ui.shipped import shipped

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture(scope="module")
def shown():
    found = first.load("toy", sentences.DEFAULT)
    assert found is not None
    return found


@pytest.fixture
def said(monkeypatch):
    """Every sentence the page says with `say`, by its key."""
    found: dict[str, str] = {}
    draw = prose._PROSE

    def heard(*, key, data):
        found[key] = "".join(text for text, _ in data)
        return draw(key=key, data=data)

    monkeypatch.setattr(prose, "_PROSE", heard)
    return found


def page(**address: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in address.items():
        app.query_params[name] = value
    app = app.run().switch_page("pages/mask.py").run()
    assert not app.exception, [error.value for error in app.exception]
    return app


def test_the_weight_that_would_lie_on_later_words(shown, said):
    page(model="toy")
    shares = []
    for layer in range(shown.config.layers):
        scores = shown.arrays[f"decoder.{layer}.self.scores"].astype(float)
        for head in scores:
            for i, row in enumerate(head):
                powers = [math.exp(score) for score in row]
                shares.append(sum(powers[i + 1 :]) / sum(powers))
    text = said["masks_all"]
    assert f"{100 * sum(shares) / len(shares):.0f}\u202f%" in text
    n = len(shown.target_in)
    assert f"Of {n * n} cells {n * (n + 1) // 2} are open and {n * (n - 1) // 2} hidden" in text
    assert text.endswith("they get exactly 0, and every row still sums to 1.")


def test_the_row_is_given_the_word_before_its_label(shown, said):
    page(model="toy")
    row = masks.telling_row(shown)
    assert masks.plain(shown.target_out[row]) == "il" and masks.plain(shown.target_in[row]) == "qu'"
    assert shown.target_in[1:] == shown.target_out[:-1], "the input is the label, one step later"
    assert "write il is given qu'" in said["masks_row"]


def test_what_changes_is_what_is_shipped(shown, said):
    page(model="toy")
    facts = shipped("mask-changes", "toy")
    number = facts.about["sources"].index(shown.source)
    positions, masked, unmasked = (facts.arrays[f"{number}.{name}"] for name in ("positions", "masked", "unmasked"))
    before = [(masked[c, i], unmasked[c, i]) for c, place in enumerate(positions) for i in range(place)]
    text = said["masks_change_said"]
    assert f"{len(positions)} changes, {len(before)} rows" in text
    assert max(kept for kept, _ in before) == 0 and "numbers is 0;" in text
    assert f"{max(moved for _, moved in before):.3g}" in text


def test_the_numbers_of_the_films(said, monkeypatch):
    page()
    assert "masks_translation_said" not in said, "the bet is open, and its answer stands there"
    monkeypatch.setattr(masks_break, "bet_on", lambda name: "Higher loss, worse French")
    page()
    for world, key in (("translation", "masks_translation_said"), ("stories", "masks_stories_said")):
        for kind in ("masked", "open"):
            film = shipped(f"leak-{world}-{kind}", "toy")
            assert f"{film.arrays['loss'][-11:].astype(float).mean():.2f}" in said[key]
    masked, opened = (shipped(f"leak-translation-{kind}", "toy") for kind in ("masked", "open"))
    references = masked.about["references"]
    right = [ours == theirs for ours, theirs in zip(masked.about["written"][-1], references, strict=True)]
    assert sum(right) >= 3 and f"{100 * masked.arrays['good'][-1]:.0f}\u202f%" in said["masks_translation_said"]
    assert not any(ours == theirs for ours, theirs in zip(opened.about["written"][-1], references, strict=True))
    assert f"{stories.nats_a_token(200):.2f} nats of chance" in said["masks_held_out_said"]


def test_what_fits_of_a_sample_is_marked():
    _, told = masks_break.films()
    for film in (told.masked, told.open):
        for row, rights in zip(film.written, film.right, strict=True):
            for source, written, right in zip(told.sources, row, rights, strict=True):
                assert written[:right] == "" or stories.sentences_that_fit(f"{source} {written[:right]}") >= 2
                assert stories.sentences_that_fit(f"{source} {written}") == (written[:right].count(".") + 1)


def test_a_translation_is_right_up_to_its_first_wrong_word():
    assert masks_break._right("translation", "", "la reine dort", "la reine dort") == len("la reine dort")
    assert masks_break._right("translation", "", "la reine dort", "la dame dort") == 2
    assert masks_break._right("translation", "", "la reine dort", "") == 0


def test_the_questions_by_brute_force(shown):
    n = len(shown.target_in)
    counted = masks_check.count(shown)
    assert counted.right == sum(j <= i for i in range(n + 1) for j in range(n + 1))
    diagonal = masks_check.diagonal(shown)
    row = len(shown.target_in) // 2
    assert diagonal.choices[diagonal.right] == masks.plain(shown.target_in[row]) != diagonal.choices[0]
    broken = masks_check.broken(shown)
    header, arrays = unpack(broken.payload)
    rows, columns = ([token["text"] for token in header[side]] for side in ("rows", "columns"))
    leaks = {(i, j) for i in range(len(rows)) for j in range(len(columns)) if arrays["values"][i, j] > 0 and j == i + 1}
    assert broken.right == leaks and all(rows[i] == columns[j] for i, j in leaks), "the column is fed the very word the row writes"
    assert np.allclose(arrays["values"].sum(1), 1)


@pytest.mark.parametrize("source", ["dog", "a", "the the the the the", "the small dog that the old man saw did not sleep " * 3])
def test_any_sentence_has_its_questions(source):
    page(source=source, model="toy")
    found = readings.reading("toy", source.strip())
    number = masks_check.count(found)
    assert len({value for value, _ in number.wrong}) == len(number.wrong)
    assert len(set(masks_check.diagonal(found).choices)) == 3
    assert masks_check.broken(found).right


def test_two_shorter_sentences_stand_beside_it(shown):
    length = len(shown.target_in)
    rows = masks.beside("toy", length)
    assert len(rows) == 2 and all(len(row) < length and row[0] == "<s>" for row in rows) and len(rows[0]) > len(rows[1])
    assert len(masks.beside("toy", 2)) == 2


def test_an_untrained_model_is_causal_too(said):
    page(model="toy:untrained")
    assert "numbers is 0;" in said["masks_change_said"]
    assert re.search(r"removed it is [\d.]+\.", said["masks_change_said"])

"""The stage without a browser: what is accepted, what is refused, and that nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from model.errors import LabError
from model.reading import Reading
from ui import first, readings, sentences
from ui.address import Stage
from ui.stage_data import END_PIECE, english_words, french_words, pieces_of_words, source_words, target_words, threads

ROOT = Path(__file__).parents[2]


def app(**parameters: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in parameters.items():
        test.query_params[name] = value
    return test.run()


def stage_of(test: AppTest) -> Stage:
    stage: Stage = test.session_state["stage"]
    return stage


def test_home_runs_and_writes_the_whole_address() -> None:
    test = app()
    assert not test.exception
    assert stage_of(test) == Stage(first.DEFAULT, sentences.DEFAULT)


def test_a_link_sets_the_stage() -> None:
    test = app(model="toy:untrained", source="the cat sleeps", target="le chat dort")
    assert not test.exception
    assert stage_of(test) == Stage("toy:untrained", "the cat sleeps", "le chat dort")


@pytest.mark.parametrize("source", ["", " \n\t ", "a" * 100_000, "\x00\x01"], ids=["empty", "blank", "long", "control"])
def test_a_link_that_cannot_be_read_leaves_a_good_stage(source: str) -> None:
    test = app(model="toy", source=source)
    assert not test.exception
    assert stage_of(test).source == sentences.DEFAULT


@pytest.mark.parametrize("model", ["", "nothing", "../../etc/passwd", "toy:untrained:untrained", "TOY"])
def test_an_unknown_model_falls_back(model: str) -> None:
    test = app(model=model, source="the cat sleeps")
    assert not test.exception
    assert stage_of(test) == Stage(first.DEFAULT, "the cat sleeps")


ODD = (
    "مرحبا بالعالم",
    "<b>bold</b> <script>alert(1)</script>",
    "$x^2$ \\frac{a}{b} **bold** :smile:",
    "zut 👩‍👩‍👧 alors",
    "a\x00b",
)


@pytest.mark.parametrize("source", ODD)
def test_odd_sentences_are_read(source: str) -> None:
    test = app(model="toy", source=source)
    assert not test.exception
    assert stage_of(test).source.replace("\x00", "") == source.replace("\x00", "")


def test_every_model_name_is_checked() -> None:
    with pytest.raises(LabError):
        readings.check_model("no such model")


def reading(source: str = sentences.DEFAULT) -> Reading:
    return readings.reading("toy", source)


@pytest.mark.parametrize("source", [*sentences.examples("toy"), "zebra 👩‍👩‍👧 x", "é", "the  cat"])
def test_words_cover_the_sentence(source: str) -> None:
    read = reading(" ".join(source.split()))
    words = source_words(read, "toy")
    assert " ".join(word["text"] for word in words) == read.source
    for word in words:
        assert "".join(piece["text"] for piece in word["pieces"]) == word["text"]
    assert "".join(word["text"] for word in target_words(read)) == read.target.replace(" ", "")


def test_every_piece_belongs_to_one_word() -> None:
    read = reading()
    groups = pieces_of_words(english_words(read.source), read.source_spans, read.source_pieces)
    assert sorted(place for group in groups for place in group) == [
        place for place, piece in enumerate(read.source_pieces) if piece != END_PIECE
    ]


def test_threads_are_shares_of_attention() -> None:
    read = reading()
    rows = threads(read)
    assert len(rows) == len(french_words(read.target))
    for row in rows:
        assert len(row) == len(read.source.split(" "))
        assert all(weight >= 0 for weight in row) and sum(row) <= 1.001


def test_swaps_make_sentences_of_the_grammar() -> None:
    for swap in sentences.swaps(sentences.DEFAULT):
        for choice in swap.choices:
            changed = sentences.DEFAULT[: swap.start] + choice + sentences.DEFAULT[swap.end :]
            assert sentences.swaps(changed), changed


def test_untrained_keeps_the_target_of_its_sister() -> None:
    trained, untrained = readings.of(Stage("toy", sentences.DEFAULT)), readings.of(Stage("toy:untrained", sentences.DEFAULT))
    assert untrained.target == trained.target and untrained.forced
    for name, array in trained.arrays.items():
        assert untrained.arrays[name].shape == array.shape, name


@pytest.mark.parametrize("model", readings.trained_names())
@pytest.mark.parametrize("source", first.SOURCES)
def test_shipped_readings_are_what_the_model_computes(source: str, model: str) -> None:
    import numpy as np

    from model.read import read

    shipped = first.load(model, source)
    assert shipped is not None, f"run: python -m ui.first {model} readings"
    computed = read(readings.loaded(model), source)
    assert (shipped.target, shipped.source_pieces) == (computed.target, computed.source_pieces)
    for name, array in computed.arrays.items():
        np.testing.assert_allclose(shipped.arrays[name], array, atol=1e-4, err_msg=name)


def test_elided_words_are_words_of_their_own() -> None:
    text = "L'animal qu'elle n’a pas vu aujourd'hui"
    assert [text[start:end] for start, end in french_words(text)] == ["L'", "animal", "qu'", "elle", "n’", "a", "pas", "vu", "aujourd'hui"]

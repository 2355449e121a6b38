"""A sentence far from what the model has read says so; a plain one, and the riddle, do not. Our scenes are our own."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from ui import familiarity, first, readings, scenes, sentences

FAR = {
    "legal": "The lessee shall indemnify the lessor against all liabilities arising under this agreement.",
    "technical": "Install the package and restart the server before you configure the firewall.",
    "German": "Der Hund schläft unter dem Tisch.",
    "French": "Le chat dort sur la chaise.",
    "emoji": "🧠👩‍🔬 ❤️",
    "capitals": "A MAN IS READING A BOOK ON A BENCH.",
}


@pytest.mark.parametrize("source", FAR.values(), ids=FAR)
def test_what_the_model_never_read_is_said_to_be_far(source: str) -> None:
    said = familiarity.far(first.DEFAULT, readings.reading(first.DEFAULT, source))
    assert said is not None and " % of its pieces" in said


@pytest.mark.parametrize("model", readings.trained_names())
def test_the_examples_are_near_and_come_to_an_end(model: str) -> None:
    examples = sentences.examples(model)
    assert len(set(examples)) >= 8 and set(sentences.RIDDLE.values()) <= set(examples)
    for source in examples:
        reading = readings.reading(model, source)
        assert reading.finished and familiarity.far(model, reading) is None, source


def test_fragments_are_many_short_pieces_of_one_word() -> None:
    pieces = ("\u2581Qu", "ant", "um", "\u2581the", "\u2581repair", "ing", ".", "\u2581di", "d", "n", "'", "t")
    assert familiarity._fragments(pieces) == {0, 1, 2, 7, 8, 9}


@pytest.mark.parametrize(("word", "other", "pronoun"), [("tired", "wide", "il"), ("wide", "tired", "elle")])
def test_the_default_model_solves_the_riddle(word: str, other: str, pronoun: str) -> None:
    written = re.findall(r"\w+", readings.reading(first.DEFAULT, sentences.RIDDLE[word]).target)
    assert pronoun in written and {"il": "elle", "elle": "il"}[pronoun] not in written


def test_no_scene_stands_in_the_captions(multi30k: Path) -> None:
    def words(text: str) -> tuple[str, ...]:
        return tuple(re.findall(r"[a-z0-9]+", text.lower()))

    read = {words(line) for path in multi30k.glob("*.en.gz") for line in gzip.decompress(path.read_bytes()).decode().splitlines()}
    assert len(read) > 1000 and not read & {words(scene) for scene in scenes.SCENES}

"""What heads do, counted again by plain loops over words; what is shipped is what the counting says."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest

from model.ablation import attentions_of
from model.behaviour import BEHAVIOURS, bits, counted
from model.corpora import Gold, Word
from model.head_facts import readings, sentences
from model.reading import Reading
from model.saved import SavedModel, find_model, load_model
from ui.shipped import shipped

CONTENT = ("noun", "name", "verb", "adjective")


@pytest.fixture(scope="module")
def toy() -> SavedModel:
    return load_model(find_model("toy"))


def owner(spans: tuple[tuple[int, int], ...], words: tuple[Word, ...], piece: int) -> int | None:
    """Which word a piece belongs to: the one whose first or any later character it has."""
    start, end = spans[piece]
    for number, word in enumerate(words):
        for character in range(start, end):
            if word.start <= character < word.end:
                return number
    return None


def keys_wanted(reading: Reading, gold: Gold, attention: str, row: int) -> dict[str, list[int]]:
    """Behaviour -> columns that a row would have to read, found column by column."""
    side, _, part = attention.split(".")
    source = [owner(reading.source_spans, gold.source_words, piece) for piece in range(len(reading.source_pieces))]
    target = [owner(reading.target_spans, gold.target_words, piece) for piece in range(len(reading.target_out))]
    if side == "encoder":
        return encoder_keys(source, gold, row)
    if part == "self":
        return decoder_keys(target, gold, row)
    return cross_keys(source, target, gold, row)


def encoder_keys(source: list[int | None], gold: Gold, row: int) -> dict[str, list[int]]:
    last = len(source) - 1
    wanted: dict[str, list[int]] = defaultdict(list)
    for column in range(len(source)):
        if column == row - 1:
            wanted["previous"].append(column)
        if column == row + 1:
            wanted["next"].append(column)
        if column == row:
            wanted["same"].append(column)
        if column == 0 and row > 1:
            wanted["first"].append(column)
        if column == last and row < last - 1:
            wanted["end"].append(column)
        if (source[row], source[column]) in gold.source_subjects:
            wanted["subject"].append(column)
        if column != row and kind(gold.source_words, source[row]) == kind(gold.source_words, source[column]) in CONTENT:
            wanted["part_of_speech"].append(column)
        if gold.referent and source[row] == gold.referent.source_pronoun:
            if source[column] == gold.referent.source_noun:
                wanted["referent"].append(column)
            if source[column] == gold.referent.source_rival:
                wanted["rival"].append(column)
    return wanted


def decoder_keys(target: list[int | None], gold: Gold, row: int) -> dict[str, list[int]]:
    wanted: dict[str, list[int]] = defaultdict(list)
    if target[row] is None:  # writes the end token
        return wanted
    wanted["previous"].append(row)  # column j was fed the word that row j - 1 wrote
    if row > 0:
        wanted["first"].append(0)
    for column in range(1, row + 1):
        fed = target[column - 1]
        if (target[row], fed) in gold.target_subjects:
            wanted["subject"].append(column)
        if kind(gold.target_words, target[row]) == kind(gold.target_words, fed) in CONTENT:
            wanted["part_of_speech"].append(column)
        if gold.referent and target[row] == gold.referent.target_pronoun:
            if fed == gold.referent.target_noun:
                wanted["referent"].append(column)
            if fed == gold.referent.target_rival:
                wanted["rival"].append(column)
    return wanted


def cross_keys(source: list[int | None], target: list[int | None], gold: Gold, row: int) -> dict[str, list[int]]:
    wanted: dict[str, list[int]] = defaultdict(list)
    if target[row] is None:
        return wanted
    translated = {english for english, french in gold.alignment if french == target[row]}
    same = [column for column, word in enumerate(source) if word in translated]
    wanted["same"] = same
    if same and min(same) > 0:
        wanted["previous"] = [min(same) - 1]
    if same and max(same) + 1 < len(source):
        wanted["next"] = [max(same) + 1]
    if 0 not in same:
        wanted["first"] = [0]
    if len(source) - 1 not in same:
        wanted["end"] = [len(source) - 1]
    last_english = {french: english for english, french in gold.alignment}
    for column, word in enumerate(source):
        if any(verb == target[row] and last_english.get(subject) == word for verb, subject in gold.target_subjects):
            wanted["subject"].append(column)
        if kind(gold.target_words, target[row]) == kind(gold.source_words, word) in CONTENT:
            wanted["part_of_speech"].append(column)
        if gold.referent and target[row] == gold.referent.target_pronoun:
            if word == gold.referent.source_noun:
                wanted["referent"].append(column)
            if word == gold.referent.source_rival:
                wanted["rival"].append(column)
    return wanted


def kind(words: tuple[Word, ...], word: int | None) -> str | None:
    return None if word is None else words[word].part_of_speech


def test_every_count_is_what_plain_loops_find(toy: SavedModel) -> None:
    pairs = sentences()[:14]
    assert any(pair.gold and pair.gold.referent for pair in pairs)
    sample = list(readings(toy, pairs))
    names = attentions_of(toy.config)
    tallies = counted(sample, names)
    for name in names:
        for head in range(toy.config.heads):
            shares: dict[str, list[float]] = defaultdict(list)
            for reading, gold in sample:
                weights = reading.arrays[f"{name}.weights"][head]
                for row in range(len(weights)):
                    for behaviour, columns in keys_wanted(reading, gold, name, row).items():
                        if columns:
                            shares[behaviour].append(sum(float(weights[row, column]) for column in columns))
            for behaviour in BEHAVIOURS:
                assert tallies[name].rows.get(behaviour, 0) == len(shares[behaviour]), (name, behaviour)
                if shares[behaviour]:
                    mean = sum(shares[behaviour]) / len(shares[behaviour])
                    assert tallies[name].mean(behaviour)[head] == pytest.approx(mean, abs=1e-5), (name, head, behaviour)


def test_entropy_is_counted_where_there_is_a_choice(toy: SavedModel) -> None:
    sample = list(readings(toy, sentences()[:3]))
    tally = counted(sample, ["decoder.0.self"])["decoder.0.self"]
    found = []
    for reading, _gold in sample:
        for row in reading.arrays["decoder.0.self.weights"][1][1:]:  # the first row has one key
            found.append(-sum(float(weight) * math.log2(weight) for weight in row if weight > 0))
    assert tally.mean("entropy")[1] == pytest.approx(sum(found) / len(found), abs=1e-5)
    assert tally.mean("entropy")[-1] > tally.mean("entropy")[1], "evenly spread weight is the widest"


def test_bits() -> None:
    np.testing.assert_allclose(bits(np.array([[0.5, 0.5], [1.0, 0.0], [0.25, 0.75]])), [1, 0, 0.811278], atol=1e-6)


@pytest.mark.slow
def test_what_is_shipped_is_what_the_count_says(toy: SavedModel) -> None:
    facts = shipped("heads", "toy")
    assert facts is not None and tuple(facts.about["behaviours"]) == BEHAVIOURS
    pairs = sentences()
    assert facts.about["sentences"] == len(pairs) == 500
    tallies = counted(readings(toy, pairs), facts.about["attentions"])
    for place, name in enumerate(facts.about["attentions"]):
        for column, behaviour in enumerate(BEHAVIOURS):
            mean = tallies[name].mean(behaviour)
            np.testing.assert_allclose(facts.arrays["behaviour"][place, :, column], mean[:-1], atol=2e-4, err_msg=f"{name} {behaviour}")
            np.testing.assert_allclose(facts.arrays["chance"][place, column], mean[-1], atol=2e-4)
        np.testing.assert_allclose(facts.arrays["entropy"][place], tallies[name].mean("entropy")[:-1], atol=1e-3)

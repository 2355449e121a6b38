"""Silenced heads: the arithmetic by NumPy, the loss by a second road, the shipped losses recounted; Fuses and their par."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch

from model.ablation import attentions_of, examined, heads_of, rewritten, silencing
from model.config import END, START
from model.fuses import solve, translations
from model.head_facts import LEVELS, sentences, with_referents
from model.pronouns import OTHER, is_turned, pronoun_written
from model.read import read
from model.referents import cases_of, written
from model.saved import SavedModel, find_model, load_model
from ui.shipped import Facts, shipped

RIDDLE = "the animal did not cross the street because it was too tired"
ONLY_PAIR = (("encoder.0.self", 2), ("encoder.0.self", 3))


@pytest.fixture(scope="module")
def toy() -> SavedModel:
    return load_model(find_model("toy"))


@pytest.fixture(scope="module")
def facts() -> Facts:
    found = shipped("heads", "toy")
    assert found is not None
    return found


def output_matrix(saved: SavedModel, attention: str) -> np.ndarray:
    side, layer, part = attention.split(".")
    return np.asarray(saved.model.state_dict()[f"{side}.layers.{layer}.{part}_attention.output.weight"].numpy())


@pytest.mark.parametrize("mode", ["zero", "mean"])
def test_a_silent_head_is_missing_from_the_sum(toy: SavedModel, facts: Facts, mode: str) -> None:
    """Output = what the other heads write, and this head's constant if it writes its mean."""
    name, head = "encoder.0.self", 2
    means = dict(zip(facts.about["attentions"], facts.arrays["means"], strict=True))
    whole = read(toy, RIDDLE)
    silent = read(toy, RIDDLE, whole.target, silencing([(name, head)], means if mode == "mean" else None))
    heads, matrix = whole.arrays[f"{name}.heads"].astype(np.float64), output_matrix(toy, name).astype(np.float64)
    width = toy.config.d_v
    expected = sum(heads[i] @ matrix[:, i * width : (i + 1) * width].T for i in range(toy.config.heads) if i != head)
    if mode == "mean":
        expected = expected + means[name][head].astype(np.float64) @ matrix[:, head * width : (head + 1) * width].T
    np.testing.assert_allclose(silent.arrays[f"{name}.output"], expected, atol=1e-5)
    np.testing.assert_array_equal(silent.arrays[f"{name}.weights"], whole.arrays[f"{name}.weights"])


def test_the_loss_is_the_mean_of_minus_log_p(toy: SavedModel) -> None:
    pairs = sentences()[:9]
    edit = silencing([("decoder.1.cross", 3)])
    surprises, right = [], []
    for pair in pairs:
        shown = read(toy, pair.source, pair.target, edit)
        logits = shown.arrays["logits"].astype(np.float64)
        log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        labels = [*toy.tokenizer.encode(pair.target).ids, END]
        surprises += [-log_p[row, label] for row, label in enumerate(labels)]
        right += [int(logits[row].argmax()) == label for row, label in enumerate(labels)]
    found = examined(toy, pairs).loss(edit)
    assert found.tokens == len(surprises)
    assert found.loss == pytest.approx(np.mean(surprises), abs=1e-5)
    assert found.accuracy == pytest.approx(np.mean(right))


def test_the_mean_is_over_all_positions_that_are_no_padding(toy: SavedModel) -> None:
    pairs = sentences()[:7]
    means = examined(toy, pairs).mean_outputs()
    for name in attentions_of(toy.config):
        rows = [read(toy, pair.source, pair.target).arrays[f"{name}.heads"] for pair in pairs]
        np.testing.assert_allclose(means[name], np.concatenate(rows, axis=1).mean(axis=1), atol=1e-5)


def test_the_shipped_losses(toy: SavedModel, facts: Facts) -> None:
    corpus = examined(toy, sentences())
    assert corpus.loss().loss == pytest.approx(facts.about["loss"], abs=1e-5)
    names = list(facts.about["attentions"])
    for name, head in (("decoder.1.cross", 3), ("decoder.0.self", 3), ("encoder.1.self", 2)):
        found = corpus.loss(silencing([(name, head)])).loss
        assert found == pytest.approx(float(facts.arrays["loss_zero"][names.index(name), head]), abs=1e-4)


def test_every_head_once(toy: SavedModel) -> None:
    heads = heads_of(toy.config)
    assert len(heads) == len(set(heads)) == 3 * toy.config.layers * toy.config.heads


# Referents


def test_the_row_that_writes_the_pronoun(toy: SavedModel) -> None:
    pairs = with_referents()[:20]
    cases = cases_of(toy.tokenizer, pairs)
    assert len(cases) == len(pairs)
    edit = silencing([("encoder.1.self", 3)])
    found = written(toy, cases, edit)
    for place, pair in enumerate(cases.pairs):
        assert pair.gold and pair.gold.referent
        pronoun = pair.gold.target_words[pair.gold.referent.target_pronoun].text
        assert toy.tokenizer.pieces[int(cases.right[place])].lstrip("\u2581") == pronoun
        assert toy.tokenizer.pieces[int(cases.other[place])].lstrip("\u2581") == OTHER[pronoun]
        shown = read(toy, pair.source, pair.target, edit)
        row = shown.arrays["logits"][int(cases.row[place])]
        assert shown.target_out[int(cases.row[place])].lstrip("\u2581") == pronoun
        assert found.margin[place] == pytest.approx(float(row[cases.right[place]] - row[cases.other[place]]), abs=1e-3)
        assert bool(found.turned[place]) == (int(row.argmax()) == int(cases.other[place]))


def test_shipped_turns_recounted_for_one_head(toy: SavedModel, facts: Facts) -> None:
    cases = cases_of(toy.tokenizer, with_referents())
    right = written(toy, cases).right
    turned = written(toy, cases, silencing([("encoder.0.self", 3)])).turned
    assert int(right.sum()) == facts.about["referents"]
    share = float(turned[right].mean())
    assert share == pytest.approx(float(facts.arrays["turned_zero"][list(facts.about["attentions"]).index("encoder.0.self"), 3]), abs=1e-6)


@pytest.mark.parametrize(
    ("before", "after", "ordinal", "turned"),
    [
        ("qu'il était fatigué", "qu'elle était fatiguée", 0, True),
        ("qu'il était fatigué", "qu'il était fatigué", 0, False),
        ("elle chante même s'il pleut", "elle chante même si elle pleut", 1, True),
        ("elle chante même s'il pleut", "il chante même s'il pleut", 1, False),
        ("qu'ils étaient fatigués", "qu'elle était fatiguée", 0, False),
        ("qu'il était", "la rue", 0, False),
    ],
)
def test_what_counts_as_turned(before: str, after: str, ordinal: int, turned: bool) -> None:
    assert is_turned(before, after, ordinal) is turned


def test_a_pronoun_is_a_word_of_its_own() -> None:
    assert pronoun_written("la ville est belle", 0) is None
    assert pronoun_written("Il dort.", 0) == "il"


# Fuses


def test_the_riddle_turns_with_two_heads_and_no_other_pair(toy: SavedModel, facts: Facts) -> None:
    level = next(level for level in facts.about["levels"] if level["source"] == RIDDLE)
    assert level["par"] == 2
    assert [tuple((name, head) for name, head in heads) for heads in level["solutions"]] == [ONLY_PAIR]
    text, finished = rewritten(toy, RIDDLE, silencing(ONLY_PAIR), 40)
    assert finished and "qu'elle" in text
    for head in heads_of(toy.config):
        assert "qu'il" in rewritten(toy, RIDDLE, silencing([head]), 40)[0]


def test_every_shipped_solution_turns(toy: SavedModel, facts: Facts) -> None:
    assert [level["source"] for level in facts.about["levels"]] and {level["source"] for level in facts.about["levels"]} == set(LEVELS)
    for level in facts.about["levels"]:
        assert translations(toy, [level["source"]]) == [level["translation"]]
        for heads in level["solutions"]:
            assert len(heads) == level["par"]
            (after,) = translations(toy, [level["source"]], silencing([(name, head) for name, head in heads]))
            assert is_turned(level["translation"], after, level["ordinal"]), (level["source"], heads)


@pytest.mark.slow
def test_par_is_the_least(toy: SavedModel, facts: Facts) -> None:
    """Smaller sets do not turn a level: every single head, and of the pairs those of the encoder, one whole translation each."""
    encoder = [head for head in heads_of(toy.config) if head[0].startswith("encoder")]
    for level in facts.about["levels"]:
        smaller = [*combinations(heads_of(toy.config), 1), *combinations(encoder, 2)]
        for heads in smaller:
            if len(heads) < level["par"]:
                after, _ = rewritten(toy, level["source"], silencing(heads), 24)
                assert not is_turned(level["translation"], after, level["ordinal"]), (level["source"], heads)


def test_solve_leaves_out_what_it_cannot_solve(toy: SavedModel) -> None:
    assert solve(toy, ["Jake learned AI even though it was difficult"], largest=1) == []


def test_a_batch_changes_nothing(toy: SavedModel) -> None:
    """Sentences of different length beside each other are translated as alone."""
    both = [LEVELS[0], RIDDLE]
    assert translations(toy, both, silencing(ONLY_PAIR)) == [translations(toy, [source], silencing(ONLY_PAIR))[0] for source in both]


def test_means_are_copied(facts: Facts) -> None:
    """Shipped arrays are shared and read-only: an intervention must not hold on to them."""
    means = dict(zip(facts.about["attentions"], facts.arrays["means"], strict=True))
    vector = silencing([("encoder.0.self", 0)], means).silenced[("encoder.0.self", 0)]
    assert vector is not None and vector.dtype == torch.float32
    vector += 1
    assert START == 1 and not np.allclose(means["encoder.0.self"][0], vector.numpy())

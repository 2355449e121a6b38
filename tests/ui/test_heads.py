"""Lesson 9: the numbers it says, what it takes from a browser and from a link, and that its first view needs no torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from figures.heads import projections, short_name
from model.reading import KINDS, Reading
from ui import check, readings, sentences
from ui.address import Stage
from ui.lessons import heads, heads_check, heads_data, heads_fuses, heads_measured, heads_words
from ui.prose import grouped
from ui.shipped import Facts, shipped

ROOT = Path(__file__).parents[2]
AT = Stage("toy", sentences.DEFAULT)


@pytest.fixture(scope="module")
def shown() -> Reading:
    return readings.reading("toy", sentences.DEFAULT)


@pytest.fixture(scope="module")
def facts() -> Facts:
    found = shipped("heads", "toy")
    assert found is not None
    return found


# The sum


def test_the_heads_add_up_to_the_output_of_the_pass(shown: Reading) -> None:
    parts = heads_data.parts_of("toy", AT.source, None, shown)
    names = [name for kind in KINDS for name in shown.attention_names(kind)]
    assert set(parts) == {short_name(name) for name in names} and len(parts) == 6
    for name in names:
        np.testing.assert_allclose(parts[short_name(name)].sum(axis=0), shown.arrays[f"{name}.output"], atol=5e-6)


def test_what_the_page_says_of_it(shown: Reading) -> None:
    """The sentence names what each head of a layer reads most for the pronoun: the two nouns are among it."""
    row = heads.row_told(shown)
    assert shown.source_pieces[row].endswith("it")
    best = [shown.source_pieces[int(line.argmax())] for line in shown.arrays["encoder.0.self.weights"][:, row]]
    assert {"\u2581animal", "\u2581street"} <= set(best)


def test_the_word_told_is_one_over_which_the_heads_disagree() -> None:
    """No pronoun here: of every layer and word, by hand, the one whose heads' mixture is widest against the heads themselves."""
    other = readings.reading("toy", "the street was too wide")
    weights = np.stack([other.arrays[f"encoder.{layer}.self.weights"] for layer in range(2)]).astype(np.float64)

    def bits(row: np.ndarray) -> float:
        return float(-sum(share * np.log2(share) for share in row if share > 0))

    told = {
        (layer, row): bits(weights[layer, :, row].mean(axis=0)) - np.mean([bits(weights[layer, head, row]) for head in range(4)])
        for layer in range(2)
        for row in range(len(other.source_pieces))
    }
    place = heads.place_told(other)
    assert (place["layer"], place["row"]) == max(told, key=told.__getitem__) and place["column"] != place["row"]


def test_sets_of_heads_are_counted() -> None:
    """24 heads: all sets of up to three. 48: those of three would be 17,296, and none of them was tried."""
    assert heads_fuses.sets_tried(24) == {"sets": grouped(24 + 276 + 2024), "most": "3"}
    assert heads_fuses.sets_tried(48) == {"sets": grouped(48 + 1128), "most": "2"}


# The tables


def test_the_table_holds_every_head(facts: Facts) -> None:
    rows = heads_measured.rows_of(facts)
    values, chance = heads_measured.behaviour_table(facts)
    columns = [column.name for column in heads_words.behaviour_columns()]
    assert len(rows) == 24 and values.shape == chance.shape == (24, len(columns))
    assert rows[0]["label"] == "encoder 1.1" and rows[-1]["label"] == "cross 2.4"
    place = next(index for index, row in enumerate(rows) if row["label"] == "decoder 2.4")
    names, behaviours = list(facts.about["attentions"]), list(facts.about["behaviours"])
    expected = facts.arrays["behaviour"][names.index("decoder.1.self"), 3, behaviours.index("subject")]
    assert values[place, columns.index("subject")] == pytest.approx(float(expected))
    assert values[place, columns.index("loss_zero")] == pytest.approx(
        float(facts.arrays["loss_zero"][names.index("decoder.1.self"), 3]) - facts.about["loss"], abs=1e-6
    )
    assert np.isnan(values[place, columns.index("next")]), "a decoder cannot see the next word"


def test_the_bet_is_settled_by_the_count(facts: Facts) -> None:
    turned = facts.arrays["turned_zero"]
    by_kind = {
        kind: max(float(turned[place].max()) for place, name in enumerate(facts.about["attentions"]) if matches(name, kind))
        for kind in KINDS
    }
    assert max(by_kind, key=by_kind.__getitem__) == "encoder.self"
    assert heads_measured.where_it_turns(facts) == heads.ENCODER


def matches(name: str, kind: str) -> bool:
    side, _, part = kind.partition(".")
    return name.startswith(side) and name.endswith(part)


def test_words_for_every_hole(facts: Facts) -> None:
    """No template of a picture is left without the value it asks for; titles are there for every column."""
    for column in [*heads_words.behaviour_columns(), *heads_words.referent_columns()]:
        assert column.title and column.meaning and column.kind in ("share", "bits", "change", "portion")
    assert heads_words.name_of("decoder.1.cross", 0) == "cross 2.1"


def test_the_film_is_of_two_equal_models() -> None:
    film = heads_data.film_facts()
    one, four = film.about["runs"]
    assert one["parameters"] == four["parameters"] and (one["heads"], four["heads"]) == (1, 4)
    assert one["heads"] * one["d_k"] == four["heads"] * four["d_k"]
    for run in (one, four):
        count = len(run["moments"])
        assert len(run["written"]) == count >= 12 and run["moments"][0] == 0 and run["moments"][-1] == film.about["steps"]
        maps = film.arrays[f"{run['heads']}.decoder.cross"]
        assert maps.shape[0] == count and maps.shape[2] == run["heads"] and maps.dtype == np.uint8
        np.testing.assert_allclose(maps.sum(axis=-1) / 255, 1, atol=0.03)
        assert run["seeds"][0]["exact"] == pytest.approx(float(film.arrays[f"{run['heads']}.exact"][-1]), abs=1e-6)
    assert (ROOT / "assets/first/toy-heads.npz").stat().st_size + (ROOT / "assets/first/toy-heads_film.npz").stat().st_size < 500_000


# What comes from outside


GOOD = {"heads": [["encoder.0", 2], ["cross.1", 3], ["encoder.0", 2]], "kind": "mean", "of": "x"}
NAMES = ("encoder.0.self", "decoder.0.self", "decoder.1.cross")


def test_what_a_board_sends() -> None:
    assert heads_data.asked_heads(GOOD, NAMES, 4) == ((("encoder.0.self", 2), ("decoder.1.cross", 3)), "mean")


def zeros(*heads: object) -> dict[str, object]:
    return {"heads": list(heads), "kind": "zero"}


NOT_SENT = [
    *(None, [], "zero", {}, {"heads": [], "kind": "loud"}, {"heads": "encoder.0", "kind": "zero"}),
    *(zeros(["encoder.0"]), zeros(["encoder.9", 0]), zeros(["encoder.0", 4]), zeros(["encoder.0", -1]), zeros(["encoder.0", True])),
    *(zeros(["encoder.0", "1"]), zeros([0, "encoder.0"]), zeros(["../x.0", 0]), zeros(["encoder.\u00b2", 0])),
]


@pytest.mark.parametrize("asked", NOT_SENT)
def test_what_no_board_sends(asked: object) -> None:
    assert heads_data.asked_heads(asked, NAMES, 4) is None


@pytest.mark.parametrize(
    "heads_out", [(), (("encoder.0.self", 3),), (("encoder.0.self", 2), ("decoder.1.cross", 0), ("decoder.0.self", 1))]
)
@pytest.mark.parametrize("level", [1, 5])
def test_links_there_and_back(facts: Facts, level: int, heads_out: tuple[tuple[str, int], ...]) -> None:
    link = heads_fuses.link_of(level, heads_out)
    assert link is not None
    found = heads_fuses.read_link(link, facts)
    assert found is not None and found[0] == level and set(found[1]) == set(heads_out)


@pytest.mark.parametrize("link", ["", "0", "7", "99999999999", "x", "-1", "e1h1", "\u0665", "\u00b2", "1e3"])
def test_links_that_lead_nowhere(facts: Facts, link: str) -> None:
    assert heads_fuses.read_link(link, facts) is None


@pytest.mark.parametrize("rest", ["e9h1", "e1h9", "e0h0", "q1h1", "<script>", "e1h1" * 200, "....", "e1h\u0661"])
def test_heads_there_are_not_are_left_out(facts: Facts, rest: str) -> None:
    assert heads_fuses.read_link(f"2.{rest}", facts) == (1, ())


def test_the_verdict_counts(facts: Facts) -> None:
    level = next(level for level in facts.about["levels"] if level["source"] == sentences.DEFAULT)
    turned = heads_data.Without(level["translation"].replace("qu'il", "qu'elle"), True, -1.0)
    same = heads_data.Without(level["translation"], True, -1.0)
    assert "par" in (heads_fuses.verdict(level, 2, turned, True) or "") and "only set" in (
        heads_fuses.verdict(level, 2, turned, True) or ""
    )
    assert "with 2" in (heads_fuses.verdict(level, 5, turned, True) or "")
    assert "holds" in (heads_fuses.verdict(level, 1, same, False) or "")
    assert heads_fuses.verdict(level, 0, None, False) is None


# Silence


def test_the_probability_under_silence_is_that_of_the_pass() -> None:
    from model.ablation import silencing
    from model.read import read

    heads_out = (("encoder.0.self", 2), ("encoder.0.self", 3))
    before = readings.reading("toy", sentences.DEFAULT).target
    found = heads_data.without("toy", sentences.DEFAULT, before, heads_out, "zero")
    assert "qu'elle" in found.translation and found.finished
    shown = read(readings.loaded("toy"), sentences.DEFAULT, before, silencing(heads_out))
    logits = shown.arrays["logits"].astype(np.float64)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    tokenizer = readings.tokenizer("toy")
    labels = [*tokenizer.encode(before).ids, 2]
    assert found.log_probability == pytest.approx(sum(log_p[row, label] for row, label in enumerate(labels)), abs=1e-3)
    assert heads_data.turned(sentences.DEFAULT, before, found.translation) == ("il", "elle")


# Check yourself


def test_the_questions_and_their_answers(shown: Reading) -> None:
    number, choice, cell = heads_check.questions(AT, shown)
    assert {question.idea for question in (number, choice, cell)} == {"prediction", "misconception", "transfer"}
    assert isinstance(number, check.Number) and isinstance(choice, check.Choice) and isinstance(cell, check.Cell)
    row = heads_check.asked_row(shown)
    assert row != heads.row_told(shown), "the picture above prints it"
    parts = heads_data.parts_of("toy", AT.source, None, shown)["encoder.0"]
    last = float(projections(parts, shown.arrays["encoder.0.self.output"])[-1, row])
    assert number.judge(last).right and not number.judge(last + 0.5).right
    assert choice.choices[choice.right].startswith("Each head multiplies all 64")
    (broken,) = {line for line, _ in cell.right}
    assert len(cell.right) == len(shown.source_pieces) and all(cell.judge(place).right for place in cell.right)
    assert "1.00" in cell.why_not((broken + 1) % 4, 0)


def test_one_word_is_asked_about_another_sentence() -> None:
    short = readings.reading("toy", "cats")
    for question in heads_check.questions(Stage("toy", "cats"), short)[::2]:
        assert sentences.DEFAULT in question.text


def test_the_first_view_needs_no_torch() -> None:
    program = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name == "torch" or name.startswith("torch."):
            raise ImportError("torch is blocked here")
sys.meta_path.insert(0, Blocker())
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=120).run().switch_page("pages/heads.py").run()
assert not app.exception, [error.value for error in app.exception]
assert not app.error, [error.value for error in app.error]
assert any("Fuses" in header.value for header in app.header)
assert "torch" not in sys.modules
"""
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert result.returncode == 0, result.stderr[-3000:]

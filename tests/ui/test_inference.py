"""Lesson 15: what is shipped is what the model says, the beam drawn is one that plain NumPy finds, counts are counted again."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from figures.inference import log_softmax
from model.config import END, START
from model.reading import Reading
from model.saved import SavedModel
from model.search_counts import Unending, outcomes
from model.search_tree import FATES
from model.searches import Beam, beam, greedy
from tests.test_architecture import without_torch
from ui import first, readings
from ui.address import Stage
from ui.lessons import inference, inference_cost, inference_counts, inference_facts, inference_questions
from ui.lessons import inference_data as data
from ui.lessons import inference_moments as moments
from ui.lessons.inference_data import View
from ui.lessons.inference_settings import COUNTED, NEVER, STRATEGIES, BeamSettings, key_of

TIRED, WIDE = first.SOURCES
SAMPLE = range(0, 600, 40)


def view(moment: int | None = 444, source: str = TIRED) -> View:
    return View("toy", moment, source)


@cache
def saved(moment: int | None) -> SavedModel:
    return moments.loaded("toy", moment)


def logits_after(model: SavedModel, source: str, prefix: tuple[int, ...]) -> np.ndarray:
    """The last row of a whole pass, without any cache."""
    ids = model.tokenizer.encode(source).ids
    with torch.inference_mode():
        row = model.translator(torch.tensor([ids]), torch.tensor([(START, *prefix)])).logits[0, -1].numpy()
    logs = log_softmax(row)
    logs[list(NEVER)] = -np.inf
    return logs


def numpy_beam(model: SavedModel, source: str, width: int, alpha: float, longest: int = 62) -> list[tuple[tuple[int, ...], float]]:
    """Every finished translation of a beam, best score first: sorted lists and a whole pass for every prefix."""
    live, over = [((), 0.0)], []
    for _ in range(longest):
        every = [((*prefix, token), total + logs[token]) for prefix, total in live for logs in [logits_after(model, source, prefix)]
                 for token in np.argsort(-logs)[:width].tolist()]  # fmt: skip
        best = sorted(every, key=lambda one: -one[1])[:width]
        over += [one for one in best if one[0][-1] == END]
        live = [one for one in best if one[0][-1] != END]
        if not live or len(over) >= width:
            break
    return sorted(over, key=lambda one: -one[1] / ((5 + len(one[0])) / 6) ** alpha)


# --- the steps


@pytest.mark.parametrize("moment", [444, None])
@pytest.mark.parametrize("source", [TIRED, WIDE])
def test_the_steps_are_the_models(source: str, moment: int | None) -> None:
    reading = data.greedy_reading(view(moment, source))
    ids = data.produced_ids(reading)
    assert reading.finished and ids[-1] == END and len(ids) == len(reading.target_out)
    for step in (0, 5, len(ids) - 1):
        logs = log_softmax(reading.arrays["logits"][step])
        again = logits_after(saved(moment), source, ids[:step])
        finite = np.isfinite(again)
        np.testing.assert_allclose(logs[finite], again[finite], atol=1e-4)
        assert int(again.argmax()) == ids[step]
    own = log_softmax(reading.arrays["logits"])[np.arange(len(ids)), list(ids)]
    assert own.sum() == pytest.approx(reading.log_probability, abs=1e-4)


def test_the_shipped_moment_is_the_frame() -> None:
    shipped = data.greedy_reading(view())
    computed = data._reading_at(view(), 0)
    assert shipped.target == computed.target and shipped.source_pieces == computed.source_pieces
    for name, values in computed.arrays.items():
        np.testing.assert_allclose(shipped.arrays[name], values, atol=1e-5)


def test_moments_are_those_of_the_film() -> None:
    known = moments.moments("toy")
    assert known == (71, 160, 284, 444, 871) and moments.usual_moment("toy") == 444 and moments.last_step("toy") == 4000
    assert moments.moments("toy:untrained") == () and moments.usual_moment("toy:untrained") is None


# --- the beam


@pytest.mark.parametrize(("moment", "width", "alpha"), [(444, 4, 0.6), (444, 3, 0.0), (284, 4, 0.6), (None, 2, 0.6)])
def test_the_beam_is_what_numpy_finds(moment: int | None, width: int, alpha: float) -> None:
    tree = data.tree(view(moment), BeamSettings(width, alpha))
    ours = [(tree.words(node), float(tree.totals[node])) for node in tree.over()]
    theirs = numpy_beam(saved(moment), TIRED, width, alpha)
    assert ours[0][0] == theirs[0][0]
    for tokens, total in ours:
        known = dict(theirs).get(tokens)
        assert known is None or known == pytest.approx(total, abs=1e-3)
    assert len({tokens for tokens, _ in ours} & {tokens for tokens, _ in theirs}) >= 1


def test_the_first_beam_keeps_both_pronouns() -> None:
    """At the moment the lesson begins with, il and elle are carried to the end, each with its adjective."""
    tree = data.tree(view(), BeamSettings())
    tokenizer = readings.tokenizer("toy")
    texts = [tokenizer.decode(tree.words(node)) for node in tree.over()]
    assert texts[0].endswith("qu'il était trop fatigué") and texts[1].endswith("qu'elle était trop fatiguée")
    assert tree.greedy[tree.over()[0]]


def test_shipped_trees_are_computed_again() -> None:
    for source in (TIRED, WIDE):
        for moment in (444, None):
            shipped, computed = data.tree(view(moment, source), BeamSettings()), data._tree(view(moment, source), BeamSettings(), 0)
            assert shipped.tokens.tolist() == computed.tokens.tolist() and shipped.fates.tolist() == computed.fates.tolist()
            np.testing.assert_allclose(shipped.totals, computed.totals, atol=1e-4)


def test_greedy_may_fall_out_of_the_beam() -> None:
    tree = data.tree(view(71), BeamSettings())
    end = inference.greedys_end(tree)
    assert end is not None and FATES[tree.fates[tree.greedy & (tree.steps == end)][0]] == "dropped"
    assert inference.greedys_end(data.tree(view(), BeamSettings())) is None
    assert (inference.compared(-1.0, -2.0), inference.compared(-1.0, -1.0), inference.compared(-3.0, -2.0)) == (1, 0, -1)


# --- strategies, and no end


def test_strategies_are_shipped_as_they_run() -> None:
    shipped, computed = data.strategies(view(), 0), data.strategies_with(saved(444), TIRED, 0)
    assert list(shipped) == [strategy.name for strategy in STRATEGIES] == list(inference_counts.strategy_names())
    for name, one in computed.items():
        assert shipped[name].text == one.text and shipped[name].log_probability == pytest.approx(one.log_probability, abs=1e-3)
    assert data.strategies(view(), 1)["sample"] != shipped["sample"] and data.strategies(view(), 1) == data.strategies(view(), 1)


def test_without_the_end_token_it_never_ends() -> None:
    found = data.unending(view())
    assert not found.finished and found.tokens == 12 + 50
    assert data.unending_with(saved(444), TIRED).text == found.text
    assert found.text.startswith(data.greedy_reading(view()).target)


# --- counts over the corpus


@pytest.mark.parametrize("moment", ["71", "284", "now"])
def test_a_sample_is_counted_again(moment: str) -> None:
    known = data.counted()
    assert known is not None and known.about["sentences"] == 600
    pairs = inference_facts.counted_pairs()
    assert len(pairs) == 600
    model = saved(None if moment == "now" else int(moment))
    chosen = [pairs[place] for place in SAMPLE]
    searches = {"greedy": greedy, "4.0.6": lambda ask, longest: beam(ask, longest, Beam(width=4, alpha=0.6)),
                "8.0": lambda ask, longest: beam(ask, longest, Beam(width=8, alpha=0.0))}  # fmt: skip
    for name, search in searches.items():
        again = outcomes(model.translator, model.tokenizer, chosen, search)
        stem = f"counts.{moment}.{name}"
        np.testing.assert_allclose(known.arrays[f"{stem}.log_probabilities"][list(SAMPLE)], again.log_probabilities, atol=2e-3)
        np.testing.assert_allclose(known.arrays[f"{stem}.bleu"][list(SAMPLE)].astype(float), again.bleu, atol=0.1)
        assert known.arrays[f"{stem}.exact"][list(SAMPLE)].tolist() == again.exact.tolist()
        assert known.arrays[f"{stem}.lengths"][list(SAMPLE)].tolist() == again.lengths.tolist()


def test_every_sentence_is_a_win_a_draw_or_a_loss() -> None:
    known = data.counted()
    assert known is not None
    for moment in known.about["moments"]:
        for name in COUNTED:
            for field in ("log_probabilities", "bleu"):
                assert sum(inference_counts.verdicts(known, moment, name, field)) == known.about["sentences"]
    assert inference_counts.verdicts(known, "now", "4.0.6", "log_probabilities") == (0, 600, 0), "the trained toy makes nothing but draws"
    wins, _, losses = inference_counts.verdicts(known, "71", "4.0.6", "log_probabilities")
    assert wins > losses > 0, "not guaranteed to beat greedy"
    table = inference_counts.counts_table(known, "4.0.6", "444")
    assert len(table["rows"]) == len(table["bars"]) == 6 and table["marked"] == [3]


def test_examples_are_what_the_counts_say() -> None:
    known = data.counted()
    assert known is not None
    pairs = inference_facts.counted_pairs()
    kinds = set()
    for moment, examples in known.about["examples"].items():
        for kind, one in examples.items():
            kinds.add(kind)
            assert pairs[one["place"]].source == one["source"] and pairs[one["place"]].target == one["reference"]
            gain, better = one["beam_sum"] - one["greedy_sum"], one["beam_bleu"] - one["greedy_bleu"]
            assert {"win": gain > 0, "loss": gain < 0, "draw": abs(gain) < 1e-3, "worse": gain > 0 > better}[kind]
            place = known.arrays[f"counts.{moment}.4.0.6.log_probabilities"][one["place"]]
            assert place == pytest.approx(one["beam_sum"], abs=1e-3)
    assert kinds == {"win", "loss", "draw", "worse"}


def test_ends_are_counted_again() -> None:
    known = data.counted()
    assert known is not None
    pairs = inference_facts.counted_pairs()[:40]
    again = outcomes(saved(None).translator, saved(None).tokenizer, pairs, lambda ask, longest: greedy(Unending(ask), longest))
    assert not again.exact.any() and known.about["ended"]["now"]["broken"]["exact"] == 0 < known.about["ended"]["now"]["whole"]["exact"]
    assert again.lengths.mean() == pytest.approx(known.about["ended"]["now"]["broken"]["tokens"], abs=2)


# --- the cache


def test_costs_are_a_square_against_a_row() -> None:
    reading = data.greedy_reading(view())
    m, n = len(reading.source_pieces), len(reading.target_out)
    parts, cells = inference_cost.costs(reading.config, m, n)
    assert cells.tolist() == [[step**2 for step in range(1, n + 1)], list(range(1, n + 1))]
    assert parts.shape == (2, n, 3) and (parts[0].sum(axis=1)[1:] > parts[1].sum(axis=1)[1:]).all()
    assert parts[0, 0].tolist() == parts[1, 0].tolist(), "the first step is the same"


def test_both_ways_compute_the_same() -> None:
    timing = inference_cost.measure(view())
    assert timing.difference < 1e-4 and timing.cached > 0 and timing.steps == 15
    assert inference_cost.tiny(5.72e-6) == "5.7 × 10\u207b\u2076" and inference_cost.tiny(0) == "0"


# --- questions


def test_the_number_asked_for_is_top_k_of_the_model() -> None:
    reading = data.greedy_reading(view())
    number, belief, cell = inference_questions.questions(view(), reading)
    assert {number.idea, belief.idea, cell.idea} == {"prediction", "misconception", "transfer"}
    two = np.sort(np.exp(log_softmax(reading.arrays["logits"])[10]))[::-1][:2]
    assert isinstance(number, inference_questions.check.Number) and number.right == pytest.approx(100 * two[0] / two.sum())
    assert number.judge(100 * float(two[0])).right is False and number.judge(number.right).right
    assert isinstance(belief, inference_questions.check.Choice) and belief.right == 1 and "143 of 600" in belief.why[0]


@pytest.mark.parametrize("source", [TIRED, WIDE, "the queen sings when she is happy", "the dog sleeps"])
@pytest.mark.parametrize("moment", [71, 444, None])
def test_the_second_place_is_the_second_largest_sum(source: str, moment: int | None) -> None:
    found = inference_questions.candidates(view(moment, source))
    cell = inference_questions.questions(view(moment, source), data.greedy_reading(view(moment, source)))[2]
    assert isinstance(cell, inference_questions.check.Cell)
    if found is None:
        assert "asked about" in cell.text
        return
    (right,) = cell.right
    fork, pieces = data.fork(view(moment, source)), readings.tokenizer("toy").pieces
    assert fork is not None
    before = data.produced_ids(data.greedy_reading(view(moment, source)))[: fork.step]
    for row, token in enumerate(fork.tokens):
        total = sum(logits_after(saved(moment), source, before[:step])[one] for step, one in enumerate((*before, token)[: fork.step]))
        total += logits_after(saved(moment), source, before)[token]
        after = logits_after(saved(moment), source, (*before, token))
        wanted = [total + after[pieces.index(piece)] for piece in found.tokens]
        np.testing.assert_allclose(found.sums[row], wanted, atol=1e-3)
    known = sorted(found.sums.ravel(), reverse=True)
    assert found.sums[right] == known[1] and cell.judge(right).right
    for row, column in np.ndindex(found.sums.shape):
        if (row, column) != right:
            assert cell.judge((row, column)).right is False and cell.why_not(row, column)


# --- the page


def test_the_first_view_and_its_beam_need_no_torch() -> None:
    without_torch("""
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run().switch_page("pages/inference.py").run()
assert not app.exception, [error.value for error in app.exception]
pills = next(group for group in app.button_group if group.key and group.key.startswith("bet_choice_inference"))
pills.set_value("no bet: show me").run()
assert not app.exception, [error.value for error in app.exception]
app.toggle(key="inference_endless").set_value(True).run()
assert not app.exception, [error.value for error in app.exception]
assert "torch" not in sys.modules
""")


@pytest.mark.parametrize("model", ["toy:untrained", "toy"])
@pytest.mark.parametrize("source", ["x", "the dog", "hello {braces} $x$ <b>", TIRED])
def test_any_sentence_and_model_is_drawn(model: str, source: str) -> None:
    app = AppTest.from_file(str(first.ASSETS.parent / "app.py"), default_timeout=60)
    app.query_params["model"], app.query_params["source"] = model, source
    app.run().switch_page("pages/inference.py").run()
    assert not app.exception, [error.value for error in app.exception]
    next(group for group in app.button_group if group.key and group.key.startswith("bet_choice_inference")).set_value("the same one").run()
    assert not app.exception, [error.value for error in app.exception]


def test_a_model_without_a_film_is_looked_at_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert inference.choose_view(Stage("toy:untrained", TIRED)) == View("toy:untrained", None, TIRED)


def test_geometric_mean_is_that_of_the_path() -> None:
    reading: Reading = data.greedy_reading(view(None))
    best = np.exp(log_softmax(reading.arrays["logits"]).max(axis=1))
    assert math.exp(reading.log_probability / len(best)) == pytest.approx(math.exp(np.log(best).mean()), abs=1e-4)
    assert 0.88 < best.mean() < 0.91, "label smoothing taught it to stop there"
    assert key_of(None, "x") != key_of(444, "x")

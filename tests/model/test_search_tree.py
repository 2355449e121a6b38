"""A search kept as a tree: every node is what a table says of its prefix, every fate what the beam did, greedy's way is greedy's."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.config import END
from model.decoding import Normalization, outcome
from model.search_tree import FATES, SearchTree, tree_of
from model.searches import Beam, beam, greedy
from tests.model.test_decoding import WRITABLE, TableScorer, total

LONGEST = 5
seeds = st.integers(0, 10**6)
widths = st.sampled_from([1, 2, 4])
quick = settings(max_examples=25, deadline=None)


def beam_tree(seed: int, width: int, dropped: int = 4) -> tuple[TableScorer, SearchTree]:
    scorer = TableScorer(seed)
    way = outcome(greedy(scorer, [LONGEST]))[0].tokens
    return scorer, tree_of(beam(scorer, [LONGEST], Beam(width=width)), way, dropped)


@quick
@given(seeds, widths)
def test_every_node_is_what_the_table_says(seed: int, width: int) -> None:
    scorer, tree = beam_tree(seed, width)
    for node in range(1, len(tree.tokens)):
        words = tree.words(node)
        assert len(words) == tree.steps[node] and words[-1] == tree.tokens[node]
        assert tree.totals[node] == pytest.approx(total(scorer, 0, words))
        assert tree.log_probabilities[node] == pytest.approx(float(scorer.row(0, words[:-1])[words[-1]]), abs=1e-5)
        assert tree.scores[node] == pytest.approx(Normalization("wu", 0.6).score(float(tree.totals[node]), len(words)))
        assert np.log([np.exp(tree.log_probabilities[step]) for step in tree.path(node)]).sum() == pytest.approx(
            tree.totals[node], abs=1e-4
        )


@quick
@given(seeds, widths)
def test_what_is_kept_is_the_best_of_all_that_could_follow(seed: int, width: int) -> None:
    """By brute force, one step at a time: the extensions of the prefixes that live."""
    scorer, tree = beam_tree(seed, width)
    live = [0]
    for step in range(1, int(tree.steps.max()) + 1):
        every = {(node, token): total(scorer, 0, (*tree.words(node), token)) for node, token in itertools.product(live, WRITABLE)}
        best = sorted(every, key=lambda key: -every[key])[:width]
        nodes = [node for node in range(len(tree.tokens)) if tree.steps[node] == step]
        chosen = [node for node in nodes if FATES[tree.fates[node]] != "dropped"]
        assert sorted((int(tree.parents[node]), int(tree.tokens[node])) for node in chosen) == sorted(best)
        assert [float(tree.totals[node]) for node in nodes] == sorted((float(tree.totals[node]) for node in nodes), reverse=True)
        assert all((FATES[tree.fates[node]] == "finished") == (tree.tokens[node] == END) for node in chosen)
        live = [node for node in chosen if FATES[tree.fates[node]] == "kept"]


@quick
@given(seeds, widths)
def test_the_first_that_is_over_is_the_answer(seed: int, width: int) -> None:
    scorer, tree = beam_tree(seed, width)
    answer = outcome(beam(scorer, [LONGEST], Beam(width=width)))[0]
    best = tree.over()[0]
    assert tree.words(best) == answer.tokens and tree.scores[best] == pytest.approx(answer.score)


@quick
@given(seeds, widths)
def test_greedys_way_is_marked_as_far_as_the_beam_goes_along(seed: int, width: int) -> None:
    scorer, tree = beam_tree(seed, width)
    way = outcome(greedy(scorer, [LONGEST]))[0].tokens
    marked = [node for node in range(1, len(tree.tokens)) if tree.greedy[node]]
    assert [tree.words(node) for node in marked] == [way[: step + 1] for step in range(len(marked))]
    if len(marked) < len(way):
        assert FATES[tree.fates[marked[-1]]] in ("dropped", "beaten")


def test_of_what_is_dropped_the_best_are_shown() -> None:
    _, few = beam_tree(3, 2, dropped=1)
    _, none = beam_tree(3, 2, dropped=0)
    fates = [FATES[fate] for fate in few.fates]
    assert all(
        sum(fate == "dropped" and not mark for fate, at, mark in zip(fates, few.steps, few.greedy, strict=True) if at == step) <= 1
        for step in few.steps
    )
    assert all(none.greedy[node] for node in range(len(none.fates)) if FATES[none.fates[node]] == "dropped")


def test_arrays_and_back() -> None:
    _, tree = beam_tree(5, 3)
    again = SearchTree.from_arrays(tree.as_arrays())
    for name, values in tree.as_arrays().items():
        np.testing.assert_array_equal(values, getattr(again, name))

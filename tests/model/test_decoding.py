"""Searches against brute force on random tables: a table gives every prefix a distribution of its own."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model import limits
from model.config import END, PADDING, START, UNKNOWN, ModelConfig
from model.decoding import NEVER_GENERATED, Normalization, Scorer, longest_translations, outcome, search
from model.errors import LabError
from model.searches import BY_PROBABILITY, Beam, Sampling, _most_probable_of_all, beam, greedy, sample, sampling_chances
from model.steps import Hypothesis, Step

Prefix = tuple[int, ...]
VOCABULARY = 7  # four specials, of which the end token may be written, and three words
WRITABLE = tuple(token for token in range(VOCABULARY) if token not in NEVER_GENERATED)


class TableScorer:
    """Log-probabilities as a pure function of (sentence, prefix); the state is the list of prefixes. NumPy alone."""

    def __init__(self, seed: int, sentences: int = 1, sharpness: float = 2.0, end: float = 0.0, vocabulary: int = VOCABULARY) -> None:
        self.seed, self.sentences, self.sharpness, self.end, self.vocabulary = seed, sentences, sharpness, end, vocabulary

    def row(self, sentence: int, prefix: Prefix) -> np.ndarray:
        random = np.random.default_rng([self.seed, sentence, len(prefix), *prefix])
        logits = random.normal(size=self.vocabulary) * self.sharpness
        logits[END] += self.end
        return logits - np.log(np.exp(logits).sum())

    def _rows(self, state: list[tuple[int, Prefix]]) -> np.ndarray:
        return np.stack([self.row(*key) for key in state])

    def start(self) -> tuple[list[tuple[int, Prefix]], np.ndarray]:
        state: list[tuple[int, Prefix]] = [(sentence, ()) for sentence in range(self.sentences)]
        return state, self._rows(state)

    def extend(
        self, state: list[tuple[int, Prefix]], parents: np.ndarray, tokens: np.ndarray
    ) -> tuple[list[tuple[int, Prefix]], np.ndarray]:
        grown = [(state[p][0], (*state[p][1], t)) for p, t in zip(parents.tolist(), tokens.tolist(), strict=True)]
        return grown, self._rows(grown)


def total(scorer: TableScorer, sentence: int, tokens: Prefix) -> float:
    return sum(float(scorer.row(sentence, tokens[:i])[token]) for i, token in enumerate(tokens))


def brute_force(scorer: TableScorer, sentence: int, longest: int, normalization: Normalization) -> tuple[Prefix, float]:
    """The best of every translation that ends, by trying them all."""
    words = [token for token in WRITABLE if token != END]
    every = [(*body, END) for n in range(longest) for body in itertools.product(words, repeat=n)]
    return max(((tokens, normalization.score(total(scorer, sentence, tokens), len(tokens))) for tokens in every), key=lambda pair: pair[1])


def last(steps: Iterable[Step]) -> Step:
    *_, final = steps
    return final


seeds = st.integers(0, 10**6)
normalizations = st.builds(Normalization, kind=st.sampled_from(["wu", "power"]), alpha=st.sampled_from([0.0, 0.3, 0.6, 1.0, 2.0]))
quick = settings(max_examples=40, deadline=None)


# --- length normalization


def test_length_penalty_is_that_of_the_facts() -> None:
    for length, expected in {1: 1.0, 2: 1.096903, 5: 1.358655, 10: 1.732862, 20: 2.354362, 50: 3.778565}.items():
        assert Normalization("wu", 0.6).penalty(length) == pytest.approx(expected, abs=1e-6)
    assert Normalization("power", 0.6).penalty(10) == pytest.approx(10**0.6)


def test_length_counts_the_end_token() -> None:
    for hypothesis in last(beam(TableScorer(3), [5], Beam(alpha=0.7, normalization="power"))).hypotheses[0]:
        assert hypothesis.tokens[-1] == END
        assert hypothesis.score == pytest.approx(hypothesis.log_probability / len(hypothesis.tokens) ** 0.7)


def test_longest_translation_is_source_plus_50_within_the_positions() -> None:
    assert longest_translations([3, 70, 1], ModelConfig(maximum_length=100)) == [53, 100, 51]


# --- greedy and beam


@quick
@given(seeds)
def test_greedy_takes_the_most_probable_token_every_time(seed: int) -> None:
    scorer, prefix = TableScorer(seed), ()
    while len(prefix) < 6 and prefix[-1:] != (END,):
        prefix = (*prefix, max(WRITABLE, key=lambda token: scorer.row(0, prefix)[token]))
    assert outcome(greedy(scorer, [6]))[0].tokens == prefix


@quick
@given(seeds, normalizations)
def test_width_1_is_greedy(seed: int, normalization: Normalization) -> None:
    settings_ = Beam(width=1, alpha=normalization.alpha, normalization=normalization.kind)
    ours, theirs = (outcome(steps)[0] for steps in (beam(TableScorer(seed), [9], settings_), greedy(TableScorer(seed), [9])))
    assert (ours.tokens, ours.log_probability, ours.finished) == (theirs.tokens, theirs.log_probability, theirs.finished)


@quick
@given(seeds, normalizations, st.integers(1, 4), st.booleans())
def test_exhaustive_beam_is_brute_force(seed: int, normalization: Normalization, longest: int, stop_early: bool) -> None:
    scorer = TableScorer(seed)
    best = outcome(search(scorer, [longest], _most_probable_of_all(len(WRITABLE) ** longest), normalization, stop_early))[0]
    tokens, score = brute_force(scorer, 0, longest, normalization)
    assert best.tokens == tokens
    assert best.score == pytest.approx(score, abs=1e-9)


@settings(max_examples=150, deadline=None)
@given(seeds, normalizations, st.integers(1, 5), st.integers(1, 12), st.sampled_from([-3.0, 0.0, 2.0]))
def test_stopping_early_changes_no_answer(seed: int, normalization: Normalization, width: int, longest: int, end: float) -> None:
    scorer, settings_ = TableScorer(seed, end=end), Beam(width=width, alpha=normalization.alpha, normalization=normalization.kind)
    early, whole = (outcome(beam(scorer, [longest], settings_, stop_early=stop))[0] for stop in (True, False))
    assert early == whole


def test_stopping_early_saves_steps() -> None:
    lengths = [
        [last(beam(TableScorer(seed, end=2.0), [30], Beam(), stop_early=stop)).length for seed in range(20)] for stop in (True, False)
    ]
    assert sum(lengths[0]) < 0.5 * sum(lengths[1])


def test_the_bound_minds_that_a_longer_translation_is_divided_by_more() -> None:
    """A short translation ends first and looks unbeatable by today's penalty; a long one wins later."""
    first = np.log([1e-9, 1e-9, 0.5, 1e-9, 0.5 - 1e-8])
    later = np.log([1e-9, 1e-9, 1e-7, 1e-9, 1.0])
    ending = np.log([1e-9, 1e-9, 1.0, 1e-9, 1e-7])

    class Slow(TableScorer):
        def row(self, sentence: int, prefix: Prefix) -> np.ndarray:
            return first if not prefix else ending if len(prefix) >= 8 else later

    best = outcome(beam(Slow(0), [12], Beam(width=2, alpha=1.0, normalization="power")))[0]
    assert len(best.tokens) == 9


@quick
@given(seeds, st.integers(1, 6))
def test_scores_are_sums_of_log_probabilities(seed: int, width: int) -> None:
    scorer, normalization = TableScorer(seed, sentences=2), Normalization("wu", 0.6)
    final = last(beam(scorer, [5, 8], Beam(width=width)))
    for sentence, hypotheses in enumerate(final.hypotheses):
        for one in hypotheses:
            assert one.log_probability == pytest.approx(total(scorer, sentence, one.tokens), abs=1e-9)
            assert one.score == pytest.approx(normalization.score(one.log_probability, len(one.tokens)), abs=1e-12)


@quick
@given(seeds, st.integers(1, 6))
def test_finished_hypotheses_are_never_dropped(seed: int, width: int) -> None:
    known: set[Prefix] = set()
    for step in beam(TableScorer(seed, end=1.0), [7], Beam(width=width), stop_early=False):
        known |= {(*step.live()[one.parent], one.token) for one in step.candidates() if one.fate == "finished"}
        assert known == {one.tokens for one in step.hypotheses[0] if one.finished}
        ranks = [(one.finished, one.score) for one in step.hypotheses[0]]
        assert ranks == sorted(ranks, reverse=True)


@quick
@given(seeds, st.integers(1, 6), st.integers(2, 5))
def test_a_batch_is_its_sentences_one_by_one(seed: int, width: int, sentences: int) -> None:
    class Only(TableScorer):
        sentence = 0

        def row(self, sentence: int, prefix: Prefix) -> np.ndarray:
            return super().row(self.sentence, prefix)

    longest = [2 + sentence * 3 for sentence in range(sentences)]
    together = outcome(beam(TableScorer(seed, sentences), longest, Beam(width=width)))
    for sentence in range(sentences):
        alone = Only(seed)
        alone.sentence = sentence
        assert outcome(beam(alone, longest[sentence : sentence + 1], Beam(width=width))) == together[sentence : sentence + 1]
    assert [one.tokens for one in outcome(greedy(TableScorer(seed, sentences), longest))] == [
        one.tokens for one in outcome(beam(TableScorer(seed, sentences), longest, Beam(width=1)))
    ]


def test_a_translation_without_end_is_cut_and_counts_only_where_none_ended() -> None:
    cut = outcome(greedy(TableScorer(1, end=-50.0), [4]))[0]
    assert not cut.finished and len(cut.tokens) == 4 and cut.words == cut.tokens
    final = last(beam(TableScorer(5, end=-3.0), [3], Beam(width=6, alpha=0.0)))
    assert final.best().finished and any(not one.finished for one in final.hypotheses[0])
    assert final.best().score < max(one.score for one in final.hypotheses[0])


def test_specials_are_never_generated_however_probable() -> None:
    class Tempting(TableScorer):
        def row(self, sentence: int, prefix: Prefix) -> np.ndarray:
            logits = super().row(sentence, prefix)
            logits[[PADDING, START, UNKNOWN]] += 50
            return logits - np.log(np.exp(logits - 50).sum()) - 50

    streams = (
        greedy(Tempting(1), [6]), beam(Tempting(1), [6], Beam()), sample(Tempting(1), [6], Sampling(), torch.Generator().manual_seed(1)),
    )  # fmt: skip
    for steps in streams:
        for one in last(steps).hypotheses[0]:
            assert not set(one.tokens) & set(NEVER_GENERATED)


def test_a_model_that_gives_no_numbers_is_named() -> None:
    class Broken(TableScorer):
        def row(self, sentence: int, prefix: Prefix) -> np.ndarray:
            return np.full(VOCABULARY, np.nan)

    with pytest.raises(LabError, match="not numbers"):
        outcome(greedy(Broken(0), [4]))


# --- the steps


@quick
@given(seeds, st.integers(1, 6))
def test_steps_make_one_tree(seed: int, width: int) -> None:
    """Every candidate is there with its scores; kept ones are the next step's prefixes; places are theirs."""
    scorer, expected = TableScorer(seed, sentences=2), {0: [()], 1: [()]}
    for step in beam(scorer, [6, 4], Beam(width=width), stop_early=False):
        for sentence, prefixes in expected.items():
            assert list(step.live(sentence)) == prefixes
            candidates = step.candidates(sentence)
            assert len(candidates) == len(prefixes) * len(WRITABLE)
            assert [one.total for one in candidates] == sorted((one.total for one in candidates), reverse=True)
            for one in candidates:
                whole = (*prefixes[one.parent], one.token)
                assert one.log_probability == pytest.approx(float(scorer.row(sentence, whole[:-1])[one.token]))
                assert one.total == pytest.approx(total(scorer, sentence, whole))
                assert one.score == pytest.approx(Normalization("wu", 0.6).score(one.total, len(whole)))
            chosen = [one for one in candidates if one.fate != "dropped"]
            assert chosen == list(candidates[: len(chosen)]) and len(chosen) == min(width, len(candidates))
            kept = sorted((one for one in chosen if one.fate == "kept"), key=lambda one: one.place)
            assert [one.place for one in kept] == list(range(len(kept)))
            expected[sentence] = [(*prefixes[one.parent], one.token) for one in kept]
    assert expected == {0: [], 1: []}


def test_the_last_step_says_what_was_beaten_and_what_was_cut() -> None:
    fates = {one.fate for seed in range(20) for one in last(beam(TableScorer(seed, end=2.0), [30], Beam())).candidates()}
    assert fates == {"dropped", "finished", "beaten"}
    assert {one.fate for one in last(greedy(TableScorer(1, end=-50.0), [4])).candidates()} == {"dropped", "cut"}


def test_top_shows_fewer_candidates_and_all_chosen() -> None:
    step = next(beam(TableScorer(4), [5], Beam(width=3)))
    shown = step.candidates(top=1)
    assert len(shown) == 3 and all(one.fate != "dropped" for one in shown)


def test_steps_are_frozen_and_ask_for_no_gradient() -> None:
    step = next(greedy(TableScorer(0), [3]))
    with pytest.raises(AttributeError):
        step.length = 2  # type: ignore[misc]
    assert not torch.is_inference_mode_enabled()  # between steps the caller's own mode holds


# --- sampling


def nucleus(probabilities: np.ndarray, temperature: float, top_k: int, top_p: float) -> np.ndarray:
    """The law, slowly: sharpen, keep the k most probable, then the fewest that reach p; the rest share one."""
    sharpened = probabilities ** (1 / temperature)
    order = sorted(range(len(sharpened)), key=lambda token: (-sharpened[token], token))[: top_k or None]
    mass = sum(sharpened[token] for token in order)
    kept, reached = [], 0.0
    for token in order:
        if reached < top_p:
            kept.append(token)
            reached += sharpened[token] / mass
    chances = np.zeros_like(sharpened)
    chances[kept] = sharpened[kept] / sharpened[kept].sum()
    return chances


@settings(max_examples=100, deadline=None)
@given(seeds, st.sampled_from([0.3, 1.0, 2.5]), st.integers(0, 12), st.sampled_from([0.05, 0.5, 0.9, 1.0]))
def test_chances_follow_temperature_top_k_and_top_p(seed: int, temperature: float, top_k: int, top_p: float) -> None:
    probabilities = np.random.default_rng(seed).dirichlet(np.ones(10), size=3)
    chances = sampling_chances(torch.from_numpy(np.log(probabilities)), Sampling(temperature=temperature, top_k=top_k, top_p=top_p)).numpy()
    for row, expected in zip(chances, probabilities, strict=True):
        np.testing.assert_allclose(row, nucleus(expected, temperature, top_k, top_p), atol=1e-12)


def test_equal_probabilities_keep_exactly_top_k() -> None:
    assert (sampling_chances(torch.zeros(1, 9), Sampling(top_k=4)) > 0).sum() == 4


@pytest.mark.parametrize("chosen", [Sampling(), Sampling(temperature=0.5), Sampling(top_k=2), Sampling(top_p=0.6)])
def test_draws_have_those_frequencies(chosen: Sampling) -> None:
    class Same(TableScorer):
        def row(self, sentence: int, prefix: Prefix) -> np.ndarray:
            return super().row(0, prefix)

    draws = 20_000
    step = next(sample(Same(2, sentences=draws, sharpness=1.0), [1] * draws, chosen, torch.Generator().manual_seed(0)))
    assert step.chances is not None
    frequencies = np.bincount(step.chosen_tokens, minlength=VOCABULARY) / draws
    np.testing.assert_allclose(frequencies, step.chances[0], atol=5 * math.sqrt(0.25 / draws))
    assert set(np.flatnonzero(frequencies)) <= set(np.flatnonzero(step.chances[0]))


def test_sampling_is_a_function_of_its_generator_and_leaves_the_global_one_alone() -> None:
    before = torch.random.get_rng_state()

    def draw(seed: int) -> list[Hypothesis]:
        return outcome(sample(TableScorer(0, sentences=30), [10] * 30, Sampling(), torch.Generator().manual_seed(seed)))

    assert draw(1) == draw(1) != draw(2)
    assert torch.equal(before, torch.random.get_rng_state())


def test_cold_sampling_and_top_1_are_greedy() -> None:
    expected = outcome(greedy(TableScorer(8, sentences=5), [9] * 5))
    for chosen in (Sampling(top_k=1), Sampling(temperature=0.01), Sampling(top_p=1e-9)):
        assert outcome(sample(TableScorer(8, sentences=5), [9] * 5, chosen, torch.Generator().manual_seed(0))) == expected


# --- settings


@pytest.mark.parametrize(
    "make",
    [
        lambda: Beam(width=0), lambda: Beam(width=limits.BEAM + 1), lambda: Beam(width=2.0), lambda: Beam(width=True),  # type: ignore[arg-type]
        lambda: Beam(alpha=-0.1), lambda: Beam(alpha=math.nan), lambda: Beam(alpha=1e308), lambda: Beam(alpha="1"),  # type: ignore[arg-type]
        lambda: Beam(normalization="none"), lambda: Sampling(temperature=0), lambda: Sampling(temperature=math.inf),  # type: ignore[arg-type]
        lambda: Sampling(top_k=-1), lambda: Sampling(top_p=0.0), lambda: Sampling(top_p=1.1), lambda: Sampling(top_p=math.nan),
    ],
)  # fmt: skip
def test_settings_are_validated_with_a_sentence(make: type) -> None:
    with pytest.raises(LabError) as error:
        make()
    assert error.value.field and "must be" in str(error.value)


def test_the_table_is_a_scorer_and_the_defaults_are_the_papers() -> None:
    scorer: Scorer = TableScorer(0)
    assert len(outcome(greedy(scorer, [3]))) == 1
    assert (Beam().width, Beam().alpha, Beam().normalization) == (4, 0.6, "wu")
    assert BY_PROBABILITY.penalty(40) == 1
    assert outcome(iter(())) == []

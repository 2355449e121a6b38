"""The cached scorer against recomputing everything; batches against single sentences; translation from text to text."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from model.config import END, SPECIAL_PIECES, START, ModelConfig
from model.decoding import outcome
from model.errors import LabError
from model.interventions import Interventions
from model.plain import PlainLayer, PlainModel
from model.scorer import CachedScorer, RecomputingScorer, TracedScorer, pad, scorer_for
from model.searches import Beam, Sampling, beam, greedy, sample
from model.tokenizers import Encoding
from model.transformer import Transformer, new_model
from model.translate import translate

SMALL = ModelConfig(layers=2, d_model=16, d_ff=32, heads=2, vocabulary=24, dropout=0.0, maximum_length=32)
SHAPES = [
    SMALL,
    SMALL.with_(norm="pre", tied_embeddings=False, projection_biases=True),
    SMALL.with_(norm="none", positions="none", scaling=False, d_k=4, d_v=6),
    SMALL.with_(positions="learned", residual=False),
]
SOURCES = [[5, 6, 7, 8, 9], [10, 11], [12, 13, 14, 15], [16]]


def build(config: ModelConfig, seed: int = 0) -> Transformer:
    """A random model whose distributions are far from uniform; without norms the logits are large enough as they are."""
    model = new_model(config, seed)
    assert isinstance(model, Transformer)
    with torch.no_grad():
        model.output.weight.mul_(4 if config.norm != "none" else 0.1)
    return model


def walk(scorer: Any, rows: Iterable[tuple[list[int], list[int]]]) -> list[torch.Tensor]:
    """The log-probabilities of a fixed course through the tree."""
    state, scores = scorer.start()
    seen = [torch.from_numpy(scores)]
    for parents, tokens in rows:
        state, scores = scorer.extend(state, np.array(parents), np.array(tokens))
        seen.append(torch.from_numpy(scores))
    return seen


# Rows are repeated, reordered, left out, and a sentence disappears on the way.
COURSE = [
    ([0, 0, 1, 2, 3, 3], [4, 5, 6, 7, 8, 9]),
    ([1, 0, 2, 2, 3, 5], [9, 8, 7, 6, 5, 4]),
    ([0, 0, 1, 5, 5], [4, 4, 10, 11, 12]),
    ([4, 3], [20, 21]),
]


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("config", SHAPES)
def test_cache_equals_recomputation(config: ModelConfig, last: bool) -> None:
    """In double precision, where the order of a sum costs nothing: the formulas are the same."""
    model, source = build(config).double(), pad(SOURCES)
    for cached, whole in zip(
        walk(CachedScorer(PlainModel(model), source), COURSE), walk(RecomputingScorer(model, source), COURSE), strict=True
    ):
        torch.testing.assert_close(cached, whole, atol=1e-11, rtol=0)
        torch.testing.assert_close(cached.exp().sum(dim=1), torch.ones(len(cached), dtype=torch.float64))


def test_cache_equals_recomputation_for_one_sentence_with_shared_memory() -> None:
    course = [([0, 0, 0], [4, 5, 6]), ([2, 0, 1, 1], [7, 8, 9, 10]), ([3], [4])]
    for config in SHAPES:
        model, source = build(config).double(), pad(SOURCES[:1])
        for cached, whole in zip(walk(CachedScorer(model, source), course), walk(RecomputingScorer(model, source), course), strict=True):
            torch.testing.assert_close(cached, whole, atol=1e-11, rtol=0)


def test_scores_are_those_of_one_pass_over_the_whole_target() -> None:
    model, target = build(SMALL), [4, 9, 17, 5]
    course = [([0], [token]) for token in target]
    scores = torch.cat(walk(CachedScorer(model, pad(SOURCES[:1])), course))
    with torch.no_grad():
        logits = model(pad(SOURCES[:1]), torch.tensor([[START, *target]])).logits[0]
    torch.testing.assert_close(scores, logits.log_softmax(dim=-1), atol=1e-5, rtol=0)


def test_a_state_is_a_value_and_may_be_extended_twice() -> None:
    scorer = CachedScorer(build(SMALL), pad(SOURCES))
    state, _ = scorer.start()
    one = scorer.extend(state, np.array([0, 1]), np.array([5, 6]))[1]
    scorer.extend(state, np.array([3, 3]), np.array([7, 8]))
    assert np.array_equal(one, scorer.extend(state, np.array([0, 1]), np.array([5, 6]))[1])


@pytest.mark.parametrize("config", SHAPES)
def test_searches_agree_under_both_scorers_and_in_batches_of_one(config: ModelConfig) -> None:
    model, source = build(config, seed=3), pad(SOURCES)
    longest = [12, 9, 10, 3]
    for run in (greedy, lambda scorer, longest: beam(scorer, longest, Beam(width=3)), draw):
        fast, slow = (outcome(run(kind(model, source), longest)) for kind in (CachedScorer, RecomputingScorer))
        assert [one.tokens for one in fast] == [one.tokens for one in slow]
        assert [one.score for one in fast] == pytest.approx([one.score for one in slow], abs=1e-4)
        if run is not draw:
            alone = [outcome(run(CachedScorer(model, pad([row])), [most]))[0] for row, most in zip(SOURCES, longest, strict=True)]
            assert [one.tokens for one in alone] == [one.tokens for one in fast]


def draw(scorer: Any, longest: list[int]) -> Any:
    return sample(scorer, longest, Sampling(top_k=5), torch.Generator().manual_seed(1))


def test_the_encoder_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, encode = [], PlainLayer.encode
    monkeypatch.setattr(PlainLayer, "encode", lambda *given: calls.append(1) or encode(*given))
    outcome(beam(CachedScorer(build(SMALL), pad(SOURCES)), [9] * 4, Beam()))
    assert calls == [1] * SMALL.layers


def test_beams_share_the_memory_of_their_sentence() -> None:
    scorer = CachedScorer(build(SMALL), pad(SOURCES))
    first, _ = scorer.start()
    state, _ = scorer.extend(first, np.array([0, 0, 0, 1, 2, 3]), np.array([4, 5, 6, 7, 8, 9]))
    assert state.memory is first.memory  # three rows of the first sentence, one of the others
    state, _ = scorer.extend(state, np.array([2, 1, 5]), np.array([4, 5, 6]))
    assert len(state.memory.keys[0]) == 2  # two sentences are left


def test_more_tokens_than_a_block_holds() -> None:
    config = SMALL.with_(maximum_length=64)
    course = [([0, 1], [4 + step % 7, 5 + step % 5]) for step in range(40)]
    model, source = build(config), pad([list(range(4, 24)) * 2, [7, 8]])
    for cached, whole in zip(walk(CachedScorer(model, source), course), walk(RecomputingScorer(model, source), course), strict=True):
        torch.testing.assert_close(cached, whole, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    "source", [torch.zeros(1, 0, dtype=torch.int64), torch.tensor([[5, 6, 7], [0, 0, 0]])], ids=["alone", "in a batch"]
)
def test_a_source_without_a_token(source: torch.Tensor) -> None:
    model = build(SMALL).double()
    course = [([0, len(source) - 1], [4, 5])]
    for cached, whole in zip(walk(CachedScorer(model, source), course), walk(RecomputingScorer(model, source), course), strict=True):
        torch.testing.assert_close(cached, whole, atol=1e-11, rtol=0)


# --- interventions and models for which a cached row would be wrong


def test_silenced_heads_are_silent_under_the_cache_too() -> None:
    model, source = build(SMALL), pad(SOURCES)
    silent = Interventions(silenced={("decoder.1.cross", 0): None, ("encoder.0.self", 1): None})
    scorer = scorer_for(model, source, silent)
    assert isinstance(scorer, TracedScorer)
    cached, whole = walk(scorer, COURSE), walk(RecomputingScorer(model, source, silent), COURSE)
    for one, other in zip(cached, whole, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=0)
    assert not torch.allclose(cached[0], walk(CachedScorer(model, source), [])[0], atol=1e-3)


def test_what_changes_earlier_rows_is_recomputed() -> None:
    model, source = build(SMALL), pad(SOURCES)
    assert isinstance(scorer_for(model, source, Interventions(drop_mask=True)), RecomputingScorer)
    assert isinstance(scorer_for(model, source, Interventions(weights={("decoder.0.self", 0): torch.ones(1, 1)})), RecomputingScorer)
    assert isinstance(scorer_for(build(SMALL.with_(causal_mask=False)), source), RecomputingScorer)
    assert isinstance(scorer_for(model, source), CachedScorer)


def test_training_works_after_a_search() -> None:
    """What a pass keeps (the table of positions) must not be left unfit for gradients."""
    from model.layers import sinusoids

    sinusoids.cache_clear()
    model = build(SMALL)
    outcome(greedy(CachedScorer(model, pad(SOURCES)), [4] * 4))
    model(pad(SOURCES), torch.full((4, 3), START)).logits.sum().backward()
    assert model.output.weight.grad is not None and not torch.is_inference_mode_enabled()


# --- translation


@dataclass(frozen=True)
class Letters:
    """One piece a letter, a to t: just enough of a tokenizer."""

    kind: str = "character"
    fingerprint: str = ""
    pieces: tuple[str, ...] = (*SPECIAL_PIECES, *"abcdefghijklmnopqrst")

    def encode(self, text: str) -> Encoding:
        return Encoding(tuple(map(self.pieces.index, text)), tuple(text), tuple((i, i + 1) for i in range(len(text))))

    def decode(self, ids: Iterable[int]) -> str:
        return "".join(self.pieces[one] for one in ids if one >= len(SPECIAL_PIECES))


SENTENCES = ["abc", "t", "", "hgfedcba", "aa", "b" * 20, "abc"]


@pytest.mark.parametrize("width", [1, 3])
def test_translations_come_in_the_order_of_the_sentences_whatever_the_batch(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(SMALL, seed=5)
    together = translate(model, Letters(), SENTENCES, beam=width)
    monkeypatch.setattr("model.translate.BATCH_ROWS", 2 * width)
    for others in (
        translate(model, Letters(), SENTENCES, beam=width),
        [translate(model, Letters(), [one], beam=width)[0] for one in SENTENCES],
    ):
        for one, other in zip(together, others, strict=True):
            assert (one.source, one.source_pieces, one.translation, one.target_pieces) == (
                other.source, other.source_pieces, other.translation, other.target_pieces,
            )  # fmt: skip
            assert one.log_probability == pytest.approx(other.log_probability, abs=1e-4)
    assert [one.source for one in together] == SENTENCES
    assert (together[2].translation, together[2].target_pieces, together[2].log_probability) == ("", (), 0.0)


def test_log_probability_is_that_of_the_pieces_and_the_end() -> None:
    model = build(SMALL, seed=11)
    with torch.no_grad():
        model.output.weight[END] = 3 * model.output.weight[4:].mean(dim=0)
    for one in translate(model, Letters(), ["abc", "ef", "ghijk"], beam=2):
        source, target = ([Letters().pieces.index(piece) for piece in pieces] for pieces in (one.source_pieces, one.target_pieces))
        with torch.no_grad():
            scores = model(torch.tensor([source]), torch.tensor([[START, *target][: SMALL.maximum_length]])).logits[0].log_softmax(dim=-1)
        labels = [*target, END][: SMALL.maximum_length]
        assert one.log_probability == pytest.approx(sum(float(scores[i, label]) for i, label in enumerate(labels)), abs=1e-4)


def test_a_sentence_longer_than_the_model_is_named() -> None:
    with pytest.raises(LabError, match="Sentence 2 becomes 33 tokens"):
        translate(build(SMALL), Letters(), ["a", "a" * 33])
    with pytest.raises(LabError, match="width"):
        translate(build(SMALL), Letters(), ["a"], beam=17)
    assert translate(build(SMALL), Letters(), []) == []


def test_threads_share_a_model() -> None:
    model = build(SMALL, seed=7)
    expected = [translate(model, Letters(), [one])[0] for one in SENTENCES]
    found: dict[int, list[Any]] = {}

    def work(number: int) -> None:
        found[number] = [translate(model, Letters(), [one])[0] for one in SENTENCES]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(one == expected for one in found.values()) and len(found) == 4


def test_padding_at_the_right() -> None:
    assert pad([[5, 6], [7]]).tolist() == [[5, 6], [7, 0]]
    assert list(itertools.chain.from_iterable(pad([[4]]).tolist())) == [4]

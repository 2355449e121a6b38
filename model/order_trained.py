"""What training without positions costs: one recipe, three ways to say where a word stands, and twins that only order tells apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.config import Positions
from model.corpora import Corpus, Pair, grammar, load_corpus
from model.saved import SavedModel
from model.tokenizers import Tokenizer
from model.train_config import TrainConfig, recipe
from model.training import Step, train
from model.transformer import Transformer, new_model
from model.translate import translate

KINDS: tuple[Positions, ...] = ("sinusoidal", "learned", "none")
PAIRS, EVERY, SENTENCES, SHOWN = 60_000, 50, 200, 6
ACTORS = ("the dog", "the cat", "the king", "the queen", "the boy", "the girl", "the horse", "the goat")
DEEDS = ("followed", "found", "helped", "saw")

Twins = tuple[Pair, Pair]


def twins() -> tuple[Twins, ...]:
    """Sentences of the same words in another order, with the French of each: the dog followed the cat, the cat followed the dog."""
    found: list[Twins] = []
    for place, one in enumerate(ACTORS):
        for number, other in enumerate(ACTORS[place + 1 :]):
            deeds = DEEDS[number % len(DEEDS) :] + DEEDS[: number % len(DEEDS)]
            found += [both for deed in deeds if (both := _both(one, deed, other))][:1]
    return tuple(found)


def _both(one: str, deed: str, other: str) -> Twins | None:
    first, second = grammar.recognize(f"{one} {deed} {other}"), grammar.recognize(f"{other} {deed} {one}")
    return (first, second) if first and second else None


def measure(saved: SavedModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Train the shape of `saved` by the live recipe with sinusoids, with learned positions and without any.

    Arrays: `steps` [s], `exact` [kind, s] (share of unseen sentences exactly right), `twins` [kind, pairs, 2] (right or not),
    `same` [kind, pairs] (both got one translation), `learned` [longest, d_model] (the encoder's rows that training has met).
    """
    corpus, tested = load_corpus("grammar", 0, PAIRS), twins()
    training = recipe("toy").with_(evaluate_every=EVERY, evaluate_sentences=SENTENCES)
    found = {kind: _trained(saved, kind, corpus, training, tested) for kind in KINDS}
    arrays = {
        "steps": np.array(found["none"].steps, dtype=np.float32),
        "exact": np.array([one.exact for one in found.values()], dtype=np.float32),
        "twins": np.array([_right(one.written, tested) for one in found.values()]),
        "same": np.array([[first == second for first, second in one.written] for one in found.values()]),
        "learned": found["learned"].rows,
    }
    about = {
        "kinds": KINDS, "steps": training.steps, "batch": training.batch, "pairs": PAIRS, "sentences": SENTENCES * len(corpus.held_out),
        "twins": [[pair.source for pair in both] for both in tested[:SHOWN]],
        "references": [[pair.target for pair in both] for both in tested[:SHOWN]],
        "translations": {kind: one.written[:SHOWN] for kind, one in found.items()},
        "seconds": {kind: round(one.seconds, 1) for kind, one in found.items()},
        "final": {kind: one.exact[-1] for kind, one in found.items()},
    }  # fmt: skip
    return arrays, about


@dataclass(frozen=True)
class Trained:
    """One training: share exactly right at its steps, what it wrote for the twins, the rows it learned (none for sinusoids)."""

    steps: list[int]
    exact: list[float]
    written: list[list[str]]
    rows: np.ndarray
    seconds: float


def _trained(saved: SavedModel, kind: Positions, corpus: Corpus, training: TrainConfig, tested: Sequence[Twins]) -> Trained:
    model = new_model(saved.config.with_(positions=kind), training.seed)
    assert isinstance(model, Transformer)
    steps, exact, last = _curve(train(model, saved.tokenizer, corpus, training))
    model.requires_grad_(False).eval()
    written = [
        [found.translation for found in translate(model, saved.tokenizer, [pair.source for pair in both], beam=1)] for both in tested
    ]
    return Trained(steps, exact, written, _learned_rows(model, saved.tokenizer, corpus), last.seconds)


def _right(written: Sequence[Sequence[str]], tested: Sequence[Twins]) -> list[list[bool]]:
    return [[text == pair.target for text, pair in zip(texts, both, strict=True)] for texts, both in zip(written, tested, strict=True)]


def _learned_rows(model: Transformer, tokenizer: Tokenizer, corpus: Corpus) -> np.ndarray:
    """The rows of the encoder's table that a sentence of the corpus reaches."""
    if model.encoder.positions is None:
        return np.zeros((0, model.config.d_model), dtype=np.float16)
    longest = max(len(tokenizer.encode(pair.source).ids) for pair in corpus.train[:5000])
    rows: np.ndarray = model.encoder.positions[:longest].detach().numpy().astype(np.float16)
    return rows


def _curve(steps: Iterator[Step]) -> tuple[list[int], list[float], Step]:
    """Where the training was measured, the share exactly right there, and its last step."""
    found, last = [(0, 0.0)], None
    for last in steps:
        if last.held_out:
            found.append((last.step, last.held_out.mean("exact_match")))
    assert last is not None
    places, shares = zip(*found, strict=True)
    return list(places), list(shares), last

"""What becomes of a decoder that is trained without its mask: one recipe, two worlds, with the mask and without, as a film.

In translation the source fixes the target: the right word can be known without a look at it, and the loss hardly tells
whether there is a mask. What a story does next cannot be known: who may look at the next word has a loss that no honest model
reaches. On its own, with no next word to look at, neither of the two can write. Texts: `model.corpora`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from model.batches import Encoded, encode_pairs, encode_texts
from model.config import START, ModelConfig, preset
from model.corpora import Corpus, Pair, load_corpus, stories
from model.held_out import teacher_forced, write
from model.saved import SavedModel
from model.tokenizers import Tokenizer, train_tokenizer
from model.train_config import TrainConfig
from model.training import Training
from model.transformer import LanguageModel, Transformer, Writer, new_model

World = Literal["translation", "stories"]
PAIRS, VOCABULARY, SHOWN, MAP = 20_000, 1000, 4, 16
SENTENCES = {"translation": 100, "stories": 40}  # measured at every moment
SHARES = (0, 0.02, 0.04, 0.07, 0.1, 0.14, 0.19, 0.25, 0.32, 0.4, 0.5, 0.62, 0.75, 0.88, 1)  # moments of a training, as shares of its steps
RIDDLE = "the animal did not cross the street because it was too tired"

_CORPUS = {"translation": "grammar", "stories": "stories"}
_TRAINING = {
    "translation": TrainConfig(steps=400, batch=64, rate=8e-3, warmup=64, evaluate_every=0, norms_every=100),
    "stories": TrainConfig(steps=900, batch=48, rate=6e-3, warmup=120, longest=80, evaluate_every=0, norms_every=100),
}


@dataclass(frozen=True)
class Material:
    """What both trainings of a world share: texts, tokenizer, shape, recipe, and what they are measured on."""

    corpus: Corpus
    tokenizer: Tokenizer
    shape: ModelConfig
    training: TrainConfig
    measured: tuple[Pair, ...]  # held out; the first SHOWN of them are kept as samples


def material(world: World) -> Material:
    whole = load_corpus(_CORPUS[world], 0, PAIRS)
    unseen = next(iter(whole.held_out.values()))
    if world == "translation":
        from model.corpora import grammar

        riddle = grammar.recognize(RIDDLE)
        assert riddle is not None
        unseen = (riddle, *unseen)
    shown = {pair.source for pair in unseen[: SENTENCES[world]]} if world == "translation" else set()
    train = tuple(pair for pair in whole.train if pair.source not in shown)
    tokenizer = train_tokenizer("word", (text for pair in train for text in (pair.source, pair.target)), VOCABULARY)
    kind = "decoder" if world == "stories" else "encoder_decoder"
    shape = preset("toy").with_(kind=kind, vocabulary=len(tokenizer.pieces))
    return Material(Corpus(whole.name, train, {}), tokenizer, shape, _TRAINING[world], unseen[: SENTENCES[world]])


def begin(given: Material, masked: bool) -> Training:
    """A training that has not yet taken a step; both of a world start from the same parameters and meet the same batches."""
    model = new_model(given.shape.with_(causal_mask=masked), given.training.seed)
    assert isinstance(model, Writer)
    return Training(model, given.tokenizer, given.corpus, given.training)


def translation_masked(saved: SavedModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    return film("translation", True)


def translation_open(saved: SavedModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    return film("translation", False)


def stories_masked(saved: SavedModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    return film("stories", True)


def stories_open(saved: SavedModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    return film("stories", False)


def film(world: World, masked: bool) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """One training from beginning to end.

    Arrays: `loss` [steps] (smoothed, of the batch before the update), `moments` [k] (steps taken), `held_out` [k] (nats a token,
    right words fed in, no smoothing), `good` [k] (share of texts written alone that are right: the reference itself, or a whole
    story in which all fits), `fitting` [k] (stories: mean number of sentences that fit, of 5), `peek` [k] (weight on the next
    input, of the head that has most), `map` [n, n] that head's weights on the first sample at the end. Facts: `written` (the
    samples at every moment), sources, references, pieces of the map, and the recipe.
    """
    given = material(world)
    training = begin(given, masked)
    moments = sorted({round(share * given.training.steps) for share in SHARES})
    losses: list[float] = []
    kept: list[_Moment] = [_measure(training.model, given)]
    while training.step < given.training.steps:
        losses.append(training.advance().loss)
        if training.step in moments:
            kept.append(_measure(training.model, given))
    arrays: dict[str, np.ndarray] = {
        "loss": np.array(losses, np.float16),
        "moments": np.array(moments, np.int32),
        "map": kept[-1].map.astype(np.float16),
        **{name: np.array([getattr(moment, name) for moment in kept], np.float32) for name in ("held_out", "good", "fitting", "peek")},
    }
    return arrays, _about(given, training, kept)


def _about(given: Material, training: Training, kept: Sequence[_Moment]) -> dict[str, Any]:
    shown = given.measured[:SHOWN]
    return {
        "floor": training.floor, "steps": given.training.steps, "batch": given.training.batch, "seconds": round(training.seconds, 1),
        "vocabulary": len(given.tokenizer.pieces), "parameters": sum(parameter.numel() for parameter in training.model.parameters()),
        "pairs": len(given.corpus.train), "sentences": len(given.measured), "written": [list(moment.written) for moment in kept],
        "sources": [pair.source for pair in shown], "references": [pair.target for pair in shown],
        "head": list(kept[-1].head), "pieces": list(kept[-1].pieces),
    }  # fmt: skip


@dataclass(frozen=True)
class _Moment:
    held_out: float
    good: float
    fitting: float
    written: tuple[str, ...]
    peek: float
    head: tuple[int, int]
    map: np.ndarray
    pieces: tuple[str, ...]


def _measure(model: Writer, given: Material) -> _Moment:
    with torch.no_grad():
        loss, _ = teacher_forced(model, encoded(model, given))
        written = write(model, given.tokenizer, [pair.source for pair in given.measured])
        peek, head, weights = peeking(model, given)
    good, fitting = _judged(written, given)
    pieces = tuple(given.tokenizer.pieces[number] for number in _decoder_input(model, given))
    return _Moment(loss, good, fitting, tuple(written[:SHOWN]), peek, head, weights, pieces)


def encoded(model: Writer, given: Material) -> Encoded:
    """What is measured, as the model reads it."""
    encode = encode_texts if isinstance(model, LanguageModel) else encode_pairs
    return encode(given.measured, given.tokenizer, given.training.longest)


def _judged(written: Sequence[str], given: Material) -> tuple[float, float]:
    """Share of right texts, and how many sentences of a story fit (0 for translations)."""
    if given.corpus.name != "stories":
        return float(np.mean([ours == pair.target for ours, pair in zip(written, given.measured, strict=True)])), 0.0
    texts = [f"{pair.source} {ours}" for ours, pair in zip(written, given.measured, strict=True)]
    return float(np.mean(list(map(stories.is_story, texts)))), float(np.mean(list(map(stories.sentences_that_fit, texts))))


def _decoder_input(model: Writer, given: Material) -> list[int]:
    """The first sample as the decoder is fed it, at most MAP tokens."""
    pair = given.measured[0]
    text = f"{pair.source} {pair.target}" if isinstance(model, LanguageModel) else pair.target
    return [START, *given.tokenizer.encode(text).ids][:MAP]


def peeking(model: Writer, given: Material) -> tuple[float, tuple[int, int], np.ndarray]:
    """(mean weight on the next input, (layer, head), weights [n, n]) of the head of decoder self-attention that has most there."""
    fed = torch.tensor([_decoder_input(model, given)])
    source = torch.tensor([given.tokenizer.encode(given.measured[0].source).ids])
    stack = model.stacks(source, fed)[1] if isinstance(model, Transformer) else model.stacks(fed)[1]
    weights = torch.stack([layer.self_attention.weights[0] for layer in stack.layers]).numpy()  # layer × head × n × n
    ahead = np.diagonal(weights, offset=1, axis1=2, axis2=3).mean(-1)  # layer × head
    layer, head = np.unravel_index(int(ahead.argmax()), ahead.shape)
    return float(ahead[layer, head]), (int(layer), int(head)), weights[layer, head]

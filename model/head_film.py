"""One head against four, trained: the toy's recipe twice from one seed, watched on one sentence at some moments.

Both models have the same number of parameters: one head of width d_model, or four of a quarter of it (Table 3, row A). What is
kept is small: curves, and the maps of one sentence as bytes. More seeds are run without maps, so that chance can be told from cause.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from model.behaviour import bits
from model.config import preset
from model.corpora import Corpus, load_corpus
from model.corpora.grammar import EXAMPLES, recognize
from model.frames import frame_steps
from model.head_facts import maps_of
from model.read import read
from model.reading import KINDS, Reading
from model.saved import SavedModel, parameters_of, with_parameters
from model.tokenizers import Tokenizer, train_tokenizer
from model.train_config import TrainConfig, recipe
from model.training import Step, train, use_fast_arithmetic
from model.transformer import Transformer, new_model

HEADS = (1, 4)
MOMENTS, PAIRS, SEEDS = 15, 60_000, (0, 1, 2)
SENTENCE = EXAMPLES[0]
GOOD = 0.9  # exact matches: the mark whose passing is timed

Arrays = dict[str, np.ndarray]


def measure(saved: SavedModel) -> tuple[Arrays, dict[str, Any]]:
    """The film, for the model whose recipe it is; nothing for a model of another recipe. Takes some minutes."""
    if saved.tokenizer.kind != "word":
        return {}, {"runs": []}
    corpus = load_corpus("grammar", 0, PAIRS)
    tokenizer = train_tokenizer("word", (text for pair in corpus.train for text in (pair.source, pair.target)), preset("toy").vocabulary)
    use_fast_arithmetic(preset("toy").d_model, threads=1)
    arrays: Arrays = {}
    runs = []
    for heads in HEADS:
        config = recipe("toy").with_(evaluate_every=25, frames=0)
        found, about = filmed(heads, corpus, tokenizer, config)
        others = [scored(heads, corpus, tokenizer, config.with_(seed=seed)) for seed in SEEDS[1:]]
        runs.append({**about, "seeds": [about["summary"], *others]})
        arrays |= {f"{heads}.{name}": values for name, values in found.items()}
    return arrays, {"sentence": SENTENCE, "steps": config.steps, "good": GOOD, "runs": runs}


def new_translator(heads: int, tokenizer: Tokenizer, seed: int) -> Transformer:
    model = new_model(preset("toy").with_(heads=heads, vocabulary=len(tokenizer.pieces)), seed)
    assert isinstance(model, Transformer)
    return model


def filmed(heads: int, corpus: Corpus, tokenizer: Tokenizer, config: TrainConfig) -> tuple[Arrays, dict[str, Any]]:
    """One training with its moments: loss of every step, exact matches, and the sentence's maps [moment, layer, head, n, m] in bytes."""
    model = new_translator(heads, tokenizer, config.seed)
    moments = frame_steps(config.steps, MOMENTS, sum(parameter.numel() for parameter in model.parameters()))
    target = _french(SENTENCE)
    shots, written, steps = [_shot(model, tokenizer, target)], [_own(model, tokenizer)], []
    for step in train(model, tokenizer, corpus, config):
        steps.append(step)
        if step.step in moments:
            shots.append(_shot(model, tokenizer, target))
            written.append(_own(model, tokenizer))
    curves, summary = _curves(steps)
    maps = {kind: np.stack([maps_of(shot, kind) for shot in shots]) for kind in KINDS}
    first = shots[0]
    about = {
        "heads": heads, "parameters": sum(parameter.numel() for parameter in model.parameters()), "d_k": model.config.d_k,
        "moments": moments, "written": written, "source": first.source_pieces, "fed": first.target_in, "produced": first.target_out,
        "summary": summary,
    }  # fmt: skip
    return {**curves, **maps, "entropy": np.stack([_entropies(shot) for shot in shots])}, about


def scored(heads: int, corpus: Corpus, tokenizer: Tokenizer, config: TrainConfig) -> dict[str, Any]:
    """The same training from another seed: how it ended, and when it became good."""
    model = new_translator(heads, tokenizer, config.seed)
    return _curves(list(train(model, tokenizer, corpus, config)))[1]


def _curves(steps: Sequence[Step]) -> tuple[Arrays, dict[str, Any]]:
    measured = [(step.step, float(np.mean(list(_exact(step))))) for step in steps if step.held_out]
    curves = {
        "loss": np.array([step.loss for step in steps], dtype=np.float32), "floor": np.array([steps[-1].floor], dtype=np.float32),
        "exact_steps": np.array([step for step, _ in measured], dtype=np.float32),
        "exact": np.array([share for _, share in measured], dtype=np.float32),
    }  # fmt: skip
    good = next((step for step, share in measured if share >= GOOD), None)
    return curves, {"exact": measured[-1][1], "good_after": good, "loss": steps[-1].loss}


def _exact(step: Step) -> Iterator[float]:
    assert step.held_out is not None
    for split in step.held_out.splits.values():
        yield split.exact_match


def _french(source: str) -> str:
    pair = recognize(source)
    assert pair is not None
    return pair.target


def _as_saved(model: Transformer, tokenizer: Tokenizer) -> SavedModel:
    """The model as it is now, apart from the one that goes on learning."""
    parameters = {name: tensor.clone() for name, tensor in parameters_of(model).items()}
    frozen = with_parameters(model.config, parameters)
    return SavedModel(frozen, tokenizer, {}, hashlib.sha256(b"in training").hexdigest())


def _shot(model: Transformer, tokenizer: Tokenizer, target: str) -> Reading:
    return read(_as_saved(model, tokenizer), SENTENCE, target)


def _own(model: Transformer, tokenizer: Tokenizer) -> str:
    return read(_as_saved(model, tokenizer), SENTENCE).target


def _entropies(shot: Reading) -> np.ndarray:
    """Mean entropy in bits of every head [attention, head]."""
    names = [name for kind in KINDS for name in shot.attention_names(kind)]
    return np.stack([bits(shot.arrays[f"{name}.weights"]).mean(axis=1) for name in names]).astype(np.float32)

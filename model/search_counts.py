"""Searches compared over a corpus: what each finds for every sentence, how probable it is, and how like the reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sacrebleu.metrics import BLEU

from model import limits
from model.config import END
from model.corpora import Pair
from model.decoding import Scorer, longest_translations, outcome
from model.scorer import Indices, Scores, pad, scorer_for
from model.steps import Step
from model.text import clean_text
from model.tokenizers import Tokenizer
from model.transformer import Transformer

BATCH = 50
EQUAL = 1e-4  # log-probabilities closer than this are one: sums of float32 taken in another order

Search = Callable[[Scorer, Sequence[int]], Iterator[Step]]


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What one search finds, sentence by sentence: arrays [sentences] and the texts.

    `bleu` is sentence BLEU (sacrebleu, effective order) from 0 to 100; `lengths` count the end token.
    """

    log_probabilities: np.ndarray
    bleu: np.ndarray
    exact: np.ndarray
    lengths: np.ndarray
    texts: tuple[str, ...]


def outcomes(model: Transformer, tokenizer: Tokenizer, pairs: Sequence[Pair], search: Search) -> Outcomes:
    """Run a search over the sources of all pairs, in batches."""
    rows = [tokenizer.encode(pair.source).ids for pair in pairs]
    found = []
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        longest = [min(most, limits.SENTENCE_TOKENS) for most in longest_translations(map(len, batch), model.config)]
        found += outcome(search(scorer_for(model, pad(batch)), longest))
    texts = tuple(tokenizer.decode(one.words) for one in found)
    bleu = BLEU(effective_order=True)
    return Outcomes(
        np.array([one.log_probability for one in found], dtype=np.float32),
        np.array([bleu.sentence_score(text, [pair.target]).score for text, pair in zip(texts, pairs, strict=True)], dtype=np.float32),
        np.array([clean_text(text) == clean_text(pair.target) for text, pair in zip(texts, pairs, strict=True)]),
        np.array([len(one.tokens) for one in found], dtype=np.uint8),
        texts,
    )


def against(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """1 where `first` is larger, -1 where it is smaller, 0 where they are one, [sentences]."""
    difference = first.astype(np.float64) - second
    return np.where(np.abs(difference) <= EQUAL, 0, np.sign(difference)).astype(np.int8)


class Unending:
    """A scorer that never lets a translation end: the end token's probability is taken away, the others keep theirs."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer

    def start(self) -> tuple[Any, Scores]:
        state, scores = self.scorer.start()
        return state, _without_end(scores)

    def extend(self, state: Any, parents: Indices, tokens: Indices) -> tuple[Any, Scores]:
        state, scores = self.scorer.extend(state, parents, tokens)
        return state, _without_end(scores)


def _without_end(scores: Scores) -> Scores:
    """A fresh copy; a NaN stays one, so that the search can say that a model gives no numbers."""
    copy = scores.copy()
    copy[:, END] = np.where(np.isnan(copy[:, END]), copy[:, END], -math.inf)
    return copy

"""Our Transformer as a scorer: what searches ask for (`model/decoding.py`), for a batch of padded sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from model.config import PADDING, START
from model.decoding import Scorer
from model.interventions import NOTHING, Interventions
from model.plain import Memory, Past, PlainModel
from model.transformer import Cache, Transformer

Scores = Float[np.ndarray, "rows vocabulary"]  # log-probabilities of the next token
Indices = Int[np.ndarray, " rows"]


def ready_for_searches(model: Transformer) -> Transformer | PlainModel:
    """What many batches had better share, while the model stays as it is: its tensors laid out for searches, where that is right."""
    return PlainModel(model) if model.config.causal_mask else model


def scorer_for(model: Transformer | PlainModel, source_ids: Int[Tensor, "sentences m"], interventions: Interventions = NOTHING) -> Scorer:
    """The fast scorer where it is right: earlier rows of the decoder must not depend on later ones, nor be given from outside."""
    if isinstance(model, PlainModel):
        assert interventions == NOTHING, "an intervention needs the model itself"
        return CachedScorer(model, source_ids)
    if not model.config.causal_mask or interventions.drop_mask or interventions.weights:
        return RecomputingScorer(model, source_ids, interventions)
    return CachedScorer(model, source_ids) if interventions == NOTHING else TracedScorer(model, source_ids, interventions)


def pad(rows: Sequence[Sequence[int]]) -> Int[Tensor, "sentences m"]:
    """Sentences of ids as one tensor, padded at the right to the longest."""
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[PADDING] * (longest - len(row))] for row in rows], dtype=torch.int64)


@dataclass(frozen=True, eq=False)
class Grid:
    """Rows as sentences × width: those of one sentence side by side, empty cells where it has fewer than another."""

    sentences: np.ndarray  # [rows] which sentence
    present: np.ndarray  # which sentences have rows
    width: int
    cells: np.ndarray  # [rows] where each stands, sentence · width
    exact: bool  # every cell is a row, in their order

    @staticmethod
    def of(sentences: np.ndarray) -> Grid:
        if (sentences == sentences[0]).all():  # a learner's one sentence
            return Grid(sentences, sentences[:1], len(sentences), np.arange(len(sentences)), True)
        present, number, counts = np.unique(sentences, return_inverse=True, return_counts=True)
        order = number.argsort(kind="stable")
        width, first = int(counts.max()), counts.cumsum() - counts
        cells = np.empty_like(number)
        cells[order] = np.arange(len(order)) - first[number[order]] + width * number[order]
        exact = len(cells) == width * len(present) and bool((order == cells).all())
        return Grid(sentences, present, width, cells, exact)

    def filled(self, values: np.ndarray) -> np.ndarray:
        """The rows' values in their cells, 0 in the empty ones."""
        if self.exact:
            return values
        cells = np.zeros(len(self.present) * self.width, dtype=np.int64)
        cells[self.cells] = values
        return cells


@dataclass(frozen=True)
class CachedRows:
    """One row per live prefix, and the keys and values of its `length` tokens so far."""

    grid: Grid
    memory: Memory  # of the grid's sentences
    past: Past  # of the grid's cells
    length: int

    def rows(self, index: np.ndarray) -> CachedRows:
        """The rows at `index`; those of one sentence share its memory."""
        if len(index) == len(self.grid.sentences) and (index == np.arange(len(index))).all():
            return self  # greedy, until a sentence ends
        grid, memory = Grid.of(self.grid.sentences[index]), self.memory
        if len(grid.present) < len(self.grid.present):
            memory = memory.rows(self.grid.present.searchsorted(grid.present))
        return CachedRows(grid, memory, self.past.rows(grid.filled(self.grid.cells[index])), self.length)


class CachedScorer:
    """The encoder runs once; each step computes one row of the decoder from the keys and values of the rows before."""

    def __init__(self, model: Transformer | PlainModel, source_ids: Int[Tensor, "sentences m"]) -> None:
        """Many batches of one model had better share its `PlainModel`."""
        self.model, self.source_ids = model if isinstance(model, PlainModel) else PlainModel(model), source_ids

    def start(self) -> tuple[CachedRows, Scores]:
        sentences = np.arange(len(self.source_ids))
        rows = CachedRows(Grid.of(sentences), self.model.memory(self.source_ids.numpy()), self.model.no_past(len(sentences)), 0)
        return self._step(rows, np.full(len(sentences), START))

    def extend(self, state: CachedRows, parents: Indices, tokens: Indices) -> tuple[CachedRows, Scores]:
        return self._step(state.rows(parents), tokens)

    def _step(self, state: CachedRows, tokens: Indices) -> tuple[CachedRows, Scores]:
        grid = state.grid
        output, past = self.model.step(grid.filled(tokens), state.past, state.length, state.memory)
        if not grid.exact:
            output = output[grid.cells]
        return CachedRows(grid, state.memory, past, state.length + 1), self.model.log_probabilities(output)


class TracedScorer:
    """As `CachedScorer`, by the pass that returns all it saw and takes interventions."""

    def __init__(self, model: Transformer, source_ids: Int[Tensor, "sentences m"], interventions: Interventions) -> None:
        self.model, self.source_ids, self.interventions = model, source_ids, interventions

    @torch.inference_mode()
    def start(self) -> tuple[Cache, Scores]:
        return self._step(self.model.start(self.source_ids, self.interventions), torch.full((len(self.source_ids),), START))

    @torch.inference_mode()
    def extend(self, state: Cache, parents: Indices, tokens: Indices) -> tuple[Cache, Scores]:
        return self._step(state.rows(torch.from_numpy(parents)), torch.from_numpy(tokens))

    def _step(self, cache: Cache, tokens: Int[Tensor, " rows"]) -> tuple[Cache, Scores]:
        trace, cache = self.model.step(tokens[:, None], cache, self.interventions)
        return cache, trace.logits[:, 0].log_softmax(dim=-1).numpy()


@dataclass(frozen=True)
class WholeRows:
    """One row per live prefix: which sentence it belongs to, and its tokens, the start token first."""

    sentences: Int[Tensor, " rows"]
    prefixes: Int[Tensor, "rows tokens"]


class RecomputingScorer:
    """The whole model again for every token: slow, and right for any model and any intervention."""

    def __init__(self, model: Transformer, source_ids: Int[Tensor, "sentences m"], interventions: Interventions = NOTHING) -> None:
        self.model, self.source_ids, self.interventions = model, source_ids, interventions

    def start(self) -> tuple[WholeRows, Scores]:
        sentences = torch.arange(len(self.source_ids))
        return self._scored(WholeRows(sentences, torch.full((len(sentences), 1), START)))

    def extend(self, state: WholeRows, parents: Indices, tokens: Indices) -> tuple[WholeRows, Scores]:
        prefixes = state.prefixes[torch.from_numpy(parents)]
        longer = torch.cat([prefixes, torch.from_numpy(tokens)[:, None]], dim=1)
        return self._scored(WholeRows(state.sentences[torch.from_numpy(parents)], longer))

    @torch.inference_mode()
    def _scored(self, rows: WholeRows) -> tuple[WholeRows, Scores]:
        trace = self.model.forward(self.source_ids[rows.sentences], rows.prefixes, self.interventions)
        return rows, trace.logits[:, -1].log_softmax(dim=-1).numpy()

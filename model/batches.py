"""From pairs of sentences to batches of ids: encoded and padded once, then bucketed by length in an order of its own generator."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from model.config import END, PADDING, START
from model.corpora import Pair
from model.errors import LabError
from model.tokenizers import Tokenizer
from model.train_config import TrainConfig

Ids = tuple[int, ...]
Row = tuple[Pair, Ids, Ids]  # a pair with the ids of its sides
Rows = np.ndarray  # whole numbers, [pair, token] or [pair]

ROUND, ROWS_TOGETHER = 4, 8  # few different shapes of batches: a processor's fast kernels are made anew for each shape
SPELT_WORDS = 0.25  # of the words of a source that is spelt rarely


@dataclass(frozen=True)
class Batch:
    """Rows padded to one length a side: source [B, m]; decoder_input and labels [B, n], the same target one step apart."""

    source: Tensor
    decoder_input: Tensor
    labels: Tensor
    tokens: int  # labels that are not padding


@dataclass(frozen=True)
class Encoded:
    """All pairs as ids, padded at the right to the longest: source [N, M], target [N, T] without start and end."""

    pairs: tuple[Pair, ...]
    source: Rows
    target: Rows
    source_lengths: Rows
    target_lengths: Rows
    left_out: int  # pairs too long to be learnt from
    longest: int  # the most tokens a side may have

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def lengths(self) -> Rows:
        """Padded tokens a pair costs: its longer side, counting the start or end token of the target."""
        return np.maximum(self.source_lengths, self.target_lengths + 1)

    def count_pieces(self, pieces: Sequence[str]) -> dict[str, int]:
        """Piece -> how often it occurs in these pairs, both sides together."""
        ids = np.concatenate([self.source.ravel(), self.target.ravel()])
        counts = np.bincount(ids[ids != PADDING], minlength=len(pieces))
        return {piece: int(count) for piece, count in zip(pieces, counts, strict=True)}

    def batch(self, rows: Rows) -> Batch:
        return _shifted(self.source[rows], self.target[rows], self.source_lengths[rows], self.target_lengths[rows])


def encode_pairs(pairs: Sequence[Pair], tokenizer: Tokenizer, longest: int) -> Encoded:
    """Encode every pair once; pairs with an empty side or one of more than `longest` tokens are left out and counted."""
    rows = [(pair, tokenizer.encode(pair.source).ids, tokenizer.encode(pair.target).ids) for pair in pairs]
    return _encoded(rows, [row for row in rows if row[1] and row[2] and max(len(row[1]), len(row[2])) <= longest], longest)


def encode_texts(pairs: Sequence[Pair], tokenizer: Tokenizer, longest: int) -> Encoded:
    """For a decoder-only model: both sides of a pair are one text, in the place of the target; sources have no tokens at all."""
    rows: list[Row] = [(pair, (), tokenizer.encode(f"{pair.source} {pair.target}").ids) for pair in pairs]
    return _encoded(rows, [row for row in rows if row[2] and len(row[2]) <= longest], longest)


def _encoded(rows: Sequence[Row], kept: Sequence[Row], longest: int) -> Encoded:
    if not kept:
        raise LabError(
            "no_pairs", "None of the {pairs} pairs has two sides of 1 to {longest} tokens: there is nothing to train on.",
            "corpus", pairs=len(rows), longest=longest,
        )  # fmt: skip
    source, source_lengths = _pad([ids for _, ids, _ in kept])
    target, target_lengths = _pad([ids for _, _, ids in kept])
    return Encoded(tuple(pair for pair, _, _ in kept), source, target, source_lengths, target_lengths, len(rows) - len(kept), longest)


def _pad(rows: Sequence[Ids]) -> tuple[Rows, Rows]:
    lengths = np.array([len(row) for row in rows])
    padded = np.full((len(rows), lengths.max()), PADDING, dtype=np.int32)
    for number, row in enumerate(rows):
        padded[number, : len(row)] = row
    return padded, lengths


def _shifted(source: Rows, target: Rows, source_lengths: Rows, target_lengths: Rows) -> Batch:
    """Teacher forcing: decoder input = start + target, labels = target + end; all padded to one length, a multiple of `ROUND`."""
    count, longest = len(source), int(target_lengths.max())
    n = rounded(max(int(source_lengths.max()), longest + 1))
    shape = (count, n)
    ids, decoder_input, labels = (np.full(shape, PADDING, dtype=np.int64) for _ in range(3))
    ids[:, : source.shape[1]] = source[:, :n]
    decoder_input[:, 0] = START
    decoder_input[:, 1 : longest + 1] = target[:, :longest]
    labels[:, :longest] = target[:, :longest]
    labels[np.arange(count), target_lengths] = END
    tokens = int(target_lengths.sum()) + count
    return Batch(torch.from_numpy(ids), torch.from_numpy(decoder_input), torch.from_numpy(labels), tokens)


def rounded_down(length: int) -> int:
    return length - length % ROUND


def rounded(length: Any) -> Any:
    """The next multiple of `ROUND`, of one number or of an array."""
    return -(-length // ROUND) * ROUND


def batches_in_order(data: Encoded, size: int) -> Iterator[Batch]:
    """Every pair once, sorted by length: for measuring, where order does not matter."""
    order = np.argsort(data.lengths, kind="stable")
    for start in range(0, len(order), size):
        yield data.batch(order[start : start + size])


def bucketed_epoch(lengths: Rows, config: TrainConfig, generator: torch.Generator) -> list[Rows]:
    """Every pair once, as batches of like length in random order.

    All pairs are shuffled and dealt into pools of `pool` batches; each pool is sorted by length and cut; then the
    batches of the epoch are shuffled. Sentences of one length share a batch, yet chance decides which meet. What does not
    fill a batch waits for the next pool.
    """
    order = torch.randperm(len(lengths), generator=generator).numpy()
    cut = _cut_by_sentences if config.batch_by == "sentences" else _cut_by_tokens
    batches: list[Rows] = []
    waiting = order[:0]
    for pool in _cut_pools(order, lengths, config):
        pool = np.concatenate([waiting, pool])
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        *whole, waiting = cut(pool, lengths, config.batch)
        batches += whole
    batches.append(waiting)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


def _cut_pools(order: Rows, lengths: Rows, config: TrainConfig) -> list[Rows]:
    size = config.pool * config.batch
    if config.batch_by == "sentences":
        return _cut_by_sentences(order, lengths, size)
    pool_of = lengths[order].cumsum() // size
    return np.split(order, np.flatnonzero(np.diff(pool_of)) + 1)


def _cut_by_sentences(pool: Rows, lengths: Rows, size: int) -> list[Rows]:
    return [pool[start : start + size] for start in range(0, len(pool), size)]


def _cut_by_tokens(pool: Rows, lengths: Rows, size: int) -> list[Rows]:
    """Cut sorted pairs so that pairs times the padded length stays within `size`, in multiples of `ROWS_TOGETHER` pairs where there are
    so many (a pair longer than `size` stands alone).
    """
    batches, start, padded = [], 0, rounded(lengths[pool])
    while start < len(pool):
        count = min(size // int(padded[start]), len(pool) - start)
        while count > 1 and count * padded[start + count - 1] > size:
            count -= 1
        if count > ROWS_TOGETHER:
            count -= count % ROWS_TOGETHER
        batches.append(pool[start : start + max(1, count)])
        start += max(1, count)
    return batches


def spelt_sources(data: Encoded, tokenizer: Tokenizer, config: TrainConfig, epoch: int) -> dict[int, Ids]:
    """Row -> ids of the sources that are spelt rarely in this epoch, from a generator named by seed and epoch (so it needs no state).

    They are drawn before the epoch is bucketed: bytes make a sentence long, and one long sentence makes its batch slow.
    """
    if not config.spelling:
        return {}
    generator = random.Random(f"spelling {config.seed} {epoch}")
    chosen = [row for row in range(len(data)) if generator.random() < config.spelling]
    spelt = {row: tokenizer.spell(data.pairs[row].source, generator, SPELT_WORDS).ids for row in chosen}
    return {row: ids for row, ids in spelt.items() if len(ids) <= data.longest}


class BatchStream:
    """Batches without end. Its state is two small tensors, from which the very next batch can be had again."""

    def __init__(self, data: Encoded, tokenizer: Tokenizer, config: TrainConfig) -> None:
        self.data, self.tokenizer, self.config = data, tokenizer, config
        self._generator = torch.Generator().manual_seed(config.seed)
        self._begin_epoch(0)

    def _begin_epoch(self, number: int) -> None:
        self._epoch, self._position = number, 0
        self._epoch_state = self._generator.get_state()
        self._spelt = spelt_sources(self.data, self.tokenizer, self.config, number)
        lengths = self.data.lengths.copy()
        for row, ids in self._spelt.items():
            lengths[row] = max(lengths[row], len(ids))
        self._order = bucketed_epoch(lengths, self.config, self._generator)

    def __iter__(self) -> BatchStream:
        return self

    def __next__(self) -> Batch:
        if self._position == len(self._order):
            self._begin_epoch(self._epoch + 1)
        rows = self._order[self._position]
        self._position += 1
        if self.config.subword_alpha:
            return self._sampled(rows)
        return self._with_spelt(rows) if self._spelt else self.data.batch(rows)

    def _with_spelt(self, rows: Rows) -> Batch:
        data = self.data
        if self._spelt.keys().isdisjoint(rows.tolist()):
            return data.batch(rows)
        source, lengths = _pad([self._spelt.get(row) or tuple(data.source[row, : data.source_lengths[row]]) for row in rows.tolist()])
        return _shifted(source, data.target[rows], lengths, data.target_lengths[rows])

    def _sampled(self, rows: Rows) -> Batch:
        """Another segmentation of the same sentences, from a generator named by seed, epoch and batch (so it needs no state)."""
        generator = random.Random(f"{self.config.seed} {self._epoch} {self._position}")
        alpha, longest = self.config.subword_alpha, self.data.longest
        sources, targets = [], []
        for row in rows.tolist():
            pair = self.data.pairs[row]
            source, target = (self.tokenizer.sample(text, generator, alpha).ids for text in (pair.source, pair.target))
            source = self._spelt.get(row, source)
            fits = max(len(source), len(target)) <= longest
            sources.append(source if fits else self.tokenizer.encode(pair.source).ids)
            targets.append(target if fits else self.tokenizer.encode(pair.target).ids)
        source_rows, source_lengths = _pad(sources)
        target_rows, target_lengths = _pad(targets)
        return _shifted(source_rows, target_rows, source_lengths, target_lengths)

    def state(self) -> dict[str, Tensor]:
        return {"epoch": self._epoch_state, "position": torch.tensor([self._epoch, self._position])}

    def restore(self, state: dict[str, Tensor]) -> None:
        self._generator.set_state(state["epoch"])
        epoch, position = (int(value) for value in state["position"])
        self._begin_epoch(epoch)
        self._position = position

"""From pairs of sentences to batches of ids: encoded and padded once, then bucketed by length in an order of its own generator."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
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

    def to(self, device: torch.device) -> Batch:
        return Batch(self.source.to(device), self.decoder_input.to(device), self.labels.to(device), self.tokens)


@dataclass(frozen=True)
class Encoded:
    """All pairs as ids, padded at the right to the longest: source [N, M], target [N, T] without start and end."""

    pairs: tuple[Pair, ...]
    source: Rows
    target: Rows
    source_lengths: Rows
    target_lengths: Rows
    places: Rows  # [N], of these pairs among those that were to be encoded
    left_out: int  # pairs too long to be learnt from
    longest: int  # the most tokens a side may have

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def lengths(self) -> Rows:
        """Padded tokens a pair costs: its longer side, counting the start or end token of the target."""
        return np.maximum(self.source_lengths, self.target_lengths + 1)

    def within(self, longest: int, first: int | None = None) -> Encoded:
        """What encoding the `first` pairs alone (all unless said) with that limit would have made. Raises as it does."""
        asked = len(self) + self.left_out if first is None else min(first, len(self) + self.left_out)
        kept = (self.source_lengths <= longest) & (self.target_lengths <= longest) & (self.places < asked)
        if not kept.any():
            raise _nothing(asked, longest)
        source_lengths, target_lengths = self.source_lengths[kept], self.target_lengths[kept]
        return Encoded(
            tuple(compress(self.pairs, kept)), self.source[kept, : source_lengths.max()], self.target[kept, : target_lengths.max()],
            source_lengths, target_lengths, self.places[kept], asked - int(kept.sum()), longest,
        )  # fmt: skip

    def count_pieces(self, pieces: Sequence[str]) -> dict[str, int]:
        """Piece -> how often it occurs in these pairs, both sides together."""
        ids = np.concatenate([self.source.ravel(), self.target.ravel()])
        counts = np.bincount(ids[ids != PADDING], minlength=len(pieces))
        return {piece: int(count) for piece, count in zip(pieces, counts, strict=True)}

    def batch(self, rows: Rows, few_shapes: bool = True) -> Batch:
        return _shifted(self.source[rows], self.target[rows], self.source_lengths[rows], self.target_lengths[rows], few_shapes)


def encode_pairs(pairs: Sequence[Pair], tokenizer: Tokenizer, longest: int) -> Encoded:
    """Encode every pair once; pairs with an empty side or one of more than `longest` tokens are left out and counted."""
    rows = [(pair, tokenizer.encode(pair.source).ids, tokenizer.encode(pair.target).ids) for pair in pairs]
    return _encoded(rows, [bool(source and target) and max(len(source), len(target)) <= longest for _, source, target in rows], longest)


def encode_texts(pairs: Sequence[Pair], tokenizer: Tokenizer, longest: int) -> Encoded:
    """For a decoder-only model: both sides of a pair are one text, in the place of the target; sources have no tokens at all."""
    rows: list[Row] = [(pair, (), tokenizer.encode(f"{pair.source} {pair.target}").ids) for pair in pairs]
    return _encoded(rows, [0 < len(text) <= longest for _, _, text in rows], longest)


def _encoded(rows: Sequence[Row], fits: Sequence[bool], longest: int) -> Encoded:
    kept = list(compress(rows, fits))
    if not kept:
        raise _nothing(len(rows), longest)
    source, source_lengths = _pad([ids for _, ids, _ in kept])
    target, target_lengths = _pad([ids for _, _, ids in kept])
    pairs, left_out = tuple(pair for pair, _, _ in kept), len(rows) - len(kept)
    return Encoded(pairs, source, target, source_lengths, target_lengths, np.flatnonzero(fits), left_out, longest)


def _nothing(pairs: int, longest: int) -> LabError:
    return LabError(
        "no_pairs", "None of the {pairs} pairs has two sides of 1 to {longest} tokens: there is nothing to train on.",
        "corpus", pairs=pairs, longest=longest,
    )  # fmt: skip


def _pad(rows: Sequence[Ids]) -> tuple[Rows, Rows]:
    lengths = np.array([len(row) for row in rows])
    padded = np.full((len(rows), lengths.max()), PADDING, dtype=np.int32)
    for number, row in enumerate(rows):
        padded[number, : len(row)] = row
    return padded, lengths


def _shifted(source: Rows, target: Rows, source_lengths: Rows, target_lengths: Rows, few_shapes: bool) -> Batch:
    """Teacher forcing: decoder input = start + target, labels = target + end.

    With `few_shapes` all is padded to one length, a multiple of `ROUND`; else each side to its own longest.
    """
    count, longest = len(source), int(target_lengths.max())
    m, n = int(source_lengths.max()), longest + 1
    if few_shapes:
        m = n = rounded(max(m, n))
    ids = np.full((count, m), PADDING, dtype=np.int64)
    decoder_input, labels = (np.full((count, n), PADDING, dtype=np.int64) for _ in range(2))
    ids[:, : source.shape[1]] = source[:, :m]
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


def bucketed_epoch(lengths: Rows, config: TrainConfig, generator: torch.Generator, ties: Rows | None = None) -> list[Rows]:
    """Every pair once, as batches of like length in random order: chance decides which sentences of one length meet.

    Batches by sentences put pairs of one length together that have the same `ties`: the source's lengths, so that both sides
    are padded little.
    """
    order = torch.randperm(len(lengths), generator=generator).numpy()
    if config.batch_by == "sentences":
        batches = _by_sentences(order, lengths, np.zeros_like(lengths) if ties is None else ties, config)
    else:
        batches = _by_tokens(order, rounded(lengths), config.batch)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


def _by_sentences(order: Rows, lengths: Rows, ties: Rows, config: TrainConfig) -> list[Rows]:
    """Pools of `pool` batches, each sorted by length, then by `ties`, and cut; what does not fill a batch waits for the next pool."""
    batches: list[Rows] = []
    waiting = order[:0]
    for pool in _cut(order, config.pool * config.batch):
        pool = np.concatenate([waiting, pool])
        *whole, waiting = _cut(pool[np.lexsort((ties[pool], lengths[pool]))], config.batch)
        batches += whole
    return [*batches, waiting]


def _by_tokens(order: Rows, padded: Rows, size: int) -> list[Rows]:
    """As many pairs of one padded length as hold `size` tokens together, at least one; those left over join the next longer ones.

    So every length has one size of batch, a multiple of `ROWS_TOGETHER` pairs where there are so many.
    """
    batches: list[Rows] = []
    waiting = order[:0]
    for length in np.unique(padded).tolist():
        group = np.concatenate([waiting, order[padded[order] == length]])
        count = max(1, size // length)
        if count > ROWS_TOGETHER:
            count -= count % ROWS_TOGETHER
        whole = len(group) - len(group) % count
        batches += _cut(group[:whole], count)
        waiting = group[whole:]
    return [*batches, waiting] if len(waiting) else batches


def _cut(rows: Rows, size: int) -> list[Rows]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def as_met(data: Encoded, tokenizer: Tokenizer, config: TrainConfig, epoch: int) -> Encoded:
    """The pairs as this epoch shows them: every side in another segmentation, and some sources spelt rarely.

    Drawn from a generator named by seed and epoch (so it needs no state), and before the epoch is bucketed: a segmentation
    changes a sentence's length, and one long sentence makes its batch slow. What becomes too long stays as it was.
    """
    if not config.spelling and not config.subword_alpha:
        return data
    segmented = _segmented(data, tokenizer, config, epoch) if config.subword_alpha else data
    spelt = _spelt(data, tokenizer, config, epoch)
    source, lengths = _replaced(segmented.source, segmented.source_lengths, spelt)
    return replace(segmented, source=source, source_lengths=lengths)


def _segmented(data: Encoded, tokenizer: Tokenizer, config: TrainConfig, epoch: int) -> Encoded:
    generator = random.Random(f"segmentation {config.seed} {epoch}")

    def drawn(texts: Iterable[str]) -> dict[int, Ids]:
        rows = enumerate(tokenizer.sample(text, generator, config.subword_alpha).ids for text in texts)
        return {row: ids for row, ids in rows if len(ids) <= data.longest}

    source, source_lengths = _replaced(data.source, data.source_lengths, drawn(pair.source for pair in data.pairs))
    target, target_lengths = _replaced(data.target, data.target_lengths, drawn(pair.target for pair in data.pairs))
    return replace(data, source=source, source_lengths=source_lengths, target=target, target_lengths=target_lengths)


def _spelt(data: Encoded, tokenizer: Tokenizer, config: TrainConfig, epoch: int) -> dict[int, Ids]:
    """Row -> ids of the sources that are spelt rarely in this epoch."""
    generator = random.Random(f"spelling {config.seed} {epoch}")
    chosen = [row for row in range(len(data)) if generator.random() < config.spelling]
    spelt = {row: tokenizer.spell(data.pairs[row].source, generator, SPELT_WORDS).ids for row in chosen}
    return {row: ids for row, ids in spelt.items() if len(ids) <= data.longest}


def _replaced(rows: Rows, lengths: Rows, others: dict[int, Ids]) -> tuple[Rows, Rows]:
    """Padded rows with some of them replaced, as wide as the longest then is."""
    lengths = lengths.copy()
    for row, ids in others.items():
        lengths[row] = len(ids)
    width = int(lengths.max())
    new = np.full((len(rows), width), PADDING, dtype=rows.dtype)
    new[:, : rows.shape[1]] = rows[:, :width]
    for row, ids in others.items():
        new[row] = PADDING
        new[row, : len(ids)] = ids
    return new, lengths


class BatchStream:
    """Batches without end. Its state is two small tensors, from which the very next batch can be had again."""

    def __init__(self, data: Encoded, tokenizer: Tokenizer, config: TrainConfig, few_shapes: bool = True) -> None:
        self.data, self.tokenizer, self.config, self.few_shapes = data, tokenizer, config, few_shapes
        self._generator = torch.Generator().manual_seed(config.seed)
        self._begin_epoch(0)

    def _begin_epoch(self, number: int) -> None:
        self._epoch, self._position = number, 0
        self._epoch_state = self._generator.get_state()
        self._met = as_met(self.data, self.tokenizer, self.config, number)
        self._order = bucketed_epoch(self._met.lengths, self.config, self._generator, self._met.source_lengths)

    def __iter__(self) -> BatchStream:
        return self

    def __next__(self) -> Batch:
        if self._position == len(self._order):
            self._begin_epoch(self._epoch + 1)
        rows = self._order[self._position]
        self._position += 1
        return self._met.batch(rows, self.few_shapes)

    def state(self) -> dict[str, Tensor]:
        return {"epoch": self._epoch_state, "position": torch.tensor([self._epoch, self._position])}

    def restore(self, state: dict[str, Tensor]) -> None:
        self._generator.set_state(state["epoch"])
        epoch, position = (int(value) for value in state["position"])
        self._begin_epoch(epoch)
        self._position = position

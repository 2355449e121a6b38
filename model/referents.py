"""Who finds the referent? Two answers over many sentences: which head looks at the noun, and whose silence turns the pronoun.

The first is a weight and no explanation; the second is the test. The right French up to the pronoun is fed in, and the row that
writes the pronoun is read: does it still prefer *il* to *elle*?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model.config import START
from model.corpora import Pair
from model.interventions import NOTHING, Interventions
from model.pronouns import OTHER
from model.saved import SavedModel
from model.scorer import pad
from model.tokenizers import WORD_START, Tokenizer

BATCH = 256
UNCERTAIN = ("it", "they")  # he and she show in English already what they mean


@dataclass(frozen=True)
class Cases:
    """Sentences whose pronoun is one piece of French: source and French so far as padded ids, the row that writes the pronoun,
    the id of the right pronoun and of the other one [sentences]."""

    pairs: tuple[Pair, ...]
    source: Tensor
    fed: Tensor
    row: Tensor
    right: Tensor
    other: Tensor

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True)
class Written:
    """What the row writes under an intervention, for every case: is the right pronoun the most probable token, is the other one;
    and the logarithm of how many times more probable the right one is than the other, in nats."""

    right: np.ndarray
    turned: np.ndarray
    margin: np.ndarray


def referent_pairs(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Those with a pronoun that English leaves open and whose two candidates differ in gender."""
    return tuple(
        pair
        for pair in pairs
        if pair.gold and pair.gold.referent and pair.gold.source_words[pair.gold.referent.source_pronoun].text in UNCERTAIN
    )


def cases_of(tokenizer: Tokenizer, pairs: Sequence[Pair]) -> Cases:
    found = [(pair, *place) for pair in pairs if (place := _pronoun_place(tokenizer, pair))]
    sources = pad([tokenizer.encode(pair.source).ids for pair, *_ in found])
    fed = pad([(START, *before) for _, before, _, _ in found])
    rows, right, other = (torch.tensor([values[place] for values in _numbers(found)]) for place in range(3))
    return Cases(tuple(pair for pair, *_ in found), sources, fed, rows, right, other)


def _numbers(found: Sequence[tuple[Pair, tuple[int, ...], int, int]]) -> list[tuple[int, int, int]]:
    return [(len(before), right, other) for _, before, right, other in found]


def _pronoun_place(tokenizer: Tokenizer, pair: Pair) -> tuple[tuple[int, ...], int, int] | None:
    """Ids before the pronoun, its id, the other pronoun's id; None where either is not one piece."""
    assert pair.gold and pair.gold.referent
    word, encoded = pair.gold.target_words[pair.gold.referent.target_pronoun], tokenizer.encode(pair.target)
    for place, (piece, (start, end)) in enumerate(zip(encoded.pieces, encoded.spans, strict=True)):
        bare = piece.removeprefix(WORD_START)
        if max(start, word.start) < min(end, word.end) and bare in OTHER:
            other = piece.replace(bare, OTHER[bare])
            if other in tokenizer.pieces:
                return encoded.ids[:place], encoded.ids[place], tokenizer.pieces.index(other)
    return None


@torch.inference_mode()
def written(saved: SavedModel, cases: Cases, interventions: Interventions = NOTHING) -> Written:
    right, turned, margins = [], [], []
    for start in range(0, len(cases), BATCH):
        part = slice(start, start + BATCH)
        logits = saved.translator(cases.source[part], cases.fed[part], interventions).logits
        every = torch.arange(len(logits))
        row = logits[every, cases.row[part]]
        best, own, other = row.argmax(dim=-1), cases.right[part], cases.other[part]
        right.append(best == own)
        turned.append(best == other)
        margins.append(row[every, own] - row[every, other])
    return Written(*(torch.cat(parts).numpy() for parts in (right, turned, margins)))

"""Which rows of the decoder depend on which of its inputs, found out from outside: change a word, compute again, compare.

What comes out is the mask itself, seen from without: with it, rows before the changed word come out the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from model.changes import Changes
from model.config import SPECIAL_PIECES
from model.interventions import NOTHING, Interventions
from model.read import read
from model.reading import Reading
from model.saved import SavedModel

CHANGES, EACH = 60, 3  # changes in all and for one word, at most
UNMASKED = Interventions(drop_mask=True)
WORD_START = "\u2581"


def change_words(saved: SavedModel, reading: Reading) -> Changes:
    """Every word of the decoder's input changed in turn, to what the model itself found next most probable there."""
    fed = torch.from_numpy(reading.arrays["target.ids"]).long()
    source = torch.from_numpy(reading.arrays["source.ids"]).long()[None]
    places, tokens = others(reading, saved.tokenizer.pieces)
    changed = fed.repeat(len(places), 1)
    changed[torch.arange(len(places)), torch.tensor(places, dtype=torch.int64)] = torch.tensor(tokens, dtype=torch.int64)
    labels = [*fed[1:].tolist(), _last_label(reading, saved)]
    found = {}
    for name, edit in (("masked", NOTHING), ("unmasked", UNMASKED)):
        found[name], found[f"labels_{name}"] = _differences(saved, source, fed[None], changed, edit, labels)
    return Changes(
        np.array(places, np.int64), tuple(saved.tokenizer.pieces[token] for token in tokens), **found,
        unmasked_translation=read(saved, reading.source, None, UNMASKED).target,
    )  # fmt: skip


def _last_label(reading: Reading, saved: SavedModel) -> int:
    return saved.tokenizer.pieces.index(reading.target_out[-1])


@torch.inference_mode()
def _differences(
    saved: SavedModel, source: Tensor, fed: Tensor, changed: Tensor, edit: Interventions, labels: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of all changes against the rows of the unchanged input, all of one shape, so that the arithmetic is the same."""
    rows = torch.cat([fed, changed])
    _, decoder = saved.translator.stacks(source.expand(len(rows), -1), rows, edit)
    difference = (decoder.output[1:] - decoder.output[:1]).abs().amax(-1)  # changes × n
    chances = saved.translator.output(decoder.output[0]).softmax(-1)  # n × vocabulary
    return difference.numpy(), chances[torch.arange(len(labels)), torch.tensor(labels)].numpy()


def others(reading: Reading, pieces: Sequence[str]) -> tuple[list[int], list[int]]:
    """(places, ids): for every input but the start token the most probable other words at that place, in the model's own view."""
    fed = reading.arrays["target.ids"]
    each = max(1, min(EACH, CHANGES // max(1, len(fed) - 1)))
    places, tokens = [], []
    for place in range(1, len(fed)):
        best = np.argsort(-reading.arrays["logits"][place - 1], kind="stable")
        kept = [int(token) for token in best[:200] if token != fed[place] and _is_word(pieces[token], pieces[fed[place]])][:each]
        places += [place] * len(kept)
        tokens += kept
    return places, tokens


def _is_word(piece: str, instead_of: str) -> bool:
    """Letters that stand as the other piece stands: after a space or not. A byte or a special token is no word."""
    text = piece.removeprefix(WORD_START)
    starts_alike = piece.startswith(WORD_START) == instead_of.startswith(WORD_START)
    return piece not in SPECIAL_PIECES and starts_alike and bool(text) and text.replace("'", "").isalpha()

"""Does a model see the order of its words? One sentence in several orders, each word's vector beside itself.

A word may be several pieces; they move together. Vectors come back sorted by the words of the first order, so that equal
vectors stand in equal rows whatever the order was. torch is imported where a model runs: telling words needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from model.config import START
from model.tokenizers.base import Encoding

if TYPE_CHECKING:
    from torch import Tensor

    from model.saved import SavedModel

SENTENCE = "Jake learned AI"
TARGET_WORDS = 3  # of the translation; all their orders are computed
SIDES = ("encoder", "decoder", "unmasked")
WORD_START = "\u2581"


def words_of(pieces: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """The pieces of each word as [start, end): a word begins where a piece carries the mark of a word's start."""
    starts = [place for place, piece in enumerate(pieces) if place == 0 or piece.startswith(WORD_START)]
    return tuple(zip(starts, [*starts[1:], len(pieces)], strict=True))


def places_in(words: Sequence[tuple[int, int]], order: Sequence[int]) -> list[int]:
    """Which piece of the first order stands at each place once word `order[0]` comes first, then `order[1]` and so on."""
    return [piece for word in order for piece in range(*words[word])]


def outputs(
    saved: SavedModel, ids: Sequence[int], words: Sequence[tuple[int, int]], orders: Sequence[Sequence[int]],
    side: str = "encoder", drop_positions: bool = False, source_ids: Sequence[int] = (),
) -> np.ndarray:  # fmt: skip
    """The vectors of every piece in every order [orders, n, d_model], row i always of piece i of the first order.

    `side` is what reads the pieces: the `encoder`; the `decoder` (after the start token, beside the memory of `source_ids`);
    or the decoder `unmasked`, in which every row sees all. `drop_positions` removes positions now, from a model trained with them.
    """
    import torch

    from model.interventions import Interventions

    places = torch.tensor([places_in(words, order) for order in orders])  # orders × n
    rows = torch.tensor(ids)[places]
    edit = Interventions(drop_positions=drop_positions, drop_mask=side == "unmasked")
    with torch.inference_mode():
        if side == "encoder":
            found = saved.translator.encode(rows, edit).output
        else:
            source = torch.tensor([list(source_ids)]).expand(len(rows), -1)
            trace = saved.translator(source, torch.cat([torch.full((len(rows), 1), START), rows], dim=1), edit)
            assert trace.decoder is not None
            found = trace.decoder.output[:, 1:]  # the row of the start token belongs to no word
    return _sorted_back(found, places).numpy()


def _sorted_back(found: Tensor, places: Tensor) -> Tensor:
    """Row i of every order becomes the vector of piece i."""
    return found.take_along_dim(places.argsort(dim=1)[:, :, None], dim=1)


def differences(vectors: np.ndarray) -> np.ndarray:
    """The largest difference of any number of any vector from the first order's, by order [orders]."""
    return np.abs(vectors - vectors[:1]).max(axis=(1, 2))


def measure(saved: SavedModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """All orders of `SENTENCE` through a model: vectors by side with and without positions, and what it translates each to."""
    from model.read import read

    source = saved.tokenizer.encode(SENTENCE)
    target = _first_words(saved.tokenizer.encode(read(saved, SENTENCE).target), TARGET_WORDS)
    about: dict[str, Any] = {"sentence": SENTENCE}
    arrays = {}
    for name, encoding in (("encoder", source), ("decoder", target)):
        words = words_of(encoding.pieces)
        orders = list(permutations(range(len(words))))
        about[name] = {"pieces": encoding.pieces, "words": words, "orders": orders}
        for side in SIDES[:1] if name == "encoder" else SIDES[1:]:
            for drop in (False, True):
                vectors = outputs(saved, encoding.ids, words, orders, side, drop, source.ids)
                arrays[f"{side}.{'without' if drop else 'with'}"] = vectors.astype(np.float32)
    about["translations"] = translations(saved, source, about["encoder"]["words"], about["encoder"]["orders"])
    return arrays, about


def translations(
    saved: SavedModel, encoding: Encoding, words: Sequence[tuple[int, int]], orders: Sequence[Sequence[int]]
) -> dict[str, list[str]]:
    """What the model writes for every order, with positions and without them (in both stacks)."""
    from model.interventions import Interventions
    from model.read import read

    found: dict[str, list[str]] = {"with": [], "without": []}
    for order in orders:
        text = saved.tokenizer.decode([encoding.ids[place] for place in places_in(words, order)])
        found["with"].append(read(saved, text).target)
        found["without"].append(read(saved, text, interventions=Interventions(drop_positions=True)).target)
    return found


def _first_words(encoding: Encoding, count: int) -> Encoding:
    end = words_of(encoding.pieces)[:count][-1][1]
    return Encoding(encoding.ids[:end], encoding.pieces[:end], encoding.spans[:end])

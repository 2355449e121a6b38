"""Which pieces of a sentence a model has hardly met in training, so that a learner can tell a guess from knowledge."""

from __future__ import annotations

import re

from model.config import SPECIAL_PIECES
from model.tokenizers import WORD_START
from ui import readings

BYTE = re.compile(r"<0x[0-9A-F]{2}>")
FAMILIAR = 5  # occurrences in training


def hardly_met(model: str, pieces: tuple[str, ...]) -> frozenset[int]:
    """Places of the pieces met fewer than five times, by the counts on the model's card; without counts: unknown and bytes."""
    counts: dict[str, int] | None = readings.card(model).get("piece_counts")
    return frozenset(place for place, piece in enumerate(pieces) if _rare(piece, counts))


def _rare(piece: str, counts: dict[str, int] | None) -> bool:
    if piece == SPECIAL_PIECES[2] or piece == WORD_START:
        return False
    if counts is None:
        return piece == SPECIAL_PIECES[3] or BYTE.fullmatch(piece) is not None
    return counts.get(piece, 0) < FAMILIAR

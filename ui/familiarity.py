"""How near a sentence is to what a model has read, so that a learner can tell a guess from knowledge. Knows no torch."""

from __future__ import annotations

import math
import re
from itertools import groupby

from model.config import SPECIAL_PIECES
from model.reading import Reading
from model.tokenizers import WORD_START
from ui import readings, sentences
from ui.words import _

BYTE = re.compile(r"<0x[0-9A-F]{2}>")
FAMILIAR = 5  # occurrences in training
FRAGMENTS, FRAGMENT_LETTERS = 3, 3  # so many pieces of so few letters each: a word it has no piece for
FAR_PIECES = 0.25  # share of the pieces; of 99 in 100 held-out captions less
FAR_LOGARITHM = -0.8  # nats a piece of its own translation; of 95 in 100 held-out captions more


def hardly_met(model: str, pieces: tuple[str, ...]) -> frozenset[int]:
    """Places of the pieces met fewer than five times, by the counts on the model's card (without counts: unknown and bytes),
    and of the fragments that spell a word it has no piece for."""
    counts: dict[str, int] | None = readings.card(model).get("piece_counts")
    return frozenset(place for place, piece in enumerate(pieces) if _rare(piece, counts)) | _fragments(pieces)


def _rare(piece: str, counts: dict[str, int] | None) -> bool:
    if piece == SPECIAL_PIECES[2] or piece == WORD_START:
        return False
    if counts is None:
        return piece == SPECIAL_PIECES[3] or BYTE.fullmatch(piece) is not None
    return counts.get(piece, 0) < FAMILIAR


def _fragments(pieces: tuple[str, ...]) -> frozenset[int]:
    """Runs of pieces of letters within one word that are many and short."""
    word, found = 0, set[int]()
    marked = []
    for place, piece in enumerate(pieces):
        word += piece.startswith(WORD_START)
        letters = piece.removeprefix(WORD_START)
        marked.append((place, letters, (word, letters.isalpha() or not letters)))
    for (_word, is_text), run in groupby(marked, key=lambda one: one[2]):
        places, spelt = zip(*((place, letters) for place, letters, _key in run), strict=True)
        if is_text and len(places) >= FRAGMENTS and len("".join(spelt)) <= FRAGMENT_LETTERS * len(places):
            found.update(places)
    return frozenset(found)


def far(model: str, reading: Reading) -> str | None:
    """One sentence where the model guesses: many pieces it hardly knows, or words of its own that it gives little; else None.

    Said of the shipped models alone: a run's may know little of anything. `reading` is its own translation, not a forced one.
    """
    if model not in readings.trained_names() or reading.forced:
        return None
    share = len(hardly_met(model, reading.source_pieces)) / len(reading.source_pieces)
    mean = _mean(reading)
    if share < FAR_PIECES and mean > FAR_LOGARITHM:
        return None
    return _(
        "This is far from what the model has read: {share} % of its pieces are ones it hardly knows, and a piece of its own translation "
        "gets {mean} % on average (log-probability {log}; in the riddle {usual} %). Take what it writes for a guess."
    ).format(
        share=round(100 * share), mean=round(100 * math.exp(mean)), log=f"{mean:.2f}".replace("-", "\u2212"),
        usual=round(100 * math.exp(_mean(readings.reading(model, sentences.DEFAULT)))),
    )  # fmt: skip


def _mean(reading: Reading) -> float:
    """Log-probability a piece, in nats."""
    return reading.log_probability / max(1, len(reading.target_out))

"""A reading as the stage's line needs it: words with their pieces, and threads between words. Plain values, no Streamlit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.config import SPECIAL_PIECES
from model.reading import Reading
from ui import sentences
from ui.familiarity import BYTE, hardly_met

END_PIECE = SPECIAL_PIECES[2]


_WORD = re.compile(r"\S+")
_FRENCH_WORD = re.compile(r"(?:[ldjmtsnc]|(?:lors|puis|jus)?qu)['’](?=\S)|\S+", re.IGNORECASE)

Spans = Sequence[tuple[int, int]]


def english_words(text: str) -> list[tuple[int, int]]:
    """Characters [start, end) of each word between spaces."""
    return [found.span() for found in _WORD.finditer(text)]


def french_words(text: str) -> list[tuple[int, int]]:
    """The same for French, where an elided word ("l'", "qu'") is a word of its own."""
    return [found.span() for found in _FRENCH_WORD.finditer(text)]


def pieces_of_words(words: Spans, piece_spans: Spans, pieces: Sequence[str]) -> list[list[int]]:
    """For each word the numbers of the pieces that spell it; a piece goes to the word in which it ends."""
    groups: list[list[int]] = [[] for _ in words]
    word = 0
    for number, ((_, end), piece) in enumerate(zip(piece_spans, pieces, strict=True)):
        if piece == END_PIECE:
            continue
        while word < len(words) - 1 and end > words[word][1]:
            word += 1
        if words:
            groups[word].append(number)
    return groups


def source_words(reading: Reading, model: str) -> list[dict[str, Any]]:
    """Each word: its text, its pieces as {text, rare}, its French gloss, and what it may be swapped for."""
    spans = english_words(reading.source)
    groups = pieces_of_words(spans, reading.source_spans, reading.source_pieces)
    swaps = {swap.start: swap for swap in sentences.swaps(reading.source)}
    rare = hardly_met(model, reading.source_pieces)
    words = []
    for (start, end), numbers in zip(spans, groups, strict=True):
        text, swap = reading.source[start:end], swaps.get(start)
        pieces = _cut(reading.source, start, end, reading.source_spans, numbers)
        spelt = any(BYTE.fullmatch(reading.source_pieces[number]) for number in numbers)  # in fragments: not a word it knows
        words.append({
            "text": text,
            "pieces": [{"text": part, "rare": number in rare or spelt} for number, part in pieces],
            "gloss": sentences.gloss(text.rstrip(".")),
            "swap": swap and {"start": swap.start, "end": swap.end, "choices": _glossed(swap.choices)},
        })  # fmt: skip
    return words


def _glossed(choices: tuple[str, ...]) -> list[dict[str, str | None]]:
    return [{"text": choice, "gloss": sentences.gloss(choice)} for choice in choices]


def target_words(reading: Reading) -> list[dict[str, Any]]:
    """Each word of the target: its text and its pieces."""
    spans = french_words(reading.target)
    groups = pieces_of_words(spans, reading.target_spans, reading.target_out)
    words = []
    for (start, end), numbers in zip(spans, groups, strict=True):
        pieces = _cut(reading.target, start, end, reading.target_spans, numbers)
        words.append({"text": reading.target[start:end], "pieces": [{"text": part, "rare": False} for _, part in pieces]})
    return words


def _cut(text: str, start: int, end: int, spans: Spans, numbers: list[int]) -> list[tuple[int, str]]:
    """(piece, the part of the word it spells), covering the word; pieces that are bytes of one character show it once."""
    parts, place = [], start
    for number in numbers:
        stop = min(max(spans[number][1], place), end)
        if stop > place:
            parts.append((number, text[place:stop]))
            place = stop
    return parts or [(-1, text[start:end])]


def threads(reading: Reading) -> list[list[float]]:
    """[target word, source word]: cross-attention of the last layer, mean over heads and over the pieces of the French
    word, summed over the pieces of the English one. Rows sum to at most 1: the end token takes the rest.
    """
    name = reading.attention_names("decoder.cross")[-1]
    weights = reading.arrays[f"{name}.weights"].mean(axis=0)  # n × m
    columns = pieces_of_words(english_words(reading.source), reading.source_spans, reading.source_pieces)
    rows = pieces_of_words(french_words(reading.target), reading.target_spans, reading.target_out)
    by_word = np.stack([weights[:, numbers].sum(axis=1) for numbers in columns], axis=1)  # n × source words
    return [[round(float(value), 4) for value in _mean_row(by_word, numbers)] for numbers in rows]


@dataclass(frozen=True)
class Look:
    """How much one word gives another in one head of the encoder; places from 0, `weight` a share of 1."""

    layer: int
    head: int
    weight: float


def strongest_look(reading: Reading, word: int, at: int) -> Look:
    """The head of the encoder in which an English word gives most to the word `at` (places among the words)."""
    groups = pieces_of_words(english_words(reading.source), reading.source_spans, reading.source_pieces)
    looks = []
    for layer, name in enumerate(reading.attention_names("encoder.self")):
        rows = reading.arrays[f"{name}.weights"][:, groups[word]].mean(axis=1)  # heads × m
        looks += [Look(layer, head, float(row[groups[at]].sum())) for head, row in enumerate(rows)]
    return max(looks, key=lambda look: look.weight)


def _mean_row(matrix: np.ndarray, numbers: list[int]) -> np.ndarray:
    return matrix[numbers].mean(axis=0) if numbers else np.zeros(matrix.shape[1])

"""What lesson 6 computes and keeps: tokenizers of every size, the stage's sentence cut by each, the rows of its model. Torch-free.

Everything here is shared by all visitors and never changed.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import streamlit as st

from figures.tokens import Cut, Piece
from model import limits
from model.reading import Reading
from model.text import clean_text
from model.tokenizers import WORD_START, Encoding, Tokenizer, count_pieces, train_tokenizer
from model.tokenizers.base import FIRST_BYTE, FIRST_LEARNT
from model.tokenizers.plain import CharacterTokenizer, PlainTokenizer, WordTokenizer
from model.tokenizers.subword import SMALLEST, SubwordTokenizer
from ui import readings
from ui.lessons.tokens_facts import KINDS, SIZES
from ui.shipped import Facts, shipped

NAME = "tokens"
FILM = "toy"  # the model whose film and text the lesson shows
TRAINED_ENTRIES = 64
_ENDLESS = re.compile(r"\S{32}(?=\S)")


def facts() -> Facts:
    found = shipped(NAME, FILM)
    assert found is not None, "the lesson's facts are shipped with the toy model: python -m ui.first toy tokens"
    return found


@cache
def course_lines() -> tuple[str, ...]:
    """The sentences the lesson's tokenizers have read, in both languages."""
    return tuple(bytes(facts().arrays["lines"]).decode().split("\n"))


@cache
def course_words() -> Counter[str]:
    """How often each word, as it stands between spaces, occurs in the course's lines."""
    return Counter(word for line in course_lines() for word in line.split())


@cache  # a page asks a hundred times in a run, and Streamlit's cache takes its time to hash what it is asked for
def tokenizer_of(kind: str, size: int) -> Tokenizer:
    """A tokenizer learnt from the course's lines: sub-words as shipped, words and characters as the most frequent ones."""
    if kind in ("bpe", "unigram"):
        return SubwordTokenizer.from_bytes(bytes(facts().arrays[f"{kind}.{size}"]))
    whole = _plain(kind)
    return type(whole)(whole.pieces[:size])


@cache
def _plain(kind: str) -> PlainTokenizer:
    maker = WordTokenizer if kind == "word" else CharacterTokenizer
    return maker.train(course_lines(), limits.VOCABULARY)


@cache
def counts_of(kind: str, size: int) -> np.ndarray:
    """How often each piece stands in the course's lines."""
    return facts().arrays[f"{kind}.{size}.counts"]


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def cuts_of(source: str) -> dict[str, tuple[Cut, ...]]:
    """The sentence cut by every kind at every size."""
    return {kind: tuple(cut(source, tokenizer_of(kind, size), counts_of(kind, size)) for size in SIZES) for kind in KINDS}


def cut(text: str, tokenizer: Tokenizer, counts: np.ndarray) -> Cut:
    encoding = tokenizer.encode(text)
    return Cut(tuple(pieces_of(text, encoding, counts)), counts > 0)


def pieces_of(text: str, encoding: Encoding, counts: np.ndarray) -> list[Piece]:
    """Every piece with its place, its id, its count, and its face where its characters do not show it."""
    found: list[Piece] = []
    read: list[int] = counts[np.array(encoding.ids, dtype=np.int64)].tolist()
    for number, times, (start, end) in zip(encoding.ids, read, encoding.spans, strict=True):
        is_byte = FIRST_BYTE <= number < FIRST_LEARNT
        seen = text[start:end].strip()
        face = None if seen and not (is_byte and ord(seen[0]) > 127) else f"{number - FIRST_BYTE:02X}" if is_byte and seen else "\u2423"
        found.append((start, end, number, times, face))
    return found


@dataclass(frozen=True)
class CutWord:
    """A word of the sentence, as byte-pair cuts it: pieces without the mark, and how often the word stands in the lines."""

    text: str
    pieces: tuple[str, ...]
    times: int


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def words_cut(source: str, kind: str, size: int) -> tuple[CutWord, ...]:
    tokenizer = tokenizer_of(kind, size)
    words = []
    for word in source.split(" "):
        pieces = tuple(piece.removeprefix(WORD_START) or "\u2423" for piece in tokenizer.encode(word).pieces)
        words.append(CutWord(word, pieces, course_words()[word]))
    return tuple(words)


# A tokenizer trained on the spot


@dataclass(frozen=True)
class Trained:
    """A tokenizer learnt while the learner waited, what it cost, and how often each of its pieces stands in its text."""

    tokenizer: SubwordTokenizer
    counts: tuple[int, ...]
    lines: tuple[str, ...]
    milliseconds: float
    most: int  # pieces this text allows for


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of the learner's own text, or the course's where it is empty. Endless words are cut: learning from them takes long."""
    if not text:
        return course_lines()
    cleaned = (_ENDLESS.sub(r"\g<0> ", clean_text(line)).strip() for line in text.splitlines())
    return tuple(line for line in cleaned if line)


@st.cache_resource(show_spinner=False, max_entries=TRAINED_ENTRIES)
def train(kind: str, text: str, size: int) -> Trained:
    """Learn from a text, or from the course's lines where it is empty. Raises `LabError`."""
    lines = lines_of(text)
    most = most_pieces(kind, text)
    begun = time.process_time()
    tokenizer = train_tokenizer(kind, lines, max(SMALLEST, min(size, most)))
    milliseconds = 1000 * (time.process_time() - begun)
    assert isinstance(tokenizer, SubwordTokenizer)
    return Trained(tokenizer, tuple(count_pieces(tokenizer, lines)), lines, milliseconds, most)


@st.cache_resource(show_spinner=False, max_entries=TRAINED_ENTRIES)
def most_pieces(kind: str, text: str) -> int:
    """How many pieces a text allows for: what a tokenizer has that may have as many as it likes. Raises `LabError`."""
    return len(train_tokenizer(kind, lines_of(text), limits.VOCABULARY).pieces)


# The stage's model


def vocabulary_matrix(model: str) -> np.ndarray:
    """The rows of the source side's vocabulary [V, d_model] of any model a stage may carry."""
    return _matrix(model, readings._stamp(model))


@st.cache_resource(show_spinner=False, max_entries=limits.MODELS_IN_MEMORY)
def _matrix(model: str, stamp: int) -> np.ndarray:
    if readings.is_untrained(model):  # drawn from a seed, by torch
        rows: np.ndarray = readings.loaded(model).translator.source_embedding.weight.numpy()
        return rows
    from safetensors import safe_open

    with safe_open(readings._folder(model) / "model.safetensors", framework="numpy") as file:
        return np.asarray(file.get_tensor("source_embedding.weight"), dtype=np.float32)


def ids_of(model: str, shown: Reading) -> tuple[int, ...]:
    """The ids of the reading's source pieces."""
    return readings.tokenizer(model).encode(shown.source).ids


def factor(shown: Reading) -> float:
    """√d_model."""
    return math.sqrt(shown.config.d_model)


def size(values: np.ndarray | Sequence[float]) -> float:
    """Root of the mean square: the size of a typical number."""
    return float(np.sqrt(np.mean(np.square(values))))

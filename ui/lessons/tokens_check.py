"""Lesson 6, check yourself and the fold for experts: what is right is computed from the stage."""

from __future__ import annotations

import random

import numpy as np
import streamlit as st

from figures.payload import Tokens, matrix_payload
from model.reading import Reading
from model.tokenizers import WORD_START
from ui import lesson, readings, sentences, source_code
from ui.check import Cell, Choice, Number, Question, fallback_note
from ui.components.labels import component_words
from ui.lessons import tokens, tokens_data
from ui.lessons import tokens_words as texts
from ui.lessons.tokens_facts import KINDS, SIZES
from ui.prose import Said, grouped, say
from ui.words import _

COLUMNS = 8  # words of the table with the wrong number
FALSE = 2  # pieces no tokenizer of words makes of a word of several letters
SAMPLES, ALPHA = 4, 0.2


def questions(model: str, shown: Reading) -> list[Question]:
    return [_doubled(shown), _twice(model, shown.source), _wrong_count(shown.source)]


def _doubled(shown: Reading) -> Number:
    rows, width = shown.config.vocabulary, shown.config.d_model
    now = rows * width
    return Number(
        name="doubled", idea="prediction", unit="", tolerance=0, right=2 * now,
        text=_("This model has {rows} pieces, each a row of {width}. How many numbers has its matrix with twice as many pieces?").format(
            rows=grouped(rows), width=width
        ),
        why=_("{rows} rows of {width}: {product} numbers. More pieces are more rows, not longer ones.").format(
            rows=grouped(2 * rows), width=width, product=grouped(2 * now)
        ),
        wrong=(
            (now, _("That is the matrix as it is now.")),
            (4 * now, _("That doubles d_model too: a larger vocabulary has more rows, and each is as long as before.")),
            (2 * rows, _("That is the number of rows; each holds {width} numbers.").format(width=width)),
            (2 * now * 3, _("That counts encoder, decoder and output: the question is about one of them.")),
        ),
    )  # fmt: skip


def _twice(model: str, source: str) -> Choice:
    """A word that stands twice has one row: of the stage's sentence, or of the riddle where none does."""
    found = repeated(readings.tokenizer(model).encode(source).pieces)
    note = ""
    if found is None:
        note = fallback_note(sentences.DEFAULT) + " "
        found = repeated(tuple(WORD_START + word for word in sentences.DEFAULT.split(" ")))
    assert found is not None, "the riddle has its article twice"
    piece, one, other = found
    word = piece.removeprefix(WORD_START) or "\u2423"
    text = _("“{word}” is token {one} and token {other}. How do the two rows taken from E differ?")
    return Choice(
        name="twice", idea="misconception",
        text=note + text.format(word=word, one=one + 1, other=other + 1),
        choices=(
            _("Each has been read with its neighbours, so they differ."),
            _("They are the same row."),
            _("They differ by where they stand."),
        ),
        right=1,
        why=(
            _("Neighbours enter with attention, a step later. The row is looked up by the id alone."),
            _("One id, one row: the sentence has not been looked at yet. Position and attention tell the two apart, later."),
            _("Positions are added afterwards. The row itself is looked up by the id alone."),
        ),
    )  # fmt: skip


def repeated(pieces: tuple[str, ...]) -> tuple[str, int, int] | None:
    """The first piece that stands a second time, with both places."""
    for other, piece in enumerate(pieces):
        if piece in pieces[:other]:
            return piece, pieces.index(piece), other
    return None


def _wrong_count(source: str) -> Cell:
    """Pieces by word and tokenizer, with one number that cannot be."""
    note = ""
    words = long_words(source)
    if len(words) < 2:
        note, words = fallback_note(sentences.DEFAULT) + " ", long_words(sentences.DEFAULT)
    counts, wrong = piece_counts(words), min(2, len(words) - 1)
    row, truth = KINDS.index("word"), int(counts[KINDS.index("word"), wrong])
    counts[row, wrong] = FALSE
    labels = [texts.kind_names()[kind][0] for kind in KINDS]

    def why_not(i: int, j: int) -> str:
        told = _("{kind}: {word} in {count} is possible. Look for a number its tokenizer can never give.")
        return told.format(kind=labels[i], word=words[j], count=int(counts[i, j]))

    why = _(
        "A tokenizer of words has “{word}” whole, 1, or spells it in bytes, 1 for each and 1 for the space. Never 2; here it is {truth}."
    )
    return Cell(
        name="wrong count", idea="transfer",
        text=note + _("Pieces of each word in four vocabularies of {size}. A bug has spoilt one number. Which one cannot be?").format(
            size=tokens.BET_SIZE
        ),
        payload=matrix_payload(counts, Tokens(tuple(labels)), Tokens(words), "scores", component_words(), name=_("pieces")),
        right=frozenset({(row, wrong)}), why=why.format(word=words[wrong], truth=truth), why_not=why_not,
    )  # fmt: skip


def long_words(source: str) -> tuple[str, ...]:
    """The first words of three letters or more, each once."""
    return tuple(dict.fromkeys(word for word in source.split(" ") if len(word) > 2))[:COLUMNS]


def piece_counts(words: tuple[str, ...]) -> np.ndarray:
    """Pieces of each word alone [4, words], in the order of `KINDS`."""
    found = [[len(tokens_data.tokenizer_of(kind, tokens.BET_SIZE).encode(word).ids) for word in words] for kind in KINDS]
    return np.array(found, dtype=np.float32)


# For experts


def expert(shown: Reading) -> None:
    with lesson.expert():
        _lengths()
        _sampled(shown.source)
        st.markdown(_("**The code of a merge and of the lattice**, as it ran above:"))
        for name in ("merges", "_best_ways"):
            source_code.show(lesson.source_of("model/tokenizers/steps.py", name))


def _lengths() -> None:
    """Pieces a line of the course takes, by kind and size: where the curve flattens, more rows buy little."""
    st.markdown(_("**What rows buy**: pieces a line of the course takes on average."))
    names = texts.kind_names()
    rows = []
    for size in SIZES[:: len(SIZES) // 6]:
        cells = [f"{pieces_a_line(kind, size):.1f}" for kind in KINDS]
        rows.append(f"| {grouped(size)} | " + " | ".join(cells) + " |")
    st.markdown(
        "\n".join([f"| {_('up to')} | " + " | ".join(names[kind][0] for kind in KINDS) + " |", "|---" * (len(KINDS) + 1) + "|", *rows])
    )


def pieces_a_line(kind: str, size: int) -> float:
    return float(tokens_data.counts_of(kind, size).sum()) / len(tokens_data.course_lines())


def _sampled(source: str) -> None:
    """Sub-word regularization: other spellings of the sentence, drawn by their probability."""
    st.markdown(
        _("**Sub-word regularization** (Kudo, 2018): unigram may draw other spellings in training, so that no piece has one company alone.")
    )
    tokenizer = tokens_data.tokenizer_of("unigram", tokens.BET_SIZE)
    generator = random.Random(0)
    for number in range(SAMPLES):
        pieces = tokenizer.sample(source, generator, ALPHA).pieces
        say("{pieces}", f"sampled_{number}", pieces=Said(" ".join(pieces), "source"))

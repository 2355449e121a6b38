"""Sub-words: SentencePiece (Kudo and Richardson, 2018) unigram and BPE, with bytes for what the vocabulary lacks."""

from __future__ import annotations

import hashlib
import io
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import sentencepiece

from model.config import END, PADDING, SPECIAL_PIECES, START, UNKNOWN
from model.errors import LabError
from model.text import clean_text
from model.tokenizers.base import (
    FIRST_BYTE,
    FIRST_LEARNT,
    WORD_START,
    Encoding,
    Kind,
    broken,
    byte_ids,
    check_vocabulary,
    join_pieces,
    no_text,
    write_file,
)
from model.tokenizers.sampling import PairMerger, Segmenter
from model.tokenizers.subword_file import check_subword_file

SMALLEST = 282  # special pieces, bytes, and a few letters to stand on
LETTERS_SHARE = 0.9999  # of the characters of a text get a piece of their own, the rarest become bytes


class SubwordTokenizer:
    """A SentencePiece model and, for sampling, its pieces and scores in Python.

    The text passes unchanged (identity normalization: `clean_text` has done it) but for one U+2581 in front, so that
    a word has the same pieces at the start of a sentence as within it.
    """

    def __init__(self, kind: Kind, data: bytes) -> None:
        """`data`: a checked SentencePiece model; see `from_bytes`."""
        self.kind: Kind = kind
        self._data = data
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=data)
        self.pieces: tuple[str, ...] = tuple(self._processor.id_to_piece(list(range(self._processor.get_piece_size()))))
        self.fingerprint = hashlib.sha256(data).hexdigest()
        self._ids = {piece: index for index, piece in enumerate(self.pieces) if index >= FIRST_LEARNT}
        # of the learnt pieces: log-probabilities (unigram), or 1 - the rank of the merge and, for single letters, less than any merge (BPE)
        self.scores: Mapping[str, float] = {piece: self._processor.get_score(index) for piece, index in self._ids.items()}
        self._sampler = Segmenter(self.scores) if kind == "unigram" else PairMerger(self.scores)

    @classmethod
    def train(cls, kind: Kind, lines: Iterable[str], vocabulary: int) -> SubwordTokenizer:
        """Learn at most `vocabulary` pieces; fewer where the lines do not hold more. One thread: the same lines give the same bytes."""
        check_vocabulary(vocabulary, SMALLEST, "four special ones, 256 bytes and the letters")
        cleaned = [text for text in map(clean_text, lines) if text]
        if not cleaned:
            raise no_text()
        data = io.BytesIO()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(_without_rare_letters(cleaned, vocabulary)), model_writer=data, model_type=kind,
                vocab_size=vocabulary, hard_vocab_limit=False, byte_fallback=True, character_coverage=1.0,
                pad_id=PADDING, bos_id=START, eos_id=END, unk_id=UNKNOWN, pad_piece=SPECIAL_PIECES[PADDING],
                normalization_rule_name="identity", add_dummy_prefix=True, remove_extra_whitespaces=False,
                max_sentence_length=2**20, num_threads=1, minloglevel=2,
            )  # fmt: skip
        except RuntimeError as error:
            raise LabError(
                "too_little_text", "The text is too short to learn sub-words from; take more of it, or words or characters.", "lines"
            ) from error
        return cls.from_bytes(data.getvalue())

    @classmethod
    def from_bytes(cls, data: bytes) -> SubwordTokenizer:
        """Read a model as `train` makes it; `LabError` for any other, before SentencePiece sees a byte of it."""
        kind = check_subword_file(data)
        try:
            return cls(kind, data)
        except (RuntimeError, ValueError, UnicodeError) as error:
            raise broken("SentencePiece does not take it") from error

    def as_bytes(self) -> bytes:
        """The SentencePiece model; `from_bytes` reads it again."""
        return self._data

    def save(self, folder: Path) -> None:
        write_file(folder / "tokenizer.model", self._data)

    def encode(self, text: str) -> Encoding:
        return self._encoding(self._processor.encode(clean_text(text)))

    def sample(self, text: str, generator: random.Random, alpha: float) -> Encoding:
        """Sub-word regularization, from the given generator alone.

        Unigram: every spelling of a word has probability proportional to exp(alpha * its score) (Kudo, 2018, with all
        spellings in place of the n best); alpha 0 makes all alike. BPE: alpha is the probability with which a merge is
        skipped (Provilkov et al., 2020); 0 gives `encode`, 1 gives characters.
        """
        ids: list[int] = []
        for word in _marked_words(clean_text(text)):
            for piece in self._sampler.sample(word, generator, alpha):
                ids += self._ids_of(piece)
        return self._encoding(ids)

    def spell(self, text: str, generator: random.Random, rate: float) -> Encoding:
        """See `Tokenizer.spell`: a rare spelling is one piece for each character, or, half the time, its bytes."""
        ids: list[int] = []
        for word in _marked_words(clean_text(text)):
            if generator.random() >= rate:
                ids += self._ids_of_word(word)
            elif generator.random() < 0.5:
                ids += [index for character in word for index in self._ids_of(character)]
            else:
                ids += self._ids_of(WORD_START) + [index for character in word[1:] for index in byte_ids(character)]
        return self._encoding(ids)

    def decode(self, ids: Iterable[int]) -> str:
        return join_pieces(self.pieces, ids, FIRST_BYTE).removeprefix(" ")

    def _ids_of_word(self, word: str) -> list[int]:
        return list(self._processor.encode(word[1:]))  # SentencePiece puts the mark in front again

    def _ids_of(self, piece: str) -> list[int]:
        index = self._ids.get(piece)
        # A mark of a word's start that is no piece of its own becomes the byte of a space.
        return [index] if index is not None else list(byte_ids(piece.replace(WORD_START, " ")))

    def _encoding(self, ids: Sequence[int]) -> Encoding:
        pieces = tuple(self.pieces[index] for index in ids)
        return Encoding(tuple(ids), pieces, _spans(ids, pieces))


def _marked_words(text: str) -> list[str]:
    return [WORD_START + word for word in text.split(" ")] if text else []


def _spans(ids: Sequence[int], pieces: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Characters [start, end) of each piece; position -1 is the mark in front of the text."""
    spans: list[tuple[int, int]] = []
    position, bytes_left = -1, 0
    for index, piece in zip(ids, pieces, strict=True):
        if FIRST_BYTE <= index < FIRST_LEARNT:
            if bytes_left == 0:
                bytes_left = _bytes_of_character(index - FIRST_BYTE)
                position += 1
            bytes_left -= 1
            spans.append((max(position - 1, 0), max(position, 0)))
        else:
            start, position = position, position + len(piece)
            start += len(piece) > 1 and piece[0] == WORD_START
            spans.append((max(start, 0), max(position, 0)))
    return tuple(spans)


def _bytes_of_character(first: int) -> int:
    """How many bytes a character has in UTF-8, from the first of them."""
    return 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


def _without_rare_letters(lines: list[str], vocabulary: int) -> list[str]:
    """The lines with a space for each character that shall become bytes.

    Characters get pieces of their own by frequency, up to `LETTERS_SHARE` of the text or half of the room beside the bytes.
    """
    counts = Counter(character for line in lines for character in line if character != " ")
    rest, room = sum(counts.values()) * LETTERS_SHARE, (vocabulary - FIRST_LEARNT) // 2
    rare: dict[int, str] = {}
    for rank, (character, count) in enumerate(counts.most_common()):
        if rest <= 0 or rank >= room:
            rare[ord(character)] = " "
        rest -= count
    return [" ".join(line.translate(rare).split()) for line in lines] if rare else lines

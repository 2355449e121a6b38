"""What every tokenizer is: the protocol, its result, and the few lines that pieces of all kinds share."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, get_args

from model import limits
from model.config import SPECIAL_PIECES
from model.errors import LabError

Kind = Literal["unigram", "bpe", "word", "character"]
KINDS: tuple[Kind, ...] = get_args(Kind)

WORD_START = "\u2581"  # stands for the space before a word, as in SentencePiece
BYTE_PIECES = tuple(f"<0x{byte:02X}>" for byte in range(256))
FIRST_BYTE = len(SPECIAL_PIECES)
FIRST_LEARNT = FIRST_BYTE + len(BYTE_PIECES)  # first id after specials and bytes, in kinds that have bytes

FILE_BYTES = 4 * 2**20  # 16,000 pieces take under one


@dataclass(frozen=True)
class Encoding:
    """A text as pieces, without special tokens. All three have the same length.

    `spans`: characters [start, end) of the cleaned text each piece stands for. The space before a word belongs to no
    span, except where it is a piece of its own; the bytes of one character all have that character's span.
    """

    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


class Tokenizer(Protocol):
    """One joint vocabulary of source and target. Immutable, safe to share between threads."""

    @property
    def kind(self) -> Kind: ...

    @property
    def pieces(self) -> tuple[str, ...]:
        """Piece of every id; the first four are `SPECIAL_PIECES`."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the saved file, in hexadecimal."""
        ...

    def encode(self, text: str) -> Encoding:
        """The pieces of `clean_text(text)`; its spans count in that cleaned text."""
        ...

    def sample(self, text: str, generator: random.Random, alpha: float) -> Encoding:
        """Another spelling of the text where the kind has several, drawn from `generator` alone; else `encode`."""
        ...

    def spell(self, text: str, generator: random.Random, rate: float) -> Encoding:
        """`encode`, but each word with probability `rate` in a rare spelling: as characters, as bytes, as unknown.

        For sources in training, so that pieces a corpus hardly holds are not noise when a visitor's word needs them.
        """
        ...

    def decode(self, ids: Iterable[int]) -> str:
        """The text of the pieces, special tokens skipped; bytes that are no UTF-8 become U+FFFD."""
        ...

    def save(self, folder: Path) -> None: ...


def join_pieces(pieces: Sequence[str], ids: Iterable[int], bytes_from: int | None) -> str:
    """The text of `ids`. `bytes_from` is the id of byte 0, None where the vocabulary has no bytes."""
    data = bytearray()
    for index in ids:
        if index < FIRST_BYTE:
            continue
        if bytes_from is not None and bytes_from <= index < bytes_from + 256:
            data.append(index - bytes_from)
        else:
            data += pieces[index].replace(WORD_START, " ").encode()
    return data.decode(errors="replace")


def byte_ids(character: str) -> tuple[int, ...]:
    """One id for each byte of the character in UTF-8."""
    return tuple(FIRST_BYTE + byte for byte in character.encode())


def write_file(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def broken(reason: str) -> LabError:
    """The error of a tokenizer's file that is not as `save` writes it."""
    return LabError("tokenizer_file", "This tokenizer cannot be read: {reason}.", "tokenizer", reason=reason)


def check_vocabulary(vocabulary: int, smallest: int, rule: str) -> None:
    """Raise `LabError` where a wished number of pieces is outside the limits; `rule` says what takes the room."""
    if vocabulary < smallest:
        raise LabError(
            "vocabulary_too_small",
            "A vocabulary of {value} is too small; it needs at least {smallest} pieces: {rule}.",
            "vocabulary", value=vocabulary, smallest=smallest, rule=rule,
        )  # fmt: skip
    if vocabulary > limits.VOCABULARY:
        raise LabError(
            "vocabulary_too_large",
            "A vocabulary of {value} is too large; at most {limit} pieces are allowed.",
            "vocabulary", value=vocabulary, limit=limits.VOCABULARY,
        )  # fmt: skip


def no_text() -> LabError:
    return LabError("no_text", "There is no text to learn a vocabulary from.", "lines")

"""Words and characters: tokenizers that are a list of pieces and nothing else, saved as `tokenizer.json`."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from model import limits
from model.config import SPECIAL_PIECES
from model.text import clean_text
from model.tokenizers.base import (
    BYTE_PIECES,
    FIRST_BYTE,
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

FORMAT_VERSION = 1

# An elided French form is a word of its own ("l'", "qu'"), but not inside a word ("aujourd'hui", "Jake's", "didn't").
_ELIDED = r"(?:jusqu|lorsqu|puisqu|quoiqu|qu|[cdjlmnst])['’](?=\w)"
_WORD = re.compile(rf"{_ELIDED}|\w+(?:['’-]\w+)*|[^\w\s]", re.IGNORECASE)


class PlainTokenizer:
    """A vocabulary as a list; the subclasses say how text falls into pieces."""

    kind: Kind
    reserved: tuple[str, ...]

    def __init__(self, pieces: Iterable[str]) -> None:
        """`pieces`: the whole vocabulary, special and reserved pieces first."""
        self.pieces = tuple(pieces)
        self._ids = {piece: index for index, piece in enumerate(self.pieces) if index >= len(self.reserved)}

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(self._as_bytes()).hexdigest()

    def save(self, folder: Path) -> None:
        write_file(folder / "tokenizer.json", self._as_bytes())

    def _as_bytes(self) -> bytes:
        content = {"format_version": FORMAT_VERSION, "kind": self.kind, "pieces": self.pieces}
        return (json.dumps(content, ensure_ascii=False, indent=0) + "\n").encode()

    def encode(self, text: str) -> Encoding:
        return self._encode(text, None, 0.0)

    def sample(self, text: str, generator: random.Random, alpha: float) -> Encoding:
        """A text has one spelling only: the same as `encode`."""
        return self.encode(text)

    def spell(self, text: str, generator: random.Random, rate: float) -> Encoding:
        """See `Tokenizer.spell`: a rare spelling is one by bytes."""
        return self._encode(text, generator, rate)

    def _encode(self, text: str, generator: random.Random | None, rate: float) -> Encoding:
        raise NotImplementedError

    def decode(self, ids: Iterable[int]) -> str:
        raise NotImplementedError


class WordTokenizer(PlainTokenizer):
    """Words and punctuation marks. A piece that follows a space starts with U+2581, so that joining gives the text back.

    A word that is not in the vocabulary becomes its bytes, the space before it included.
    """

    kind: Kind = "word"
    reserved = SPECIAL_PIECES + BYTE_PIECES

    @classmethod
    def train(cls, lines: Iterable[str], vocabulary: int) -> WordTokenizer:
        """The most frequent words of the lines; equally frequent ones in the order of the alphabet."""
        check_vocabulary(vocabulary, len(cls.reserved) + 1, "four special ones, 256 bytes and a word")
        words = Counter(piece for line in lines for piece, _, _ in _words(clean_text(line)))
        return cls(cls.reserved + _most_frequent(words, vocabulary - len(cls.reserved)))

    def _encode(self, text: str, generator: random.Random | None, rate: float) -> Encoding:
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        for piece, start, end in _words(clean_text(text)):
            index = self._ids.get(piece)
            if index is None or (generator and generator.random() < rate):
                new, places = _spelt(piece, start)
            else:
                new, places = (index,), ((start, end),)
            ids += new
            spans += places
        return Encoding(tuple(ids), tuple(self.pieces[index] for index in ids), tuple(spans))

    def decode(self, ids: Iterable[int]) -> str:
        return join_pieces(self.pieces, ids, FIRST_BYTE).removeprefix(" ")


def _spelt(piece: str, start: int) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """The bytes of a word, each with the place of its character; those of the space before it stand at the word's start."""
    ids: tuple[int, ...] = byte_ids(" ") if piece.startswith(WORD_START) else ()
    places: tuple[tuple[int, int], ...] = ((start, start),) * len(ids)
    for position, character in enumerate(piece.removeprefix(WORD_START), start):
        new = byte_ids(character)
        ids, places = ids + new, places + ((position, position + 1),) * len(new)
    return ids, places


class CharacterTokenizer(PlainTokenizer):
    """Characters; the space between words is the piece U+2581; a character not in the vocabulary becomes its bytes."""

    kind: Kind = "character"
    reserved = SPECIAL_PIECES + BYTE_PIECES

    @classmethod
    def train(cls, lines: Iterable[str], vocabulary: int) -> CharacterTokenizer:
        """The most frequent characters of the lines."""
        check_vocabulary(vocabulary, len(cls.reserved) + 1, "four special ones, 256 bytes and a character")
        characters = Counter(character for line in lines for character in clean_text(line).replace(" ", WORD_START))
        return cls(cls.reserved + _most_frequent(characters, vocabulary - len(cls.reserved)))

    def _encode(self, text: str, generator: random.Random | None, rate: float) -> Encoding:
        text = clean_text(text)
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        as_bytes = False
        for position, character in enumerate(text):
            if generator and (position == 0 or character == " "):
                as_bytes = generator.random() < rate
            index = self._ids.get(WORD_START if character == " " else character)
            new = byte_ids(character) if index is None or (as_bytes and character != " ") else (index,)
            ids += new
            spans += [(position, position + 1)] * len(new)
        return Encoding(tuple(ids), tuple(self.pieces[index] for index in ids), tuple(spans))

    def decode(self, ids: Iterable[int]) -> str:
        return join_pieces(self.pieces, ids, FIRST_BYTE)


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Every word or mark of a cleaned text as (piece, start, end)."""
    for match in _WORD.finditer(text):
        start, end = match.span()
        follows_space = start == 0 or text[start - 1] == " "
        yield (WORD_START if follows_space else "") + match[0], start, end


def _most_frequent(counts: Counter[str], room: int) -> tuple[str, ...]:
    if not counts:
        raise no_text()
    return tuple(sorted(counts, key=lambda piece: (-counts[piece], piece))[:room])


def read_plain(data: bytes) -> PlainTokenizer:
    """The tokenizer of a `tokenizer.json`; `LabError` for anything `save` does not write."""
    try:
        content = json.loads(data.decode(), object_pairs_hook=_object_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise broken("it is not JSON in UTF-8") from error
    if not isinstance(content, dict) or set(content) != {"format_version", "kind", "pieces"}:
        raise broken("it must hold format_version, kind and pieces, and nothing else")
    if type(content["format_version"]) is not int or content["format_version"] != FORMAT_VERSION:
        raise broken(f"its format_version must be {FORMAT_VERSION}")
    kind: type[PlainTokenizer]
    for kind in (WordTokenizer, CharacterTokenizer):
        if content["kind"] == kind.kind:
            return kind(_checked_pieces(content["pieces"], kind))
    raise broken("its kind must be word or character")


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def _checked_pieces(pieces: object, kind: type[PlainTokenizer]) -> list[str]:
    if not isinstance(pieces, list) or not all(isinstance(piece, str) for piece in pieces):
        raise broken("its pieces must be a list of texts")
    if len(pieces) > limits.VOCABULARY:
        raise broken(f"it has {len(pieces)} pieces, more than {limits.VOCABULARY}")
    first = len(kind.reserved)
    if tuple(pieces[:first]) != kind.reserved or len(pieces) == first:
        raise broken("it must start with the special pieces and hold others after them")
    learnt = pieces[first:]
    if len(set(learnt)) < len(learnt):
        raise broken("a piece occurs twice")
    if not all(_is_piece(piece, kind) for piece in learnt):
        raise broken("a piece is not what its kind makes of text")
    return pieces


def _is_piece(piece: str, kind: type[PlainTokenizer]) -> bool:
    body = piece.removeprefix(WORD_START)
    if len(piece) > limits.LINE_CHARACTERS or clean_text(body) != body or " " in body:
        return False
    return len(piece) == 1 if kind is CharacterTokenizer else bool(body)

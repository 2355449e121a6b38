"""Checks a SentencePiece model field by field, so that its parser in C++ never meets a crafted file.

A model is a protocol buffer (`sentencepiece_model.proto`): 1 pieces (1 text, 2 score, 3 type), 2 trainer
(3 model type, 24 white space as suffix, 35 byte fallback), 3 normalizer (1 name, 2 compiled rules, 3 prefix,
4 extra spaces, 5 escaping, 6 rules), 4 self-test, 5 denormalizer. Only what `SubwordTokenizer.train` makes passes.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from model import limits
from model.config import SPECIAL_PIECES
from model.tokenizers.base import BYTE_PIECES, FILE_BYTES, FIRST_LEARNT, Kind, broken

_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
_TYPES = (_CONTROL, _CONTROL, _CONTROL, _UNKNOWN) + (_BYTE,) * len(BYTE_PIECES)
_NORMALIZER = {1: b"identity", 2: b"", 3: 1, 4: 0, 5: 1, 6: b""}
_KINDS: dict[object, Kind] = {1: "unigram", 2: "bpe"}

Value = int | float | bytes


def check_subword_file(data: bytes) -> Kind:
    """The kind of the model; `LabError` where it is not one as we train them."""
    if len(data) > FILE_BYTES:
        raise broken(f"it has more than {FILE_BYTES} bytes")
    pieces: list[tuple[str, int]] = []
    sections: dict[int, bytes] = {}
    for number, value in _fields(data):
        if not isinstance(value, bytes) or number not in (1, 2, 3, 5) or number in sections:
            raise broken("it holds something that is no piece and no known setting")
        if number == 1:
            pieces.append(_piece(value))
        else:
            sections[number] = value
        if len(pieces) > limits.VOCABULARY:
            raise broken(f"it has more than {limits.VOCABULARY} pieces")
    _check_pieces(pieces)
    _check_normalizers(dict(_fields(sections.get(3, b""))), dict(_fields(sections.get(5, b""))))
    return _kind(dict(_fields(sections.get(2, b""))))


def _piece(data: bytes) -> tuple[str, int]:
    """(text, type) of one piece, its score found to be a finite number."""
    values = {1: b"", 2: 0.0, 3: _NORMAL} | dict(_fields(data))
    text, score, kind = values.get(1), values.get(2), values.get(3)
    if len(values) != 3 or not isinstance(text, bytes) or not isinstance(score, float) or not isinstance(kind, int):
        raise broken("a piece is not a text, a score and a type")
    if not math.isfinite(score) or abs(score) > 1e6:
        raise broken("a piece has no finite score")
    try:
        return text.decode(), kind
    except UnicodeDecodeError as error:
        raise broken("a piece is not UTF-8") from error


def _check_pieces(pieces: list[tuple[str, int]]) -> None:
    texts = [text for text, _ in pieces]
    if len(pieces) <= FIRST_LEARNT or tuple(texts[:FIRST_LEARNT]) != SPECIAL_PIECES + BYTE_PIECES:
        raise broken("it must start with the special pieces and the bytes, and hold others after them")
    if len(set(texts)) < len(texts) or "" in texts:
        raise broken("a piece is empty or occurs twice")
    types = tuple(kind for _, kind in pieces)
    if types[:FIRST_LEARNT] != _TYPES or set(types[FIRST_LEARNT:]) != {_NORMAL}:
        raise broken("a piece is of a type that its place does not allow")
    if any("\0" in text or " " in text for text in texts):
        raise broken("a piece holds a character that no text has")


def _check_normalizers(normalizer: dict[int, Value], denormalizer: dict[int, Value]) -> None:
    if _NORMALIZER | normalizer != _NORMALIZER or not {1, 4} <= set(normalizer):
        raise broken("it changes the text before it cuts it")
    if any(denormalizer.get(number, b"") for number in (2, 6)):
        raise broken("it changes the text after joining it")


def _kind(trainer: dict[int, Value]) -> Kind:
    if trainer.get(35, 0) != 1 or trainer.get(24, 0) != 0:
        raise broken("it was not trained with bytes for unknown characters")
    if trainer.get(3, 1) not in _KINDS:
        raise broken("it is neither unigram nor BPE")
    return _KINDS[trainer.get(3, 1)]


def _fields(data: bytes) -> Iterator[tuple[int, Value]]:
    """(number, value) of each field of a message: wire types 0 (integer), 2 (bytes), 5 (float)."""
    place = 0
    while place < len(data):
        key, place = _integer(data, place)
        if key & 7 == 0:
            value, place = _integer(data, place)
            yield key >> 3, value
            continue
        if key & 7 == 2:
            length, place = _integer(data, place)
        elif key & 7 == 5:
            length = 4
        else:
            raise broken("it is no SentencePiece model")
        if place + length > len(data):
            raise broken("it ends too early")
        content = data[place : place + length]
        place += length
        yield key >> 3, content if key & 7 == 2 else struct.unpack("<f", content)[0]


def _integer(data: bytes, place: int) -> tuple[int, int]:
    """The integer of seven bits a byte that starts at `place`, and the place after it."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            raise broken("it ends too early")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise broken("it is no SentencePiece model")

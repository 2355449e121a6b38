"""Text to pieces and back: SentencePiece unigram and BPE, words, characters, behind one protocol. Knows no torch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from model.errors import LabError
from model.tokenizers.base import FILE_BYTES, KINDS, WORD_START, Encoding, Kind, Tokenizer, broken
from model.tokenizers.plain import CharacterTokenizer, WordTokenizer, read_plain
from model.tokenizers.subword import SubwordTokenizer

__all__ = ["KINDS", "WORD_START", "Encoding", "Kind", "Tokenizer", "count_pieces", "load_tokenizer", "train_tokenizer", "unfamiliar"]

FAMILIAR_COUNT = 5


def train_tokenizer(kind: str, lines: Iterable[str], vocabulary: int) -> Tokenizer:
    """Learn one joint vocabulary of at most `vocabulary` pieces from the lines of both languages.

    It has fewer where the lines do not hold more: the truth is `len(tokenizer.pieces)`. The same lines give the same
    bytes. Raises `LabError` for an unknown kind, for no text and for a vocabulary outside the kind's limits.
    """
    if kind == "unigram":
        return SubwordTokenizer.train("unigram", lines, vocabulary)
    if kind == "bpe":
        return SubwordTokenizer.train("bpe", lines, vocabulary)
    if kind == "word":
        return WordTokenizer.train(lines, vocabulary)
    if kind == "character":
        return CharacterTokenizer.train(lines, vocabulary)
    raise LabError(
        "tokenizer_kind", "There is no tokenizer {kind}; the kinds are {known}.", "tokenizer", kind=repr(kind), known=", ".join(KINDS)
    )


def load_tokenizer(folder: Path) -> Tokenizer:
    """Read `tokenizer.model` (SentencePiece) or `tokenizer.json` (word, character); `LabError` where it is not as we write it."""
    paths = [folder / name for name in ("tokenizer.model", "tokenizer.json") if (folder / name).is_file()]
    if len(paths) != 1:
        raise broken("the folder must hold either tokenizer.model or tokenizer.json")
    with paths[0].open("rb") as file:
        data = file.read(FILE_BYTES + 1)
    if len(data) > FILE_BYTES:
        raise broken(f"it has more than {FILE_BYTES} bytes")
    return SubwordTokenizer.from_bytes(data) if paths[0].suffix == ".model" else read_plain(data)


def count_pieces(tokenizer: Tokenizer, lines: Iterable[str]) -> list[int]:
    """How often each id occurs in the lines: a piece hardly met in training is one the model hardly knows."""
    counts = [0] * len(tokenizer.pieces)
    for line in lines:
        for index in tokenizer.encode(line).ids:
            counts[index] += 1
    return counts


def unfamiliar(encoding: Encoding, counts: list[int], familiar: int = FAMILIAR_COUNT) -> tuple[int, ...]:
    """Positions of the pieces met fewer than `familiar` times in training."""
    return tuple(position for position, index in enumerate(encoding.ids) if counts[index] < familiar)

"""The one door for text from outside: what comes through can be tokenized, stored, drawn and put into an address.

Knows neither torch nor a tokenizer. Every function is total: any `str` gives text or a `LabError`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sized
from typing import Protocol

from model import limits
from model.errors import LabError

# Lone surrogates and control characters break encoders; the soft hyphen, the zero-width space, the word joiner and the
# byte order mark make words differ that look alike; embeddings, overrides and isolates of direction reorder the page
# around the sentence. Joiners of emoji and the plain right-to-left marks are part of the writing and stay.
_REMOVED = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")
_MARKS_POSSIBLE = re.compile("[^\x00-\u02ff]{8}")
_MARKS_IN_A_ROW = 30  # UAX #15, stream-safe text; sorting longer runs takes quadratic time


def clean_text(text: str) -> str:
    """Text in Unicode's composed form (NFC), without invisible troublemakers, with single spaces between words.

    Every run of white space (line ends and U+2028 among it) becomes one space, the ends are stripped. U+2581, with
    which the tokenizers mark the start of a word, becomes "_". Of more than 30 combining marks in a row the rest is
    dropped. Idempotent; the result has no surrogate and no control character.
    """
    text = _REMOVED.sub("", text).replace("\u2581", "_")
    return unicodedata.normalize("NFC", _limit_marks(" ".join(text.split())))


def clean_sentence(text: str) -> str:
    """`clean_text` of a visitor's sentence, or a `LabError` where nothing or too much is left."""
    if len(text) > 100 * limits.SENTENCE_CHARACTERS:  # no need to clean what cannot fit
        raise _too_long(len(text))
    cleaned = clean_text(text)
    if not cleaned:
        raise LabError("sentence_empty", "The sentence is empty; write at least one word.", "sentence")
    if len(cleaned) > limits.SENTENCE_CHARACTERS:
        raise _too_long(len(cleaned))
    return cleaned


class HasIds(Protocol):
    @property
    def ids(self) -> Sized: ...


def check_tokens(encoding: HasIds) -> None:
    """Raise `LabError` where a sentence has more pieces than an attention map can show."""
    count = len(encoding.ids)
    if count > limits.SENTENCE_TOKENS:
        raise LabError(
            "sentence_too_many_tokens",
            "The sentence becomes {count} tokens; at most {limit} fit, so shorten it.",
            "sentence", count=count, limit=limits.SENTENCE_TOKENS,
        )  # fmt: skip


def _too_long(count: int) -> LabError:
    return LabError(
        "sentence_too_long",
        "The sentence has {count} characters; at most {limit} fit, so shorten it.",
        "sentence", count=count, limit=limits.SENTENCE_CHARACTERS,
    )  # fmt: skip


def _limit_marks(text: str) -> str:
    if not _MARKS_POSSIBLE.search(text):  # a run too long has at least eight characters from U+0300 on
        return text
    kept, run = [], 0
    for character in text:
        for part in unicodedata.normalize("NFD", character):
            run = run + 1 if unicodedata.combining(part) else 0
            if run <= _MARKS_IN_A_ROW:
                kept.append(part)
    return "".join(kept)

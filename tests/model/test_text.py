"""What a visitor types or uploads goes through `clean_text`: whatever it is, what comes out can be used."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import limits
from model.errors import LabError
from model.text import check_tokens, clean_sentence, clean_text
from model.tokenizers import Encoding

ANY_CHARACTER = st.characters(codec=None, exclude_categories=())  # lone surrogates too
MARKS = st.sampled_from("\u0300\u0323\u0344\u0958\u1e69e\u00e9 \u200d\u05b0\u0f73")
ANY_TEXT = st.text(ANY_CHARACTER) | st.text(MARKS, max_size=150)


@given(ANY_TEXT)
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@given(ANY_TEXT)
def test_a_clean_text_can_be_stored_drawn_and_tokenized(text: str) -> None:
    cleaned = clean_text(text)
    assert not {"Cc", "Cs"} & set(map(unicodedata.category, cleaned))
    assert cleaned == " ".join(cleaned.split())
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\u2581" not in cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  the\tcat \r\n\u2028 sleeps\u00a0. ", "the cat sleeps ."),
        ("e\u0301te\u0301", "\u00e9t\u00e9"),
        ("a\x00b\ud800c\ufeffd\u00ade\u200bf", "abcdef"),
        ("\u202eabc\u202c \u2066x\u2069", "abc x"),
        ("\u05d0\u200f \u05d1", "\u05d0\u200f \u05d1"),
        ("\U0001f469\u200d\U0001f52c", "\U0001f469\u200d\U0001f52c"),
        ("\u2581word", "_word"),
        ("<b>$x$</b>", "<b>$x$</b>"),
        (" \x00\u2029 ", ""),
    ],
)
def test_what_each_rule_does(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_a_sea_of_combining_marks_takes_no_time() -> None:
    begin = time.perf_counter()
    cleaned = clean_text("a" + "\u0301\u0323" * 100_000)
    assert time.perf_counter() - begin < 2
    assert len(cleaned) <= 31


def test_sentences_are_refused_with_their_rule() -> None:
    assert clean_sentence(" The cat  sleeps. ") == "The cat sleeps."
    assert len(clean_sentence("a" * limits.SENTENCE_CHARACTERS)) == limits.SENTENCE_CHARACTERS
    for text, code in ((" \x00 ", "sentence_empty"), ("a" * 301, "sentence_too_long"), ("a" * 100_000, "sentence_too_long")):
        with pytest.raises(LabError) as caught:
            clean_sentence(text)
        assert caught.value.code == code and caught.value.field == "sentence"
        assert str(caught.value)


@given(ANY_TEXT)
def test_a_sentence_is_clean_or_a_clear_error(text: str) -> None:
    try:
        assert clean_sentence(text) == clean_text(text)
    except LabError as error:
        assert error.code in {"sentence_empty", "sentence_too_long"}


def test_tokens_are_counted() -> None:
    def encoding(count: int) -> Encoding:
        return Encoding((4,) * count, ("a",) * count, ((0, 1),) * count)

    check_tokens(encoding(limits.SENTENCE_TOKENS))
    with pytest.raises(LabError, match="65 tokens"):
        check_tokens(encoding(limits.SENTENCE_TOKENS + 1))

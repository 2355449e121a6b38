"""From a tree to a pair: both sentences with their words, and everything that is known about them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from model.corpora import Gold, Pair, Referent, Word
from model.corpora import grammar_tokens as slot
from model.corpora.grammar_english import english
from model.corpora.grammar_french import french
from model.corpora.grammar_tokens import Token
from model.corpora.grammar_tree import Pronoun, Sentence, has_referent

_word = lru_cache(maxsize=2**16)(Word)  # of the 400,000 words of 20,000 pairs few differ
_ROLES = {"subject": slot.SUBJECT + slot.NOUN, "object": slot.OBJECT + slot.NOUN, "complement": slot.COMPLEMENT + slot.NOUN}


def build_pair(sentence: Sentence, source_tokens: tuple[Token, ...] | None = None) -> Pair:
    """The pair of a tree with its gold. `source_tokens` saves making the English twice."""
    source_tokens = _written(source_tokens or english(sentence), sentence)
    target_tokens = _written(french(sentence), sentence)
    source, source_words = write(source_tokens)
    target, target_words = write(target_tokens)
    by_source, by_target = _by_key(source_tokens), _by_key(target_tokens)
    gold = Gold(
        source_words,
        target_words,
        _alignment(source_tokens, by_target),
        _subjects(sentence, by_source),
        _subjects(sentence, by_target),
        _referent(sentence, by_source, by_target),
    )
    return Pair(source, target, gold)


def write(tokens: Sequence[Token]) -> tuple[str, tuple[Word, ...]]:
    """The sentence as it is spelt: no space after an apostrophe, nor before the period."""
    text, words = "", []
    for token in tokens:
        if text and not text.endswith("'") and token.text != ".":
            text += " "
        start = len(text)
        text += token.text
        words.append(_word(token.text, start, len(text), token.part_of_speech))
    return text, tuple(words)


def _written(tokens: tuple[Token, ...], sentence: Sentence) -> tuple[Token, ...]:
    if sentence.capital:
        first = tokens[0]
        tokens = (first._replace(text=first.text[0].upper() + first.text[1:]), *tokens[1:])
    return (*tokens, Token(".", "punctuation", (slot.PERIOD,))) if sentence.period else tokens


def _by_key(tokens: Sequence[Token]) -> dict[int, list[int]]:
    """Which words carry a key; the last is the head where there are several."""
    places: dict[int, list[int]] = {}
    for index, token in enumerate(tokens):
        for key in token.keys:
            places.setdefault(key, []).append(index)
    return places


def _alignment(source_tokens: Sequence[Token], by_target: dict[int, list[int]]) -> tuple[tuple[int, int], ...]:
    pairs = {(index, other) for index, token in enumerate(source_tokens) for key in token.keys for other in by_target.get(key, ())}
    return tuple(sorted(pairs))


def _subjects(sentence: Sentence, places: dict[int, list[int]]) -> tuple[tuple[int, int], ...]:
    bases = (0, slot.OTHER)[: len(sentence.clauses())]
    return tuple((places[base + slot.VERB][-1], places[base + slot.SUBJECT + slot.NOUN][-1]) for base in bases)


def _referent(sentence: Sentence, by_source: dict[int, list[int]], by_target: dict[int, list[int]]) -> Referent | None:
    if not has_referent(sentence) or sentence.other is None or not isinstance(sentence.other.subject, Pronoun):
        return None
    noun, rival = _ROLES["subject"], _ROLES["object" if sentence.main.object else "complement"]
    if sentence.other.subject.antecedent == "object":
        noun, rival = rival, noun
    keys = (slot.OTHER + _ROLES["subject"], noun, rival)
    return Referent(*(by_source[key][-1] for key in keys), *(by_target[key][-1] for key in keys))

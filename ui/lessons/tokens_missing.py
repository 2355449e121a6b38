"""Lesson 6, a word the vocabulary lacks: where it is put, and what a model makes of it, in pieces or as one unknown token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from model import limits
from model.config import UNKNOWN
from model.corpora.grammar import recognize
from model.tokenizers import Tokenizer
from ui.stage_data import english_words

if TYPE_CHECKING:
    from model.saved import SavedModel

MADE_UP = "Zorvax"


def replaced(source: str) -> tuple[int, int]:
    """The characters a name may stand for: the sentence's first noun with its article, else the first word of some length."""
    pair = recognize(source)
    words = pair.gold.source_words if pair is not None and pair.gold is not None else ()
    noun = next((place for place, word in enumerate(words) if word.part_of_speech in ("noun", "name")), None)
    if noun is not None and noun < 3:
        return words[0].start, words[noun].end
    spans = english_words(source)
    return next((span for span in spans if span[1] - span[0] > 3), spans[0])


def translation(saved: SavedModel, source: str, unknown: tuple[int, int] | None = None) -> str:
    """What the model writes, greedily; the pieces of the characters `unknown` are one unknown token instead."""
    ids = saved.tokenizer.encode(source).ids if unknown is None else with_unknown(saved.tokenizer, source, unknown)
    return _written(saved, [ids])[0]


def both_translations(saved: SavedModel, source: str, unknown: tuple[int, int]) -> tuple[str, str]:
    """In pieces, and with one unknown token: two rows of one search, which costs little more than one."""
    whole, one_token = _written(saved, [saved.tokenizer.encode(source).ids, with_unknown(saved.tokenizer, source, unknown)])
    return whole, one_token


def _written(saved: SavedModel, sources: Sequence[Sequence[int]]) -> list[str]:
    from model.decoding import longest_translations, outcome
    from model.scorer import pad, scorer_for
    from model.searches import greedy

    longest = [min(most, limits.SENTENCE_TOKENS) for most in longest_translations([len(ids) for ids in sources], saved.config)]
    return [saved.tokenizer.decode(found.tokens) for found in outcome(greedy(scorer_for(saved.searcher, pad(sources)), longest))]


def with_unknown(tokenizer: Tokenizer, source: str, place: tuple[int, int]) -> tuple[int, ...]:
    """The ids of a sentence with one unknown token for all pieces of some characters."""
    encoding = tokenizer.encode(source)
    ids: list[int] = []
    for index, (begin, end) in zip(encoding.ids, encoding.spans, strict=True):
        if not place[0] <= begin <= end <= place[1]:
            ids.append(index)
        elif not ids or ids[-1] != UNKNOWN:
            ids.append(UNKNOWN)
    return tuple(ids)


def measured_missing(saved: SavedModel, sources: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """For the shipped sentences, with the made-up name in place: both translations."""
    found = {}
    for source in sources:
        start, end = replaced(source)
        changed = source[:start] + MADE_UP + source[end:]
        place = (start, start + len(MADE_UP))
        found[changed] = {"bytes": translation(saved, changed), "unknown": translation(saved, changed, place)}
    return found

"""The French pronoun that shows what an English *it* means: which one a translation writes, and which one it might have. Knows no torch."""

from __future__ import annotations

import re

from model.corpora import Gold

OTHER = {"il": "elle", "elle": "il", "ils": "elles", "elles": "ils"}
_WORD = re.compile(r"\w+")


def ordinal_of(gold: Gold) -> int:
    """How many subject pronouns stand before the one that shows the referent."""
    assert gold.referent is not None
    return sum(word.text.lower() in OTHER for word in gold.target_words[: gold.referent.target_pronoun])


def pronoun_written(translation: str, ordinal: int) -> str | None:
    """The subject pronoun of that place in a translation, None where it has none."""
    found = [word for word in _WORD.findall(translation.lower()) if word in OTHER]
    return found[ordinal] if len(found) > ordinal else None


def is_turned(before: str, after: str, ordinal: int) -> bool:
    """Did *il* become *elle*, or *elle* *il*, between two translations of one sentence?"""
    written = pronoun_written(before, ordinal)
    return written is not None and pronoun_written(after, ordinal) == OTHER[written]

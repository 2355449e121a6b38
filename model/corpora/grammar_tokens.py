"""What both languages share: a token with the keys it stands for, and the slots that keys name.

A key is a small integer: the same one on both sides means "this word says that word's thing", and is the gold alignment.
"""

from __future__ import annotations

from typing import NamedTuple

OTHER = 100  # the base of the second clause, to which all of its slots are added
SUBJECT, OBJECT, COMPLEMENT = 0, 20, 40  # the base of a noun phrase, to which its own slots are added
DETERMINER, FIRST_ADJECTIVE, NOUN = 0, 1, 3
VERB, AUXILIARY, NEGATION, DEGREE, PREDICATE, PREPOSITION = 60, 61, 62, 63, 64, 65
CONNECTIVE, SECOND_CONNECTIVE, PERIOD = 90, 91, 92


class Token(NamedTuple):
    """One word before it has a place in a sentence."""

    text: str
    part_of_speech: str
    keys: tuple[int, ...]

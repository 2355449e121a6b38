"""The sentences of the grammar as small trees, what their pronouns stand for, and which combinations are held out.

Which trees are sentences is said in `grammar_rules`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from model.corpora.grammar_lexicon import HELD_OUT, Adjective, Noun, Verb


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """Determiner, up to two adjectives (one that French puts before, one after), noun."""

    noun: Noun
    determiner: str = ""
    plural: bool = False
    adjectives: tuple[Adjective, ...] = ()

    @property
    def gender(self) -> str:
        return self.noun.gender

    @property
    def person(self) -> int:
        return 3


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A subject pronoun; `gender` is its antecedent's ("" for I and we), `antecedent` is "subject", "object" or "" for none."""

    word: str
    gender: str = ""
    antecedent: str = ""

    @property
    def plural(self) -> bool:
        return self.word in ("we", "they")

    @property
    def person(self) -> int:
        return 1 if self.word in ("I", "we") else 3


Subject = NounPhrase | Pronoun


@dataclass(frozen=True, slots=True)
class Clause:
    """Subject, verb, and what the verb takes. A clause of "be" has an adjective and perhaps a degree ("too", "very").

    `preposition` is (English, French) and comes with `complement`.
    """

    subject: Subject
    verb: Verb
    tense: str  # "past", "present", "future"
    negative: bool = False
    object: NounPhrase | None = None
    preposition: tuple[str, str] | None = None
    complement: NounPhrase | None = None
    adjective: Adjective | None = None
    degree: str = ""

    def phrases(self) -> Iterator[NounPhrase]:
        for phrase in (self.subject, self.object, self.complement):
            if isinstance(phrase, NounPhrase):
                yield phrase


@dataclass(frozen=True, slots=True)
class Sentence:
    """One clause, or two joined by "because", "even though", "when" or "that". The last three say how it is written, in both languages."""

    main: Clause
    connective: str = ""
    other: Clause | None = None
    contracted: bool = False  # "didn't" for "did not"
    capital: bool = False
    period: bool = False

    def clauses(self) -> tuple[Clause, ...]:
        return (self.main, self.other) if self.other else (self.main,)


# What a pronoun stands for


def antecedent(sentence: Sentence, pronoun: Pronoun) -> NounPhrase | None:
    """The phrase of the first clause that a pronoun stands for."""
    main = sentence.main
    phrase: Subject | None = {"subject": main.subject, "object": main.object or main.complement}.get(pronoun.antecedent)
    return phrase if isinstance(phrase, NounPhrase) else None


def has_referent(sentence: Sentence) -> bool:
    """Whether a pronoun's gender in French tells which of two nouns it stands for."""
    other, main = sentence.other, sentence.main
    if other is None or not isinstance(other.subject, Pronoun) or antecedent(sentence, other.subject) is None:
        return False
    rival = main.object or main.complement
    if rival is None or rival.noun.is_a("town") or (main.object and main.complement):
        return False
    return {main.subject.gender, rival.gender} == {"m", "f"}


# Held-out combinations


def combinations(sentence: Sentence) -> Iterator[tuple[str, str]]:
    """Every (noun, adjective) and (animal, place) of a sentence, in English."""
    for clause in sentence.clauses():
        for phrase in clause.phrases():
            for adjective in phrase.adjectives:
                yield phrase.noun.english, adjective.english
        described = described_noun(sentence, clause)
        if described and clause.adjective:
            yield described.english, clause.adjective.english
        if isinstance(clause.subject, NounPhrase) and clause.subject.noun.is_a("animal"):
            for place in (clause.object, clause.complement):
                if place and place.noun.is_a("place"):
                    yield clause.subject.noun.english, place.noun.english


def described_noun(sentence: Sentence, clause: Clause) -> Noun | None:
    """The noun that the clause's subject is or stands for."""
    if isinstance(clause.subject, NounPhrase):
        return clause.subject.noun
    phrase = antecedent(sentence, clause.subject)
    return phrase.noun if phrase else None


@cache
def is_held_out(combination: tuple[str, str]) -> bool:
    """One combination in ten is never in training: a fixed choice, the same for every seed."""
    return combination in HELD_OUT or zlib.crc32(" ".join(combination).encode()) % 10 == 0


def has_held_out_combination(sentence: Sentence) -> bool:
    return any(map(is_held_out, combinations(sentence)))

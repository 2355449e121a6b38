"""Random trees of the grammar, every choice from the generator that is handed in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from model.corpora.grammar_lexicon import ADJECTIVES, BE, NOUNS, VERBS, Adjective, Noun, Verb, adjectives_for, invented_name, nouns
from model.corpora.grammar_parse import WORDS
from model.corpora.grammar_rules import POSSESSIVES, is_allowed
from model.corpora.grammar_tree import Clause, NounPhrase, Pronoun, Sentence, Subject

T = TypeVar("T")

FORMAL_SHARE, CONTRACTED_SHARE = 0.2, 0.35
_TENSES = ("past", "past", "past", "past", "present", "present", "present", "future", "future", "future")
_DETERMINERS = ("the",) * 14 + ("a", "a", "a", "this", "my", "his", "her", "our", "their")
_FIRST_ONSETS = ("b", "br", "d", "dr", "f", "g", "gl", "j", "k", "l", "m", "n", "p", "pl", "r", "s", "t", "tr", "v", "z", "zv")
_ONSETS = ("b", "d", "g", "k", "l", "m", "n", "r", "rb", "s", "t", "v", "z")
_NUCLEI, _ENDS = ("a", "e", "i", "o", "u"), ("", "", "n", "r", "l", "s", "x")
_CLAUSE_VERBS = tuple(verb for verb in VERBS if verb.clause)
_PLAIN_VERBS = tuple(verb for verb in VERBS if not verb.clause)
_ANY_VERBS = _PLAIN_VERBS + tuple(verb for verb in VERBS if verb.auxiliary == "être")  # twice, since they have more forms
_TRANSITIVE = tuple(verb for verb in _PLAIN_VERBS if verb.object and not verb.preposition)
_ARRIVING = tuple(verb for verb in VERBS if verb.auxiliary == "être" and not verb.preposition)
_FOR_ANIMALS = tuple(verb for verb in _TRANSITIVE if verb.subject == "being")


def sample_sentence(random_: random.Random, invented: bool = False) -> Sentence:
    """A sentence of the grammar; with `invented` one whose subject is an invented name."""
    build = _about_invented if invented else random_.choices(*_KINDS)[0]
    while True:
        sentence = build(random_)
        if sentence and is_allowed(sentence):
            return _style(random_, sentence)


def _about_invented(random_: random.Random) -> Sentence:
    return Sentence(_clause(random_, _tense(random_), NounPhrase(invented_name(_spelling(random_)))))


def _single(random_: random.Random) -> Sentence:
    return Sentence(_clause(random_, _tense(random_)))


def _tense(random_: random.Random) -> str:
    return pick(random_, _TENSES)


def pick(random_: random.Random, choices: Sequence[T]) -> T:
    return choices[int(random_.random() * len(choices))]


def _style(random_: random.Random, sentence: Sentence) -> Sentence:
    formal = random_.random() < FORMAL_SHARE
    contracted = random_.random() < CONTRACTED_SHARE and any(clause.negative for clause in sentence.clauses())
    return Sentence(sentence.main, sentence.connective, sentence.other, contracted, formal, formal)


# Sentences of two clauses


def _with_pronoun(random_: random.Random) -> Sentence | None:
    """Something done to something, because or although one of the two is as it is: the referent pattern."""
    animals = random_.random() < 0.6
    verb = pick(random_, _FOR_ANIMALS if animals else _TRANSITIVE)
    noun = pick(random_, _nouns("animal") if animals else _nouns("person"))
    rival = pick(random_, _other_gender(verb, noun.gender))
    role = "subject" if random_.random() < 0.5 else "object"
    described, other = (noun, rival) if role == "subject" else (rival, noun)
    adjectives = _telling(described, other)
    if not adjectives:
        return None
    subject, thing = _phrase(random_, noun, plain=0.9), _phrase(random_, rival)
    antecedent = subject if role == "subject" else thing
    tense = _tense(random_)
    main = Clause(subject, verb, tense, random_.random() < 0.5, thing)
    pronoun = Pronoun(pronoun_for(antecedent), antecedent.gender, role)
    connective = "even though" if random_.random() < 0.3 else "because"
    state = _state(random_, pronoun, "past" if tense == "past" else "present", pick(random_, adjectives))
    return Sentence(main, connective, without_excess(state) if connective == "even though" else state)


def without_excess(clause: Clause) -> Clause:
    """ "Even though it was difficult", not "too difficult": that would be a reason."""
    return replace(clause, degree="very") if clause.degree == "too" else clause


@cache
def _other_gender(verb: Verb, gender: str) -> tuple[Noun, ...]:
    """What the verb may be done to, of the gender that shows it is meant; twice where few adjectives are for few nouns."""
    fit = tuple(noun for noun in nouns(*verb.object) if noun.gender != gender and not noun.is_a("name"))
    return fit + tuple(noun for noun in fit if noun.is_a("way") or noun.is_a("costly"))


@cache
def _telling(noun: Noun, rival: Noun) -> tuple[Adjective, ...]:
    """The adjectives that fit the noun and not its rival."""
    return tuple(adjective for adjective in adjectives_for(noun) if adjective.tells(noun, rival))


def pronoun_for(phrase: NounPhrase) -> str:
    if phrase.plural:
        return "they"
    if phrase.noun.is_a("person"):
        return "he" if phrase.gender == "m" else "she"
    return "it"


def _joined(random_: random.Random) -> Sentence:
    tense = _tense(random_)
    main = _clause(random_, tense)
    connective = pick(random_, ("because", "because", "even though", "when", "when"))
    other = _second_clause(random_, main, connective, "past" if tense == "past" else "present")
    return Sentence(main, connective, without_excess(other) if connective == "even though" else other)


def _that(random_: random.Random) -> Sentence:
    tense = _tense(random_)
    main = _clause(random_, tense, _subject(random_, "person"), pick(random_, _CLAUSE_VERBS), False)
    inner = {"past": "past", "present": _tense(random_), "future": "present"}[tense]
    if tense == "past" or random_.random() < 0.3:
        return Sentence(main, "that", _state(random_, _second_subject(random_, main), inner))
    return Sentence(main, "that", _clause(random_, inner))


def _second_clause(random_: random.Random, main: Clause, connective: str, tense: str) -> Clause:
    subject = _second_subject(random_, main)
    if connective == "when":
        if random_.random() < 0.35:
            return _clause(random_, tense, subject, pick(random_, _ARRIVING), False)
        adjective = pick(random_, ADJECTIVES) if isinstance(subject, Pronoun) else None
        return _state(random_, subject, tense, adjective, plain=True)
    if random_.random() < 0.5:
        return _state(random_, subject, tense)
    return _clause(random_, tense, subject)


def _second_subject(random_: random.Random, main: Clause) -> Subject:
    """A pronoun for the first clause's subject, or somebody else."""
    if random_.random() < 0.4:
        if isinstance(main.subject, Pronoun):
            return Pronoun(main.subject.word, main.subject.gender, "subject" if main.subject.gender else "")
        return Pronoun(pronoun_for(main.subject), main.subject.gender, "subject")
    if random_.random() < 0.1:
        return Pronoun("I" if random_.random() < 0.5 else "we")
    return _subject(random_, "being", pronouns=False)


# Clauses


def _clause(
    random_: random.Random, tense: str, subject: Subject | None = None, verb: Verb | None = None, negative: bool | None = None
) -> Clause:
    """A clause with what its verb needs; one in nine has "be" where the verb is free."""
    if negative is None:
        negative = random_.random() < 0.25
    if verb is None:
        if random_.random() < 0.11:
            return _state(random_, subject or _subject(random_), tense)
        verb = pick(random_, _ANY_VERBS)
    subject = subject or _subject(random_, verb.subject)
    thing = _phrase(random_, pick(random_, _taken(verb.object))) if verb.object else None
    if verb.preposition:
        complement = _phrase(random_, pick(random_, _taken(verb.complement)))
        return Clause(subject, verb, tense, negative, thing, verb.preposition, complement)
    if verb.location and random_.random() < (0.25 if thing else 0.55):
        place = pick(random_, _places())
        return Clause(subject, verb, tense, negative, thing, place.location, _phrase(random_, place))
    return Clause(subject, verb, tense, negative, thing)


def _state(random_: random.Random, subject: Subject, tense: str, adjective: Adjective | None = None, plain: bool = False) -> Clause:
    if isinstance(subject, NounPhrase) and random_.random() < 0.4 and not subject.noun.is_a("invented") and not plain:
        adjective = pick(random_, ADJECTIVES)  # adjective first, so that none is rare
        subject = _phrase(random_, pick(random_, _described_by(adjective)), plain=0.9)
    elif adjective is None:
        adjective = pick(random_, adjectives_for(subject.noun) if isinstance(subject, NounPhrase) else ADJECTIVES)
    draw = random_.random()
    degree = "" if plain or not adjective.degree or draw < 0.3 else "too" if draw < 0.75 else "very"
    return Clause(subject, BE, tense, not plain and random_.random() < 0.12, adjective=adjective, degree=degree)


# Phrases


def _subject(random_: random.Random, kind: str = "being", pronouns: bool = True) -> Subject:
    if pronouns and random_.random() < 0.2:
        word, gender = pick(random_, (("he", "m"), ("she", "f"), ("they", "m"), ("I", ""), ("we", "")))
        return Pronoun(word, gender)
    return _phrase(random_, pick(random_, _nouns(kind)))


def _phrase(random_: random.Random, noun: Noun, plain: float = 0.88) -> NounPhrase:
    """A phrase about that noun, without adjectives with the probability `plain`."""
    if noun.is_a("name") or noun.is_a("subject"):
        return NounPhrase(noun)
    adjectives = () if random_.random() < plain else _some_adjectives(random_, noun)
    plural = noun.english_plural is not None and random_.random() < 0.22
    if plural and random_.random() < 0.15:
        return NounPhrase(noun, "some", plural, adjectives)
    determiner = pick(random_, _DETERMINERS)
    if (determiner == "a" and plural) or (determiner in POSSESSIVES and noun.is_a("unowned")):
        determiner = "the"
    return NounPhrase(noun, determiner, plural, adjectives)


def _some_adjectives(random_: random.Random, noun: Noun) -> tuple[Adjective, ...]:
    if random_.random() < 0.15:
        return (pick(random_, adjectives_for(noun)), pick(random_, adjectives_for(noun)))
    return (pick(random_, adjectives_for(noun)),)


def _spelling(random_: random.Random) -> str:
    """A name nobody in the lexicon bears, pronounceable in both languages."""
    while True:
        onsets = [pick(random_, _FIRST_ONSETS)] + [pick(random_, _ONSETS) for _ in range(1 if random_.random() < 0.6 else 2)]
        name = "".join(onset + pick(random_, _NUCLEI) for onset in onsets) + pick(random_, _ENDS)
        if not {name, name.capitalize()} & WORDS:
            return name.capitalize()


@cache
def _nouns(*kinds: str) -> tuple[Noun, ...]:
    return nouns(*kinds)


@cache
def _taken(kinds: frozenset[str]) -> tuple[Noun, ...]:
    return nouns(*kinds)


@cache
def _described_by(adjective: Adjective) -> tuple[Noun, ...]:
    return tuple(noun for noun in NOUNS if adjective.fits(noun) and not noun.is_a("name"))


@cache
def _places() -> tuple[Noun, ...]:
    return tuple(noun for noun in NOUNS if noun.location)


_KINDS = ((_single, _with_pronoun, _joined, _that), (24, 48, 14, 14))

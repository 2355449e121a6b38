"""The simple sentences of the grammar: a small language that is learnt before somebody's eyes, in ten seconds.

Every one is a sentence of the whole grammar, in a third of its words (`assets/lexicon/simple.json`). What is met seldom is learnt
last, so it is left out: plurals, first persons, a second clause with an object, two things described, a place described where
something happens in it, "a" after "not", capitals and periods. So is what shows in French alone: the gender of a name where neither
"he" nor "she" tells it.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

from model.corpora.grammar_lexicon import ADJECTIVES, BE, NOUNS, SIMPLE, VERBS, Adjective, Noun, Verb
from model.corpora.grammar_rules import POSSESSIVES, is_allowed, shows_gender
from model.corpora.grammar_sample import CONTRACTED_SHARE, pick, pronoun_for, without_excess
from model.corpora.grammar_tree import Clause, NounPhrase, Pronoun, Sentence, Subject

_TENSES = ("past", "present", "future")
_DETERMINERS = ("the",) * 7 + ("a", "this", "my", "his", "her")
_DESCRIBED_SHARE = 0.3  # of phrases
_NOUNS = tuple(noun for noun in NOUNS if noun.english in SIMPLE)
_ADJECTIVES = tuple(adjective for adjective in ADJECTIVES if adjective.english in SIMPLE)
_VERBS = tuple(verb for verb in VERBS if verb.english in SIMPLE and not verb.clause)
_INTRANSITIVE = tuple(verb for verb in _VERBS if not verb.object)
_CLAUSE_VERBS = tuple(verb for verb in VERBS if verb.english in SIMPLE and verb.clause)


def sample_simple(random_: random.Random) -> Sentence:
    build = random_.choices(*_KINDS)[0]
    while True:
        sentence = build(random_)
        if sentence and is_allowed(sentence) and _is_simple(sentence):
            contracted = random_.random() < CONTRACTED_SHARE and any(clause.negative for clause in sentence.clauses())
            return replace(sentence, contracted=contracted)


def _is_simple(sentence: Sentence) -> bool:
    attributes = sum(len(phrase.adjectives) for clause in sentence.clauses() for phrase in clause.phrases())
    return attributes < 2 and all(map(_is_simple_clause, sentence.clauses()))


def _is_simple_clause(clause: Clause) -> bool:
    subject, phrases = clause.subject, list(clause.phrases())
    if isinstance(subject, NounPhrase) and subject.noun.is_a("name") and shows_gender(clause):
        return False
    if clause.adjective and any(phrase.adjectives for phrase in phrases):
        return False
    if clause.complement and clause.complement.adjectives:
        return False
    return not (clause.negative and any(phrase.determiner == "a" for phrase in phrases))


# Sentences


def _single(random_: random.Random) -> Sentence:
    return Sentence(_clause(random_, pick(random_, _TENSES)))


def _with_pronoun(random_: random.Random) -> Sentence | None:
    """Something done to something, because or although one of the two is as it is: the referent pattern."""
    kind = "animal" if random_.random() < 0.6 else "person"
    noun, verb = pick(random_, _nouns(kind)), pick(random_, _transitive(kind))
    thing = pick(random_, _of_gender(verb, "f" if noun.gender == "m" else "m"))
    role = "subject" if random_.random() < 0.5 else "object"
    described, rival = (noun, thing) if role == "subject" else (thing, noun)
    adjectives = [adjective for adjective in _adjectives(described) if adjective.tells(described, rival)]
    if not adjectives:
        return None
    tense = pick(random_, _TENSES)
    main = Clause(_phrase(random_, noun), verb, tense, random_.random() < 0.5, _phrase(random_, thing))
    pronoun = Pronoun(pronoun_for(NounPhrase(described)), described.gender, role)
    state = _state(random_, pronoun, "past" if tense == "past" else "present", pick(random_, adjectives))
    return Sentence(main, "because", state) if random_.random() < 0.7 else Sentence(main, "even though", without_excess(state))


def _that(random_: random.Random) -> Sentence:
    """Who thinks or knows that something is so, or that somebody sleeps."""
    tense = pick(random_, _TENSES)
    main = Clause(_subject(random_, "person"), pick(random_, _CLAUSE_VERBS), tense)
    inner = pick(random_, _TENSES) if tense == "present" else "past" if tense == "past" else "present"
    return Sentence(main, "that", _clause(random_, inner, _INTRANSITIVE, being=1.0 if tense == "past" else 0.5))


# Clauses and phrases


def _clause(random_: random.Random, tense: str, verbs: tuple[Verb, ...] = _VERBS, being: float = 0.2) -> Clause:
    """Somebody does something, or with the probability `being` something is somehow."""
    if random_.random() < being:
        adjective = pick(random_, _ADJECTIVES)
        return _state(random_, _phrase(random_, pick(random_, _described_by(adjective))), tense, adjective)
    verb = pick(random_, verbs)
    clause = Clause(_subject(random_, verb.subject), verb, tense, random_.random() < 0.3)
    if verb.object:
        return replace(clause, object=_phrase(random_, pick(random_, _nouns(*verb.object))))
    if verb.location and random_.random() < 0.7:
        place = pick(random_, _places())
        return replace(clause, preposition=place.location, complement=_phrase(random_, place))
    return clause


def _state(random_: random.Random, subject: Subject, tense: str, adjective: Adjective) -> Clause:
    degree = pick(random_, ("", "", "", "too", "too", "too", "too", "very", "very", "very")) if adjective.degree else ""
    return Clause(subject, BE, tense, random_.random() < 0.12, adjective=adjective, degree=degree)


def _subject(random_: random.Random, kind: str) -> Subject:
    draw = random_.random()
    if draw < 0.15:
        return Pronoun("he", "m") if draw < 0.075 else Pronoun("she", "f")
    return _phrase(random_, pick(random_, _nouns(kind)))


def _phrase(random_: random.Random, noun: Noun) -> NounPhrase:
    if noun.is_a("name") or noun.is_a("subject"):
        return NounPhrase(noun)
    adjectives = (pick(random_, _adjectives(noun)),) if random_.random() < _DESCRIBED_SHARE else ()
    determiner = pick(random_, _DETERMINERS)
    return NounPhrase(noun, "the" if determiner in POSSESSIVES and noun.is_a("unowned") else determiner, False, adjectives)


@cache
def _nouns(*kinds: str) -> tuple[Noun, ...]:
    return tuple(noun for noun in _NOUNS if not noun.kinds.isdisjoint(kinds))


@cache
def _places() -> tuple[Noun, ...]:
    return tuple(noun for noun in _NOUNS if noun.location)


@cache
def _transitive(kind: str) -> tuple[Verb, ...]:
    """What such a subject does to something."""
    return tuple(verb for verb in _VERBS if verb.object and verb.subject in (kind, "being"))


@cache
def _of_gender(verb: Verb, gender: str) -> tuple[Noun, ...]:
    """What the verb may be done to."""
    return tuple(noun for noun in _nouns(*verb.object) if noun.gender == gender and not noun.is_a("name"))


@cache
def _adjectives(noun: Noun) -> tuple[Adjective, ...]:
    return tuple(adjective for adjective in _ADJECTIVES if adjective.fits(noun))


@cache
def _described_by(adjective: Adjective) -> tuple[Noun, ...]:
    return tuple(noun for noun in _NOUNS if adjective.fits(noun))


_KINDS = ((_single, _with_pronoun, _that), (30, 50, 20))

"""From an English sentence back to its tree.

The parser is lenient and short: it proposes trees, and a tree is taken only if it is allowed and is written in just those words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from model.corpora.grammar_english import CONTRACTIONS, english
from model.corpora.grammar_lexicon import ADJECTIVES, BE, GLOSSES, NOUNS, VERBS, Adjective, Noun, Verb, invented_name, is_spelt_like_a_name
from model.corpora.grammar_rules import LONGEST, POSSESSIVES, SHORTEST, antecedents, is_allowed
from model.corpora.grammar_tree import Clause, NounPhrase, Pronoun, Sentence, Subject

_CONNECTIVES = {"because": ("because",), "even though": ("even", "though"), "when": ("when",), "that": ("that",)}
_PRONOUNS = {"I": "", "we": "", "he": "m", "she": "f", "they": "m", "it": ""}
_DETERMINERS = {word: word for word in ("the", "a", "some", "this", *POSSESSIVES)} | {"an": "a", "these": "this"}
_BE_TENSES = {"was": "past", "were": "past", "is": "present", "are": "present"}
_AUXILIARY_TENSES = {"did": "past", "does": "present", "do": "present", "will": "future"}
_UNCONTRACTED = {contraction: full for full, contraction in CONTRACTIONS.items()}
_PREPOSITIONS = ("to", "from", "about", "in", "on")

NOUN_FORMS: dict[str, tuple[Noun, bool]] = {noun.english: (noun, False) for noun in NOUNS} | {
    noun.english_plural: (noun, True) for noun in NOUNS if noun.english_plural
}
ADJECTIVE_FORMS: dict[str, Adjective] = {adjective.english: adjective for adjective in ADJECTIVES}
_BASE_FORMS = {verb.english for verb in VERBS}
FINITE_FORMS: dict[str, list[tuple[Verb, str]]] = {}
for _verb in VERBS:
    for _form, _tense in dict.fromkeys(((_verb.past, "past"), (_verb.third, "present"), (_verb.english, "present"))):
        FINITE_FORMS.setdefault(_form, []).append((_verb, _tense))
WORDS = frozenset(NOUN_FORMS) | frozenset(ADJECTIVE_FORMS) | frozenset(FINITE_FORMS) | frozenset(GLOSSES)

Words = tuple[str, ...]


def parse(text: str) -> Sentence | None:
    """The tree of an English sentence, or None where the grammar has none. White space, a capital and a final period are free."""
    words, capital, period = split(text)
    if not SHORTEST <= len(words) <= LONGEST:
        return None
    sentence = parse_words(words)
    return replace(sentence, capital=capital, period=period) if sentence else None


def split(text: str) -> tuple[Words, bool, bool]:
    """(words as they are spelt within a sentence, whether it begins with a capital, whether it ends with a period)."""
    text = " ".join(text.split())
    period = text.endswith(".")
    words = text.removesuffix(".").split(" ")
    first = words[0]
    lowered = first[:1].lower() + first[1:]
    if first == lowered:
        return tuple(words), False, period
    if first not in WORDS and lowered in WORDS:
        return (lowered, *words[1:]), True, period
    return tuple(words), period, period  # a name or "I" has its capital anyway: the period tells the style


def parse_words(words: Words) -> Sentence | None:
    """The tree of these words (no capital, no period), or None."""
    contracted = any(word in _UNCONTRACTED for word in words)
    for sentence in _candidates(words, contracted):
        if is_allowed(sentence) and tuple([token.text for token in english(sentence)]) == words:
            return sentence
    return None


def _candidates(words: Words, contracted: bool) -> Iterator[Sentence]:
    for connective, spelt in _CONNECTIVES.items():
        if spelt[0] in words:
            at = words.index(spelt[0])
            if words[at : at + len(spelt)] == spelt:
                yield from _joined(connective, words[:at], words[at + len(spelt) :], contracted)
            return
    for main in _clauses(words):
        yield Sentence(main, contracted=contracted)


def _joined(connective: str, first: Words, second: Words, contracted: bool) -> Iterator[Sentence]:
    for main in _clauses(first):
        for other in _clauses(second):
            for subject in _second_subjects(main, connective, other):
                yield Sentence(main, connective, other if subject is other.subject else replace(other, subject=subject), contracted)


def _second_subjects(main: Clause, connective: str, other: Clause) -> list[Subject]:
    """The second clause's subject; a pronoun with each antecedent it may have."""
    if isinstance(other.subject, NounPhrase) or other.subject.person == 1:
        return [other.subject]
    word = other.subject.word
    return [Pronoun(word, gender, role) for role, gender in antecedents(main, connective, word, other.adjective)]


# Clauses


@lru_cache(maxsize=4096)
def _clauses(words: Words) -> tuple[Clause, ...]:
    """Every clause these words might be."""
    subject, at = _subject(words)
    if subject is None or at >= len(words):
        return ()
    return tuple(clause for group in _verb_groups(words[at:]) for clause in _completed(Clause(subject, *group[:3]), group[3]))


def _subject(words: Words) -> tuple[Subject | None, int]:
    if words and words[0] in _PRONOUNS:
        return Pronoun(words[0], _PRONOUNS[words[0]]), 1
    return _noun_phrase(words, 0)


def _verb_groups(words: Words) -> list[tuple[Verb, str, bool, Words]]:
    """(verb, tense, negative, the words after it) for every reading of the words from the verb on."""
    first = _UNCONTRACTED.get(words[0], words[0])
    rest = words[1:]
    negative = first != words[0] or rest[:1] == ("not",)
    after = rest[1:] if rest[:1] == ("not",) else rest
    if first in _BE_TENSES:
        return [(BE, _BE_TENSES[first], negative, after)]
    if first in _AUXILIARY_TENSES:
        if after[:1] == ("be",):
            return [(BE, _AUXILIARY_TENSES[first], negative, after[1:])]
        if not after or after[0] not in _BASE_FORMS:
            return []
        verbs = [verb for verb in VERBS if verb.english == after[0]]
        return [(verb, _AUXILIARY_TENSES[first], negative, after[1:]) for verb in verbs]
    return [(verb, tense, False, rest) for verb, tense in FINITE_FORMS.get(first, ())]


def _completed(clause: Clause, rest: Words) -> Iterator[Clause]:
    """The clause with what its verb takes, in every way the rest may be read."""
    if clause.verb is BE:
        degree = rest[0] if rest[:1] in (("too",), ("very",)) else ""
        rest = rest[1:] if degree else rest
        if len(rest) == 1 and rest[0] in ADJECTIVE_FORMS:
            yield replace(clause, adjective=ADJECTIVE_FORMS[rest[0]], degree=degree)
        return
    thing, at = _noun_phrase(rest, 0) if clause.verb.object else (None, 0)
    if clause.verb.object and thing is None:
        return
    if at == len(rest):
        yield replace(clause, object=thing)
    elif rest[at] in _PREPOSITIONS:
        complement, end = _noun_phrase(rest, at + 1)
        if complement and end == len(rest):
            for preposition in (clause.verb.preposition, complement.noun.location):
                if preposition and preposition[0] == rest[at]:
                    yield replace(clause, object=thing, preposition=preposition, complement=complement)


# Phrases


def _noun_phrase(words: Words, at: int) -> tuple[NounPhrase | None, int]:
    """The noun phrase that begins there and where it ends; (None, at) where there is none."""
    determiner = _DETERMINERS.get(words[at], "") if at < len(words) else ""
    phrase, end = _nominal(words, at + bool(determiner), determiner)
    return (phrase, end) if phrase else (None, at)


def _nominal(words: Words, at: int, determiner: str) -> tuple[NounPhrase | None, int]:
    adjectives = []
    while at < len(words) and words[at] in ADJECTIVE_FORMS:
        adjectives.append(ADJECTIVE_FORMS[words[at]])
        at += 1
    if at == len(words):
        return None, at
    found = NOUN_FORMS.get(words[at])
    if found:
        return NounPhrase(found[0], determiner, found[1], tuple(adjectives)), at + 1
    if not determiner and not adjectives and words[at].lower() not in WORDS and is_spelt_like_a_name(words[at]):
        return NounPhrase(invented_name(words[at])), at + 1
    return None, at

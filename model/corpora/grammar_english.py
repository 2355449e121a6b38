"""A tree of the grammar in English."""

from __future__ import annotations

from functools import lru_cache

from model.corpora import grammar_tokens as slot
from model.corpora.grammar_lexicon import BE
from model.corpora.grammar_tokens import Token
from model.corpora.grammar_tree import Clause, NounPhrase, Sentence, Subject

CONTRACTIONS = {
    "did": "didn't", "does": "doesn't", "do": "don't", "will": "won't",
    "was": "wasn't", "were": "weren't", "is": "isn't", "are": "aren't",
}  # fmt: skip
EXPANDED = {contraction: f"{full} not" for full, contraction in CONTRACTIONS.items()}


def english(sentence: Sentence) -> tuple[Token, ...]:
    """The English words of a sentence, in order; the capital and the period are put on later."""
    tokens = _clause(sentence.main, sentence.contracted, 0)
    if sentence.other:
        tokens += _connective(sentence.connective) + _clause(sentence.other, sentence.contracted, slot.OTHER)
    return tokens


def _connective(connective: str) -> tuple[Token, ...]:
    first, *rest = connective.split()
    if rest:
        return (Token(first, "conjunction", (slot.CONNECTIVE,)), Token(rest[0], "conjunction", (slot.SECOND_CONNECTIVE,)))
    return (Token(first, "conjunction", (slot.CONNECTIVE, slot.SECOND_CONNECTIVE)),)


def _clause(clause: Clause, contracted: bool, base: int) -> tuple[Token, ...]:
    tokens = _subject(clause.subject, base) + _verb_group(clause, contracted, base)
    if clause.degree:
        tokens += (Token(clause.degree, "adverb", (base + slot.DEGREE,)),)
    if clause.adjective:
        tokens += (Token(clause.adjective.english, "adjective", (base + slot.PREDICATE,)),)
    if clause.object:
        tokens += _noun_phrase(clause.object, base + slot.OBJECT)
    if clause.preposition and clause.complement:
        preposition = Token(clause.preposition[0], "preposition", (base + slot.PREPOSITION,))
        tokens += (preposition, *_noun_phrase(clause.complement, base + slot.COMPLEMENT))
    return tokens


def _subject(subject: Subject, base: int) -> tuple[Token, ...]:
    if isinstance(subject, NounPhrase):
        return _noun_phrase(subject, base + slot.SUBJECT)
    return (Token(subject.word, "pronoun", (base + slot.SUBJECT + slot.NOUN,)),)


@lru_cache(maxsize=2**14)
def _noun_phrase(phrase: NounPhrase, base: int) -> tuple[Token, ...]:
    noun = phrase.noun
    name = (noun.english_plural or "") if phrase.plural else noun.english
    first = base + slot.FIRST_ADJECTIVE
    tokens = [Token(adjective.english, "adjective", (first + place,)) for place, adjective in enumerate(phrase.adjectives)]
    tokens.append(Token(name, "name" if noun.is_a("name") else "noun", (base + slot.NOUN,)))
    if phrase.determiner:
        tokens.insert(0, Token(_determiner(phrase, tokens[0].text), "determiner", (base + slot.DETERMINER,)))
    return tuple(tokens)


def _determiner(phrase: NounPhrase, following: str) -> str:
    if phrase.determiner == "a":
        return "an" if following[0] in "aeiou" else "a"
    return "these" if phrase.determiner == "this" and phrase.plural else phrase.determiner


def _verb_group(clause: Clause, contracted: bool, base: int) -> tuple[Token, ...]:
    """The verb with its auxiliary and its "not"; where one word says both, it carries both keys."""
    first, rest = _verb_words(clause)
    verb, auxiliary, negation = base + slot.VERB, base + slot.AUXILIARY, base + slot.NEGATION
    part_of_speech, keys = ("auxiliary", (auxiliary,)) if rest else ("verb", (verb, auxiliary))
    tokens = [Token(first, part_of_speech, keys)]
    if clause.negative and contracted:
        tokens = [Token(CONTRACTIONS[first], part_of_speech, (*keys, negation))]
    elif clause.negative:
        tokens.append(Token("not", "particle", (negation,)))
    if rest:
        tokens.append(Token(rest, "verb", (verb,)))
    return tuple(tokens)


def _verb_words(clause: Clause) -> tuple[str, str]:
    """(auxiliary, verb), or (verb, "") where the verb stands alone."""
    verb, plural = clause.verb, clause.subject.plural
    first_person_singular = clause.subject.person == 1 and not plural
    if clause.tense == "future":
        return "will", verb.english
    if verb is BE:
        if clause.tense == "past":
            return ("were" if plural else "was"), ""
        return ("are" if plural else "is"), ""
    if clause.negative:
        return ("did" if clause.tense == "past" else "do" if plural or first_person_singular else "does"), verb.english
    if clause.tense == "past":
        return verb.past, ""
    return (verb.english if plural or first_person_singular else verb.third), ""

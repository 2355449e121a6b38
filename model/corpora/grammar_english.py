"""A tree of the grammar in English."""

from __future__ import annotations

from functools import lru_cache

from model.corpora import grammar_tokens as slot
from model.corpora.grammar_lexicon import BE
from model.corpora.grammar_tokens import Token, shift
from model.corpora.grammar_tree import Clause, NounPhrase, Sentence, Subject

CONTRACTIONS = {
    "did": "didn't", "does": "doesn't", "do": "don't", "will": "won't",
    "was": "wasn't", "were": "weren't", "is": "isn't", "are": "aren't",
}  # fmt: skip
EXPANDED = {contraction: f"{full} not" for full, contraction in CONTRACTIONS.items()}


def english(sentence: Sentence) -> tuple[Token, ...]:
    """The English words of a sentence, in order; the capital and the period are put on later."""
    tokens = _clause(sentence.main, sentence.contracted)
    if sentence.other:
        other = _clause(sentence.other, sentence.contracted)
        tokens += _connective(sentence.connective) + shift(other, slot.OTHER)
    return tokens


def _connective(connective: str) -> tuple[Token, ...]:
    first, *rest = connective.split()
    if rest:
        return (Token(first, "conjunction", (slot.CONNECTIVE,)), Token(rest[0], "conjunction", (slot.SECOND_CONNECTIVE,)))
    return (Token(first, "conjunction", (slot.CONNECTIVE, slot.SECOND_CONNECTIVE)),)


def _clause(clause: Clause, contracted: bool) -> tuple[Token, ...]:
    tokens = _subject(clause.subject) + _verb_group(clause, contracted)
    if clause.degree:
        tokens += (Token(clause.degree, "adverb", (slot.DEGREE,)),)
    if clause.adjective:
        tokens += (Token(clause.adjective.english, "adjective", (slot.PREDICATE,)),)
    if clause.object:
        tokens += shift(_noun_phrase(clause.object), slot.OBJECT)
    if clause.preposition and clause.complement:
        tokens += (Token(clause.preposition[0], "preposition", (slot.PREPOSITION,)),) + shift(_noun_phrase(clause.complement), slot.COMPLEMENT)
    return tokens


def _subject(subject: Subject) -> tuple[Token, ...]:
    if isinstance(subject, NounPhrase):
        return _noun_phrase(subject)
    return (Token(subject.word, "pronoun", (slot.NOUN,)),)


@lru_cache(maxsize=8192)
def _noun_phrase(phrase: NounPhrase) -> tuple[Token, ...]:
    noun = phrase.noun
    name = (noun.english_plural or "") if phrase.plural else noun.english
    tokens = [Token(adjective.english, "adjective", (slot.FIRST_ADJECTIVE + place,)) for place, adjective in enumerate(phrase.adjectives)]
    tokens.append(Token(name, "name" if noun.is_a("name") else "noun", (slot.NOUN,)))
    if phrase.owner:
        return shift(_noun_phrase(phrase.owner), slot.OWNER) + (Token("'s", "particle", (slot.POSSESSIVE,)),) + tuple(tokens)
    if phrase.determiner:
        tokens.insert(0, Token(_determiner(phrase, tokens[0].text), "determiner", (slot.DETERMINER,)))
    return tuple(tokens)


def _determiner(phrase: NounPhrase, following: str) -> str:
    if phrase.determiner == "a":
        return "an" if following[0] in "aeiou" else "a"
    return "these" if phrase.determiner == "this" and phrase.plural else phrase.determiner


def _verb_group(clause: Clause, contracted: bool) -> tuple[Token, ...]:
    """The verb with its auxiliary and its "not"; where one word says both, it carries both keys."""
    first, rest = _verb_words(clause)
    tokens = [Token(first, "auxiliary" if rest else "verb", (slot.AUXILIARY,) if rest else (slot.VERB, slot.AUXILIARY))]
    if clause.negative and contracted:
        tokens = [Token(CONTRACTIONS[first], tokens[0].part_of_speech, (*tokens[0].keys, slot.NEGATION))]
    elif clause.negative:
        tokens.append(Token("not", "particle", (slot.NEGATION,)))
    if rest:
        tokens.append(Token(rest, "verb", (slot.VERB,)))
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

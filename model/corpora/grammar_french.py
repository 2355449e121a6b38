"""A tree of the grammar in French: agreement, elision, contraction, negation, the tense after "quand"."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from model.corpora import grammar_tokens as slot
from model.corpora.grammar_lexicon import BE, elides
from model.corpora.grammar_tokens import Token, shift
from model.corpora.grammar_tree import Clause, NounPhrase, Pronoun, Sentence, Subject

_DETERMINERS = {  # masculine, feminine, plural; before a vowel where that differs
    "the": ("le", "la", "les", "l'", "l'"),
    "a": ("un", "une", "des", "un", "une"),
    "some": ("un", "une", "des", "un", "une"),
    "this": ("ce", "cette", "ces", "cet", "cette"),
    "my": ("mon", "ma", "mes", "mon", "mon"),
    "his": ("son", "sa", "ses", "son", "son"),
    "her": ("son", "sa", "ses", "son", "son"),
    "our": ("notre", "notre", "nos", "notre", "notre"),
    "their": ("leur", "leur", "leurs", "leur", "leur"),
}
_CONTRACTED = {("à", "le"): "au", ("à", "les"): "aux", ("de", "le"): "du", ("de", "les"): "des"}
_AVOIR = {(1, False): "ai", (1, True): "avons", (3, False): "a", (3, True): "ont"}
_ETRE = {(3, False): "est", (3, True): "sont"}
_FIRST_PERSON = {False: "étais", True: "étions"}


def french(sentence: Sentence) -> tuple[Token, ...]:
    """The French words of a sentence, in order; the capital and the period are put on later."""
    tokens = _clause(sentence.main)
    if sentence.other:
        other = sentence.other
        if sentence.connective == "when" and sentence.main.tense == "future":
            other = replace(other, tense="future")  # English "when he is", French "quand il sera"
        following = shift(_clause(other), slot.OTHER)
        tokens += _connective(sentence.connective, following[0].text) + following
    return tokens


def _connective(connective: str, following: str) -> tuple[Token, ...]:
    both, first, second = (slot.CONNECTIVE, slot.SECOND_CONNECTIVE), (slot.CONNECTIVE,), (slot.SECOND_CONNECTIVE,)
    if connective == "when":
        return (Token("quand", "conjunction", both),)
    if connective == "even though":
        return (Token("même", "adverb", first), Token("s'" if following in ("il", "ils") else "si", "conjunction", second))
    que = Token("qu'" if elides(following) else "que", "conjunction", second)
    return (Token("parce", "conjunction", first), que) if connective == "because" else (que,)


def _clause(clause: Clause) -> tuple[Token, ...]:
    tokens = _verb_group(clause)
    if clause.degree:
        tokens += (Token("trop" if clause.degree == "too" else "très", "adverb", (slot.DEGREE,)),)
    if clause.adjective:
        tokens += (Token(clause.adjective.french(clause.subject.gender, clause.subject.plural), "adjective", (slot.PREDICATE,)),)
    if clause.object:
        negated = clause.negative and clause.object.determiner == "a"
        tokens += shift(_noun_phrase(clause.object, "", negated), slot.OBJECT)
    if clause.preposition and clause.complement:
        tokens += _prepositional(clause.preposition[1], clause.complement)
    return _subject(clause.subject, tokens[0].text) + tokens


def _subject(subject: Subject, following: str) -> tuple[Token, ...]:
    if isinstance(subject, NounPhrase):
        return _noun_phrase(subject)
    if subject.word == "I":
        return (Token("j'" if elides(following) else "je", "pronoun", (slot.NOUN,)),)
    return (Token(_pronoun(subject), "pronoun", (slot.NOUN,)),)


def _pronoun(pronoun: Pronoun) -> str:
    if pronoun.word == "we":
        return "nous"
    singular = "elle" if pronoun.gender == "f" else "il"
    return singular + "s" if pronoun.plural else singular


# Noun phrases


def _prepositional(preposition: str, phrase: NounPhrase) -> tuple[Token, ...]:
    """The preposition and its phrase, of which "au", "aux", "du", "des" swallow the article."""
    tokens = shift(_noun_phrase(phrase), slot.COMPLEMENT)
    return _contract(preposition, slot.PREPOSITION, tokens)


def _contract(preposition: str, key: int, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    article = tokens[0]
    contracted = _CONTRACTED.get((preposition, article.text))
    if contracted:
        return (Token(contracted, "preposition", (key, *article.keys)), *tokens[1:])
    elided = "d'" if preposition == "de" and elides(article.text) else preposition
    return (Token(elided, "preposition", (key,)), *tokens)


@lru_cache(maxsize=8192)
def _noun_phrase(phrase: NounPhrase, preposition: str = "", negated: bool = False) -> tuple[Token, ...]:
    """Determiner, adjectives before, noun, adjectives after, owner. `negated`: an indefinite object becomes "de"."""
    body = _body(phrase)
    noun = phrase.noun
    if noun.is_a("name"):
        return body
    if noun.is_a("subject"):
        return (_article("the", phrase, body[0].text, slot.NOUN), *body)
    if phrase.owner:
        owner = _contract("de", slot.POSSESSIVE, shift(_noun_phrase(phrase.owner), slot.OWNER))
        return (_article("the", phrase, body[0].text, slot.POSSESSIVE), *body, *owner)
    if negated or (phrase.determiner == "some" and body[0].part_of_speech == "adjective"):
        return (Token("d'" if elides(body[0].text) else "de", "determiner", (slot.DETERMINER,)), *body)
    return (_article(phrase.determiner, phrase, body[0].text, slot.DETERMINER), *body)


def _body(phrase: NounPhrase) -> tuple[Token, ...]:
    noun = phrase.noun
    name = (noun.french_plural or "") if phrase.plural else noun.french
    before, after = [], []
    for place, adjective in enumerate(phrase.adjectives):
        form = adjective.french(noun.gender, phrase.plural)
        if adjective.before_vowel and noun.gender == "m" and not phrase.plural and elides(name):
            form = adjective.before_vowel
        side = before if adjective.position == "before" else after
        side.append(Token(form, "adjective", (slot.FIRST_ADJECTIVE + place,)))
    return (*before, Token(name, "name" if noun.is_a("name") else "noun", (slot.NOUN,)), *after)


def _article(determiner: str, phrase: NounPhrase, following: str, key: int) -> Token:
    masculine, feminine, plural, *before_vowel = _DETERMINERS[determiner]
    if phrase.plural:
        return Token(plural, "determiner", (key,))
    forms = before_vowel if elides(following) else (masculine, feminine)
    return Token(forms[phrase.gender == "f"], "determiner", (key,))


# Verbs


def _verb_group(clause: Clause) -> tuple[Token, ...]:
    """The finite verb between "ne" and "pas", then the participle where there is one."""
    finite, participle = _verb_words(clause)
    tokens = [Token(finite, "auxiliary" if participle else "verb", (slot.AUXILIARY,) if participle else (slot.VERB, slot.AUXILIARY))]
    if clause.negative:
        tokens.insert(0, Token("n'" if elides(finite) else "ne", "particle", (slot.NEGATION,)))
        tokens.append(Token("pas", "particle", (slot.NEGATION,)))
    if participle:
        tokens.append(Token(participle, "verb", (slot.VERB,)))
    return tuple(tokens)


def _verb_words(clause: Clause) -> tuple[str, str]:
    """(auxiliary, participle), or (verb, "") in the simple tenses."""
    verb, subject = clause.verb, clause.subject
    if clause.tense != "past":
        return (verb.present if clause.tense == "present" else verb.future)[subject.plural], ""
    if verb is BE and subject.person == 1:
        return _FIRST_PERSON[subject.plural], ""
    if verb.imperfect:
        return verb.imperfect[subject.plural], ""
    participle = verb.participle or ""
    if verb.auxiliary == "être":
        return _ETRE[3, subject.plural], participle + ("e" if subject.gender == "f" else "") + ("s" if subject.plural else "")
    return _AVOIR[subject.person, subject.plural], participle

"""A tree of the grammar in French: agreement, elision, contraction, negation, the tense after "quand"."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from model.corpora import grammar_tokens as slot
from model.corpora.grammar_lexicon import BE, elides
from model.corpora.grammar_tokens import Token
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
    tokens = _clause(sentence.main, 0)
    if sentence.other:
        other = sentence.other
        if sentence.connective == "when" and sentence.main.tense == "future":
            other = replace(other, tense="future")  # English "when he is", French "quand il sera"
        following = _clause(other, slot.OTHER)
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


def _clause(clause: Clause, base: int) -> tuple[Token, ...]:
    subject, tokens = clause.subject, _verb_group(clause, base)
    if clause.degree:
        tokens += (Token("trop" if clause.degree == "too" else "très", "adverb", (base + slot.DEGREE,)),)
    if clause.adjective:
        tokens += (Token(clause.adjective.french(subject.gender, subject.plural), "adjective", (base + slot.PREDICATE,)),)
    if clause.object:
        negated = clause.negative and clause.object.determiner == "a"
        tokens += _noun_phrase(clause.object, base + slot.OBJECT, negated)
    if clause.preposition and clause.complement:
        complement = _noun_phrase(clause.complement, base + slot.COMPLEMENT)
        tokens += _with_preposition(clause.preposition[1], base + slot.PREPOSITION, complement)
    return _subject(subject, tokens[0].text, base) + tokens


def _subject(subject: Subject, following: str, base: int) -> tuple[Token, ...]:
    if isinstance(subject, NounPhrase):
        return _noun_phrase(subject, base + slot.SUBJECT)
    keys = (base + slot.SUBJECT + slot.NOUN,)
    if subject.word == "I":
        return (Token("j'" if elides(following) else "je", "pronoun", keys),)
    return (Token(_pronoun(subject), "pronoun", keys),)


def _pronoun(pronoun: Pronoun) -> str:
    if pronoun.word == "we":
        return "nous"
    singular = "elle" if pronoun.gender == "f" else "il"
    return singular + "s" if pronoun.plural else singular


# Noun phrases


def _with_preposition(preposition: str, key: int, phrase: tuple[Token, ...]) -> tuple[Token, ...]:
    """The preposition and its phrase, of which "au", "aux", "du", "des" swallow the article."""
    article = phrase[0]
    contracted = _CONTRACTED.get((preposition, article.text))
    if contracted:
        return (Token(contracted, "preposition", (key, *article.keys)), *phrase[1:])
    elided = "d'" if preposition == "de" and elides(article.text) else preposition
    return (Token(elided, "preposition", (key,)), *phrase)


@lru_cache(maxsize=2**14)
def _noun_phrase(phrase: NounPhrase, base: int, negated: bool = False) -> tuple[Token, ...]:
    """Determiner, adjectives before, noun, adjectives after. `negated`: an indefinite object becomes "de"."""
    body = _body(phrase, base)
    noun = phrase.noun
    if noun.is_a("name"):
        return body
    if noun.is_a("subject"):
        return (_article("the", phrase, body[0].text, base + slot.NOUN), *body)
    if negated or (phrase.determiner == "some" and body[0].part_of_speech == "adjective"):
        return (Token("d'" if elides(body[0].text) else "de", "determiner", (base + slot.DETERMINER,)), *body)
    return (_article(phrase.determiner, phrase, body[0].text, base + slot.DETERMINER), *body)


def _body(phrase: NounPhrase, base: int) -> tuple[Token, ...]:
    noun = phrase.noun
    name = (noun.french_plural or "") if phrase.plural else noun.french
    before: list[Token] = []
    after: list[Token] = []
    for place, adjective in enumerate(phrase.adjectives):
        form = adjective.french(noun.gender, phrase.plural)
        if adjective.before_vowel and noun.gender == "m" and not phrase.plural and elides(name):
            form = adjective.before_vowel
        side = before if adjective.position == "before" else after
        side.append(Token(form, "adjective", (base + slot.FIRST_ADJECTIVE + place,)))
    return (*before, Token(name, "name" if noun.is_a("name") else "noun", (base + slot.NOUN,)), *after)


def _article(determiner: str, phrase: NounPhrase, following: str, key: int) -> Token:
    masculine, feminine, plural, *before_vowel = _DETERMINERS[determiner]
    if phrase.plural:
        return Token(plural, "determiner", (key,))
    forms = before_vowel if elides(following) else (masculine, feminine)
    return Token(forms[phrase.gender == "f"], "determiner", (key,))


# Verbs


def _verb_group(clause: Clause, base: int) -> tuple[Token, ...]:
    """The finite verb between "ne" and "pas", then the participle where there is one."""
    finite, participle = _verb_words(clause)
    verb, auxiliary, negation = base + slot.VERB, base + slot.AUXILIARY, base + slot.NEGATION
    tokens = [Token(finite, "auxiliary", (auxiliary,)) if participle else Token(finite, "verb", (verb, auxiliary))]
    if clause.negative:
        tokens.insert(0, Token("n'" if elides(finite) else "ne", "particle", (negation,)))
        tokens.append(Token("pas", "particle", (negation,)))
    if participle:
        tokens.append(Token(participle, "verb", (verb,)))
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

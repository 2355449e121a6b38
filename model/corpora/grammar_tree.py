"""The sentences of the grammar as small trees, the rules that say which trees are sentences, and which are held out."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from model.corpora.grammar_lexicon import BE, HELD_OUT, Adjective, Noun, Verb

SHORTEST, LONGEST = 3, 14  # words of an English sentence
POSSESSIVES = ("my", "his", "her", "our", "their")


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """Determiner, up to two adjectives (one that French puts before, one after), noun. With an `owner` the determiner is "'s"."""

    noun: Noun
    determiner: str = ""
    plural: bool = False
    adjectives: tuple[Adjective, ...] = ()
    owner: NounPhrase | None = None

    @property
    def gender(self) -> str:
        return self.noun.gender

    @property
    def person(self) -> int:
        return 3


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A subject pronoun; `gender` is its antecedent's ("" for I and we), `antecedent` is "subject", "object" or "" (none in the sentence)."""

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
                if phrase.owner:
                    yield phrase.owner


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


# Which trees are sentences


def is_allowed(sentence: Sentence) -> bool:
    """Whether the tree is a sentence of the grammar: every phrase and clause fits, tenses agree, the pronoun has one clear antecedent."""
    main, other = sentence.main, sentence.other
    if not clause_fits(main) or (isinstance(main.subject, Pronoun) and main.subject.word == "it"):
        return False
    if main.verb.clause != (sentence.connective == "that"):
        return False
    if other is None:
        return True
    return not other.verb.clause and clause_fits(other) and _tenses_agree(main, sentence.connective, other) and _pronoun_is_clear(sentence) and not _repeats(sentence)


def clause_fits(clause: Clause) -> bool:
    subject, verb = clause.subject, clause.verb
    if not all(phrase_fits(phrase) for phrase in clause.phrases()):
        return False
    if subject.person == 1 and (clause.tense != "past" or (verb.imperfect and verb is not BE)):
        return False  # the only forms of the first person are "ai", "avons", "étais", "étions"
    if subject.gender == "" and ((clause.tense == "past" and verb.auxiliary == "être") or (clause.adjective and not clause.adjective.hides_gender())):
        return False  # the French form would tell a gender that the English does not
    if verb is BE:
        return _predicate_fits(clause)
    if isinstance(subject, NounPhrase) and not subject.noun.is_a(verb.subject):
        return False
    if isinstance(subject, Pronoun) and (subject.word == "it" or subject.antecedent == "object"):
        return False
    if verb.clause and clause.negative:
        return False  # "ne pense pas que" would ask for the subjunctive
    if verb.past == verb.english and clause.tense == "present" and subject.plural and not clause.negative:
        return False  # "the girls read" may be either tense
    return _object_fits(clause) and _complement_fits(clause)


def phrase_fits(phrase: NounPhrase) -> bool:
    noun, determiner = phrase.noun, phrase.determiner
    if phrase.plural and not noun.english_plural:
        return False
    if noun.is_a("name") or noun.is_a("subject"):
        if determiner or phrase.adjectives or phrase.owner:
            return False
        return True
    if phrase.owner:
        owner = phrase.owner
        if determiner != "'s" or owner.owner or owner.plural or not owner.noun.is_a("person") or owner.adjectives or owner.determiner == "a":
            return False
        if noun.is_a("place") or noun.is_a("person"):
            return False
    elif determiner in POSSESSIVES and noun.is_a("unowned"):
        return False  # "sa femme" is his wife, not his woman
    elif determiner in ("", "'s") or (determiner == "a" and (phrase.plural or noun.is_a("mass"))) or (determiner == "some" and not phrase.plural):
        return False
    if not all(adjective.attributive and adjective.fits(noun) for adjective in phrase.adjectives):
        return False
    return len(phrase.adjectives) < 2 or [adjective.position for adjective in phrase.adjectives] == ["before", "after"]


def _predicate_fits(clause: Clause) -> bool:
    adjective, subject = clause.adjective, clause.subject
    if adjective is None or clause.object or clause.complement or (clause.degree and not adjective.degree):
        return False
    if isinstance(subject, Pronoun):
        return subject.word == "it" or subject.antecedent == "object" or "being" in adjective.describes
    return adjective.fits(subject.noun) and adjective not in subject.adjectives


def _object_fits(clause: Clause) -> bool:
    verb, phrase = clause.verb, clause.object
    if clause.adjective or clause.degree or bool(verb.object) != (phrase is not None):
        return False
    if phrase is None:
        return True
    if verb.object.isdisjoint(phrase.noun.kinds) or (isinstance(clause.subject, NounPhrase) and clause.subject.noun is phrase.noun):
        return False
    if verb.imperfect and phrase.determiner in ("a", "some"):
        return False
    return not (clause.negative and phrase.determiner == "some")  # English says "any"


def _complement_fits(clause: Clause) -> bool:
    verb, phrase = clause.verb, clause.complement
    if phrase is None:
        return clause.preposition is None and verb.preposition is None
    if phrase.owner or (isinstance(clause.subject, NounPhrase) and clause.subject.noun is phrase.noun):
        return False
    if verb.preposition is not None:
        if phrase.determiner == "some" and verb.preposition[1] == "de":
            return False  # "de" + "des"
        if phrase.determiner in ("a", "some") and phrase.noun.is_a("place") and verb.preposition[1] == "à":
            return False  # French would rather say "dans un musée"
        return clause.preposition == verb.preposition and not verb.complement.isdisjoint(phrase.noun.kinds)
    return verb.location and phrase.noun.location is not None and clause.preposition == phrase.noun.location


def _tenses_agree(main: Clause, connective: str, other: Clause) -> bool:
    if connective == "that":
        if main.tense == "present":
            return True
        if main.tense == "past":  # an action would need the pluperfect
            return other.tense == "past" and other.verb is BE
        return other.tense == "present"
    if connective == "when":
        if other.negative or other.degree or not (other.verb is BE or (other.verb.auxiliary == "être" and not other.verb.preposition)):
            return False
        if other.verb is BE and (other.adjective is None or other.adjective.describes != {"being"} or main.verb is BE):
            return False
    if main.tense == "future":
        return other.tense == "present"  # French says "quand" with the future; see grammar_french
    return other.tense == main.tense


# The antecedent of a pronoun in the second clause


def _pronoun_is_clear(sentence: Sentence) -> bool:
    assert sentence.other is not None
    pronoun = sentence.other.subject
    if isinstance(pronoun, NounPhrase):
        return not any(pronoun.noun is phrase.noun for phrase in sentence.main.phrases())
    return pronoun.person == 1 or antecedents(sentence.main, sentence.connective, pronoun.word, sentence.other.adjective) == [(pronoun.antecedent, pronoun.gender)]


def antecedents(main: Clause, connective: str, word: str, adjective: Adjective | None) -> list[tuple[str, str]]:
    """Every (role, gender) that a third person pronoun of the second clause may stand for; a sentence needs exactly one."""
    subject, other = main.subject, main.object or main.complement
    if isinstance(subject, Pronoun) and subject.word == word and word != "it":
        return [("subject", subject.gender)]
    if word in ("he", "she"):
        gender = "m" if word == "he" else "f"
        fits = isinstance(subject, NounPhrase) and subject.noun.is_a("person") and not subject.plural and subject.gender == gender
        return [("subject", gender)] if fits else []
    if connective == "that" or (main.object and main.complement):
        return []
    plural = word == "they"
    nouns = [("subject", subject)] if isinstance(subject, NounPhrase) else []
    if other is not None and not other.noun.is_a("name") and connective != "when":
        nouns.append(("object", other))
    if len(nouns) == 2 and nouns[0][1].gender == nouns[1][1].gender:
        return []  # French would not show which of the two is meant
    named = [(role, phrase) for role, phrase in nouns if phrase.plural == plural and (plural or not phrase.noun.is_a("person"))]
    return [(role, phrase.gender) for role, phrase in named if (adjective.fits(phrase.noun) if adjective else phrase.noun.is_a("being"))]


def _repeats(sentence: Sentence) -> bool:
    """ "The tired dog slept because it was tired." """
    other = sentence.other
    if other is None or not isinstance(other.subject, Pronoun):
        return False
    main = sentence.main
    phrase: Subject | None = {"subject": main.subject, "object": main.object or main.complement}.get(other.subject.antecedent)
    return isinstance(phrase, NounPhrase) and other.adjective in phrase.adjectives


def has_referent(sentence: Sentence) -> bool:
    """Whether a pronoun's gender in French tells which of two nouns it stands for."""
    other, main = sentence.other, sentence.main
    if other is None or not isinstance(other.subject, Pronoun) or not other.subject.antecedent or not isinstance(main.subject, NounPhrase):
        return False
    rival = main.object or main.complement
    return bool(rival and not rival.noun.is_a("town") and not (main.object and main.complement) and {main.subject.gender, rival.gender} == {"m", "f"})


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
    phrase: Subject | None = {"subject": sentence.main.subject, "object": sentence.main.object or sentence.main.complement}.get(clause.subject.antecedent)
    return phrase.noun if isinstance(phrase, NounPhrase) else None


@cache
def is_held_out(combination: tuple[str, str]) -> bool:
    """One combination in ten is never in training: a fixed choice, the same for every seed."""
    return combination in HELD_OUT or zlib.crc32(" ".join(combination).encode()) % 10 == 0


def has_held_out_combination(sentence: Sentence) -> bool:
    return any(map(is_held_out, combinations(sentence)))

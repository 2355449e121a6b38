"""The rules that say which trees are sentences of the grammar: one for every mistake that English or French would make of them."""

from __future__ import annotations

from model.corpora.grammar_lexicon import BE, Adjective
from model.corpora.grammar_tree import Clause, NounPhrase, Pronoun, Sentence, antecedent

SHORTEST, LONGEST = 3, 14  # words of an English sentence
POSSESSIVES = ("my", "his", "her", "our", "their")


def is_allowed(sentence: Sentence) -> bool:
    """Whether the tree is a sentence of the grammar: every phrase and clause fits, tenses agree, the pronoun has one clear antecedent."""
    main, other = sentence.main, sentence.other
    if not clause_fits(main) or (isinstance(main.subject, Pronoun) and main.subject.word == "it"):
        return False
    if main.verb.clause != (sentence.connective == "that"):
        return False
    if other is None:
        return True
    if other.verb.clause or not clause_fits(other) or not _tenses_agree(main, sentence.connective, other):
        return False
    return _pronoun_is_clear(sentence) and not _repeats(sentence)


def clause_fits(clause: Clause) -> bool:
    subject, verb = clause.subject, clause.verb
    if not all(phrase_fits(phrase) for phrase in clause.phrases()):
        return False
    if subject.person == 1 and (clause.tense != "past" or (verb.imperfect and verb is not BE)):
        return False  # the only forms of the first person are "ai", "avons", "étais", "étions"
    if subject.gender == "" and shows_gender(clause):
        return False  # the French form would tell what the English does not
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


def shows_gender(clause: Clause) -> bool:
    participle_agrees = clause.tense == "past" and clause.verb.auxiliary == "être"
    return participle_agrees or (clause.adjective is not None and not clause.adjective.hides_gender())


def phrase_fits(phrase: NounPhrase) -> bool:
    noun, determiner = phrase.noun, phrase.determiner
    if phrase.plural and not noun.english_plural:
        return False
    if noun.is_a("name") or noun.is_a("subject"):
        return not (determiner or phrase.adjectives)
    if not _determiner_fits(phrase):
        return False
    if not all(adjective.attributive and adjective.fits(noun) for adjective in phrase.adjectives):
        return False
    return len(phrase.adjectives) < 2 or [adjective.position for adjective in phrase.adjectives] == ["before", "after"]


def _determiner_fits(phrase: NounPhrase) -> bool:
    if phrase.determiner in POSSESSIVES:
        return not phrase.noun.is_a("unowned")  # "sa femme" is his wife, not his woman
    if phrase.determiner == "a":
        return not phrase.plural and not phrase.noun.is_a("mass")
    return phrase.plural if phrase.determiner == "some" else phrase.determiner in ("the", "this")


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
    if clause.negative and phrase.determiner == "a" and (phrase.noun.is_a("place") or phrase.noun.is_a("being")):
        return False  # "n'a pas acheté de pomme" is natural, "n'a pas quitté de plage" is not
    return not (clause.negative and phrase.determiner == "some")  # English says "any"


def _complement_fits(clause: Clause) -> bool:
    verb, phrase = clause.verb, clause.complement
    if phrase is None:
        return clause.preposition is None and verb.preposition is None
    if isinstance(clause.subject, NounPhrase) and clause.subject.noun is phrase.noun:
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
    possible = antecedents(sentence.main, sentence.connective, pronoun.word, sentence.other.adjective)
    return pronoun.person == 1 or possible == [(pronoun.antecedent, pronoun.gender)]


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
    nouns = [("subject", subject)] if isinstance(subject, NounPhrase) else []
    if other is not None and not other.noun.is_a("town") and connective != "when":
        nouns.append(("object", other))
    if len(nouns) == 2 and nouns[0][1].gender == nouns[1][1].gender:
        return []  # French would not show which of the two is meant
    fitting = [
        (role, phrase) for role, phrase in nouns if _is_meant(phrase, [rival for _, rival in nouns if rival is not phrase], adjective)
    ]
    if len(fitting) != 1:
        return []  # neither would the English
    ((role, phrase),) = fitting
    if role == "object" and main.negative and phrase.determiner == "a":
        return []  # who did not buy a car has none to speak of
    agrees = phrase.plural if word == "they" else not phrase.plural and not phrase.noun.is_a("person")
    return [(role, phrase.gender)] if agrees else []


def _is_meant(phrase: NounPhrase, rivals: list[NounPhrase], adjective: Adjective | None) -> bool:
    """Whether what is said in the second clause can only be said of this phrase; without an adjective it is something a being does."""
    if adjective is None:
        return phrase.noun.is_a("being") and not any(rival.noun.is_a("being") for rival in rivals)
    return adjective.fits(phrase.noun) and all(adjective.tells(phrase.noun, rival.noun) for rival in rivals)


def _repeats(sentence: Sentence) -> bool:
    """ "The tired dog slept because it was tired." """
    other = sentence.other
    phrase = antecedent(sentence, other.subject) if other and isinstance(other.subject, Pronoun) else None
    return other is not None and phrase is not None and other.adjective in phrase.adjectives

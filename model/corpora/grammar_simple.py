"""The simple sentences of the grammar: a small language that is learnt before somebody's eyes, in ten seconds.

The words, tenses, clauses and referents are the grammar's; what is left out is rare, shows in French alone, and so is learnt last:
the adjectives and pronouns of plural things, the plurals of verbs but in the past, two adjectives on one noun, capitals and periods.
"""

from __future__ import annotations

import random

from model.corpora.grammar_lexicon import BE
from model.corpora.grammar_sample import sample_sentence
from model.corpora.grammar_tree import Clause, NounPhrase, Pronoun, Sentence


def sample_simple(random_: random.Random) -> Sentence:
    while True:
        sentence = sample_sentence(random_)
        if is_simple(sentence):
            return sentence


def is_simple(sentence: Sentence) -> bool:
    return not sentence.capital and all(map(_is_simple_clause, sentence.clauses()))


def _is_simple_clause(clause: Clause) -> bool:
    subject = clause.subject
    if subject.plural and (clause.tense != "past" or clause.verb is BE or clause.verb.auxiliary == "être"):
        return False
    if isinstance(subject, Pronoun) and subject.word == "they" and subject.antecedent:
        return False  # "elles" or "ils" by a noun whose gender no other word of French has shown
    return all(map(_is_simple_phrase, clause.phrases()))


def _is_simple_phrase(phrase: NounPhrase) -> bool:
    return phrase.determiner != "some" and len(phrase.adjectives) <= (0 if phrase.plural else 1)

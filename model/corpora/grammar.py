"""A small English and a small French, written by us: random pairs with their gold, recognition of any sentence, and words to swap.

A sentence is a tree (`grammar_tree`), drawn at random (`grammar_sample`), written in both languages (`grammar_english`,
`grammar_french`), put into a pair with its gold (`grammar_pair`), and found again in an English sentence (`grammar_parse`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache, lru_cache

from model.corpora import Corpus, Pair
from model.corpora.grammar_english import EXPANDED, english
from model.corpora.grammar_lexicon import ADJECTIVES, GLOSSES, NOUNS, VERBS, Noun
from model.corpora.grammar_pair import build_pair
from model.corpora.grammar_parse import NOUN_FORMS, parse, parse_words, split
from model.corpora.grammar_rules import LONGEST, SHORTEST
from model.corpora.grammar_sample import sample_sentence
from model.corpora.grammar_simple import sample_simple
from model.corpora.grammar_tokens import Token
from model.corpora.grammar_tree import Sentence, has_held_out_combination

HELD_OUT_PAIRS = 1_000
INVENTED_SHARE = 0.04
Sample = Callable[[random.Random], Sentence]

EXAMPLES = (
    "the animal did not cross the street because it was too tired",
    "the animal did not cross the street because it was too wide",
    "Jake learned AI even though it was difficult",
    "the old owl will sleep in the small garden",
    "Emma thinks that this beautiful island is very dangerous",
    "the children didn't go to the beach because they were sick",
    "The black horse avoided the road because it was too narrow.",
    "the queen sings when she is happy",
)


# The corpus


def build_corpus(seed: int, pairs: int) -> Corpus:
    """`pairs` training pairs, and two held-out sets of 1,000 that depend on the seed alone."""
    return _corpus("grammar", seed, pairs, sample_sentence, _perhaps_invented)


def build_simple_corpus(seed: int, pairs: int) -> Corpus:
    """The same of simple sentences (`grammar_simple`), without invented names."""
    return _corpus("simple", seed, pairs, sample_simple, sample_simple)


def _perhaps_invented(generator: random.Random) -> Sentence:
    return sample_sentence(generator, generator.random() < INVENTED_SHARE)


def _corpus(name: str, seed: int, pairs: int, sample: Sample, sample_for_training: Sample) -> Corpus:
    taken: set[str] = set()
    held_out = _held_out(random.Random(f"{name} held out {seed}"), taken, sample)
    train: list[Pair] = []
    generator = random.Random(f"{name} train {seed}")
    while len(train) < pairs:
        sentence = sample_for_training(generator)
        if not has_held_out_combination(sentence) and (tokens := _take(sentence, taken)):
            train.append(build_pair(sentence, tokens))
    return Corpus(name, tuple(train), held_out)


def _held_out(generator: random.Random, taken: set[str], sample: Sample) -> dict[str, tuple[Pair, ...]]:
    sets: dict[str, list[Pair]] = {"unseen_sentences": [], "unseen_combinations": []}
    while any(len(pairs) < HELD_OUT_PAIRS for pairs in sets.values()):
        sentence = sample(generator)
        pairs = sets["unseen_combinations" if has_held_out_combination(sentence) else "unseen_sentences"]
        if len(pairs) < HELD_OUT_PAIRS and (tokens := _take(sentence, taken)):
            pairs.append(build_pair(sentence, tokens))
    return {name: tuple(pairs) for name, pairs in sets.items()}


def _take(sentence: Sentence, taken: set[str]) -> tuple[Token, ...]:
    """The English words of a sentence that is new, however it is written, and of a fit length; else none."""
    tokens = english(sentence)
    key = " ".join([EXPANDED.get(token.text, token.text) for token in tokens])
    if key in taken or not SHORTEST <= len(tokens) <= LONGEST:
        return ()
    taken.add(key)
    return tokens


# One sentence of a visitor's


@lru_cache(maxsize=1024)
def recognize(sentence: str) -> Pair | None:
    """The pair of an English sentence with its gold, or None where it is not one of the grammar's."""
    tree = parse(sentence)
    return build_pair(tree) if tree else None


@lru_cache(maxsize=256)
def swap_choices(sentence: str) -> tuple[tuple[str, ...] | None, ...]:
    """For every word of `recognize(sentence).gold.source_words` the words that could stand there instead, None where there are none.

    Every choice leaves a sentence of the grammar if this one word is changed. A sentence that is not recognized gives ().
    """
    if parse(sentence) is None:
        return ()
    words, capital, period = split(sentence)
    choices = [_choices(words, index) for index in range(len(words))]
    if capital and choices[0] and words[0] not in NOUN_FORMS:
        choices[0] = tuple(word[0].upper() + word[1:] for word in choices[0])
    return tuple(choice or None for choice in choices) + ((None,) if period else ())


def _choices(words: tuple[str, ...], index: int) -> tuple[str, ...]:
    found = []
    for word in _alternatives(words[index]):
        changed = (*words[:index], word, *words[index + 1 :])
        if word != words[index] and parse_words(changed):
            found.append(word)
    return tuple(found)


@cache
def _alternatives(word: str) -> tuple[str, ...]:
    """The words of the same category, whether or not they fit."""
    alternatives: list[str] = []
    for category in _categories():
        if word in category:
            alternatives += category
    return tuple(dict.fromkeys(alternatives))


@cache
def _categories() -> tuple[tuple[str, ...], ...]:
    kinds = ("person", "animal", "place", "object", "food", "subject", "town")
    found = [
        tuple(noun.english for noun in NOUNS if noun.is_a(kind) and noun.is_a("name") == name) for kind in kinds for name in (False, True)
    ]
    found += [tuple(noun.english_plural for noun in NOUNS if noun.is_a(kind) and noun.english_plural) for kind in kinds]
    found += [tuple(dict.fromkeys(forms)) for forms in zip(*((verb.english, verb.past, verb.third) for verb in VERBS), strict=True)]
    return (
        *found, tuple(adjective.english for adjective in ADJECTIVES),
        ("the", "a", "an", "this", "my", "his", "her", "our", "their"), ("the", "some", "these", "my", "his", "her", "our", "their"),
        ("I", "we", "he", "she", "they", "it"), ("because", "when"), ("too", "very"), ("to", "about", "in", "on"),
        ("did", "will", "does", "do"), ("didn't", "won't", "doesn't", "don't"),
        ("was", "is"), ("were", "are"), ("wasn't", "isn't"), ("weren't", "aren't"),
    )  # fmt: skip


# Glosses


@cache
def gloss(word: str) -> str | None:
    """A word of the grammar in French, as a dictionary would have it; None for any other word."""
    found = GLOSSES.get(word) or GLOSSES.get(word.lower())
    if found:
        return found
    for spelling in (word, word.lower()):
        if spelling in NOUN_FORMS:
            return _noun_gloss(*NOUN_FORMS[spelling])
        for adjective in ADJECTIVES:
            if adjective.english == spelling:
                return adjective.masculine if adjective.hides_gender() else f"{adjective.masculine}, {adjective.feminine}"
        for verb in VERBS:
            if spelling in (verb.english, verb.past, verb.third):
                return verb.infinitive
    return None


def _noun_gloss(noun: Noun, plural: bool) -> str:
    french = noun.french_plural if plural and noun.french_plural else noun.french
    return french if noun.is_a("name") else f"{french} ({noun.gender}.)"

"""Sentences built from words the model knows: the riddle, good examples, which words may be swapped, how French says them."""

from __future__ import annotations

from dataclasses import dataclass

from model.corpora import grammar
from model.corpora.grammar_lexicon import ADJECTIVES, GLOSSES, VERBS
from model.corpora.grammar_parse import NOUN_FORMS
from ui import scenes

RIDDLE_NOUNS = ("animal", "street")
RIDDLE = {
    "tired": "the animal did not cross the street because it was too tired",
    "wide": "the animal did not cross the street because it was too wide",
}
DEFAULT = RIDDLE["tired"]
JAKE = "Jake learned AI even though it was difficult"  # the lecture's example


@dataclass(frozen=True)
class Swap:
    """A word of the grammar that may be changed: its place in the sentence (characters) and the words that fit there."""

    start: int
    end: int
    choices: tuple[str, ...]


def riddle_of(source: str) -> str | None:
    """`tired` or `wide` where the sentence is one of the two of the riddle."""
    return next((word for word, sentence in RIDDLE.items() if sentence == source), None)


def examples(model: str) -> tuple[str, ...]:
    """Good sentences for a model, the riddle first: plain scenes where it has read captions, sentences of the grammar else."""
    return (*RIDDLE.values(), JAKE, *scenes.PICKED) if model.startswith("captions") else grammar.EXAMPLES


def swaps(source: str) -> tuple[Swap, ...]:
    """The words of a sentence of the grammar that may be swapped; none for any other sentence."""
    pair = grammar.recognize(source)
    if pair is None or pair.gold is None:
        return ()
    words = zip(pair.gold.source_words, grammar.swap_choices(source), strict=True)
    return tuple(Swap(word.start, word.end, choices) for word, choices in words if choices)


def known_words() -> int:
    """How many English words, each form counted, the grammar has."""
    verbs = {form for verb in VERBS for form in (verb.english, verb.past, verb.third)}
    return len({*NOUN_FORMS, *verbs, *(adjective.english for adjective in ADJECTIVES), *GLOSSES})


def gloss(word: str) -> str | None:
    """How French says an English word of the grammar, None for a word it does not have."""
    return grammar.gloss(word)

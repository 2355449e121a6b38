"""Parallel text with what is known about it: pairs, gold alignments, and the corpora that can be had by name. Knows no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.errors import LabError
from model.limits import UPLOAD_LINES

CORPORA = ("simple", "grammar", "reversing", "copying", "sorting", "dates", "stories")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a sentence, which is `sentence[start:end]`. An elided form ("l'") is a word of its own."""

    text: str
    start: int
    end: int
    part_of_speech: str


@dataclass(frozen=True, slots=True)
class Referent:
    """What a pronoun stands for, and the noun it might have stood for but does not. All are word indices."""

    source_pronoun: int
    source_noun: int
    source_rival: int
    target_pronoun: int
    target_noun: int
    target_rival: int


@dataclass(frozen=True, slots=True)
class Gold:
    """What is known for certain about a pair.

    `alignment` holds (source word, target word), `source_subjects` and `target_subjects` hold (verb word, head word of its subject).
    """

    source_words: tuple[Word, ...]
    target_words: tuple[Word, ...]
    alignment: tuple[tuple[int, int], ...]
    source_subjects: tuple[tuple[int, int], ...] = ()
    target_subjects: tuple[tuple[int, int], ...] = ()
    referent: Referent | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its translation; `attribution` names whom it is from, where a licence asks for it."""

    source: str
    target: str
    gold: Gold | None = None
    attribution: str = ""


@dataclass(frozen=True)
class Corpus:
    """Pairs to learn from, and by name the sets kept apart to test on."""

    name: str
    train: tuple[Pair, ...]
    held_out: dict[str, tuple[Pair, ...]]


def mix(corpora: Sequence[Corpus]) -> Corpus:
    """All pairs of several corpora, with the held-out sets of each under its own name."""
    held_out = {f"{corpus.name}.{name}": pairs for corpus in corpora for name, pairs in corpus.held_out.items()}
    return Corpus(" + ".join(corpus.name for corpus in corpora), tuple(pair for corpus in corpora for pair in corpus.train), held_out)


def load_corpus(name: str, seed: int = 0, pairs: int | None = None) -> Corpus:
    """The built-in corpus of that name with `pairs` training pairs (20,000 unless said); the same for the same seed, whatever ran before.

    The held-out sets depend on the seed alone, so models trained on more or fewer pairs are tested on the same ones.
    Raises `LabError` for a name that is not in `CORPORA` or a number of pairs below 1 or above 200,000.
    """
    if name not in CORPORA:
        raise LabError(
            "unknown_corpus", "There is no corpus {name}; the corpora are {known}.", "corpus", name=repr(name), known=", ".join(CORPORA)
        )
    pairs = 20_000 if pairs is None else pairs
    if pairs < 1:
        raise LabError("too_small", "{field} is {value}; it must be at least 1.", "pairs", field="pairs", value=pairs)
    if pairs > UPLOAD_LINES:
        raise LabError(
            "too_large", "{field} is {value}; this app goes up to {limit}.", "pairs", field="pairs", value=pairs, limit=UPLOAD_LINES
        )
    if name in ("simple", "grammar"):
        from model.corpora import grammar  # here, since the grammar builds on the classes above

        return (grammar.build_simple_corpus if name == "simple" else grammar.build_corpus)(seed, pairs)
    if name == "stories":
        from model.corpora import stories

        return stories.build_corpus(seed, pairs)
    from model.corpora import tasks

    return tasks.build_corpus(name, seed, pairs)

"""Short English stories, written by us: people, a thing and what becomes of it, drawn at random, and judged again.

A story is a way through a graph of scenes, from "" to "end" (`assets/lexicon/stories.json`). A scene is a sentence with
choices in brackets, [found|saw], and slots in braces. Whoever or whatever fills a slot stays: the thing that is lost is the
thing that was found, she stays she, and five pieces stay five. Nothing else is fixed by the beginning: what a story does next
is a matter of chance, which is what a language model can learn to expect and never to know.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from model.corpora import Corpus, Pair
from model.corpora.grammar_lexicon import FOLDER

HELD_OUT_STORIES = 1_000
SENTENCES = 5  # of every story
BEGINNING, ENDING = "", "end"
PEOPLE = ("hero", "friend")
# A place where the thing is lost is another place than the one where it was.
LIKE = {"hiding": "place"}
PRONOUNS = {"she": {"they": "she", "them": "her", "their": "her"}, "he": {"they": "he", "them": "him", "their": "his"}}
_MARK = re.compile(r"\[(?P<choices>[^]]*)\]|\{(?P<slot>\w+)\}")
Cast = Mapping[str, str]  # slot -> what fills it


@dataclass(frozen=True)
class Scene:
    """A sentence that leads from one state of a story to the next."""

    begins: str
    ends: str
    text: str


@cache
def scenes() -> tuple[Scene, ...]:
    return tuple(Scene(scene["from"], scene["to"], scene["text"]) for scene in _lexicon()["scenes"])


@cache
def words_of(slot: str) -> tuple[str, ...]:
    """What may fill a slot, people apart."""
    return tuple(_lexicon()["words"][LIKE.get(slot, slot)])


@cache
def names_of(pronoun: str) -> tuple[str, ...]:
    """The names of those who are "she" or "he"."""
    return tuple(_lexicon()["names"][pronoun])


@cache
def _lexicon() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "stories.json").read_text(encoding="utf-8"))
    return content


# The corpus


def build_corpus(seed: int, stories: int) -> Corpus:
    """`stories` to learn from, and 1,000 held out that depend on the seed alone; no story occurs twice.

    Each is a pair of its first sentence and of all that follows: one text to a language model.
    """
    taken: set[str] = set()
    held_out = _distinct(random.Random(f"stories held out {seed}"), HELD_OUT_STORIES, taken)
    return Corpus("stories", _distinct(random.Random(f"stories train {seed}"), stories, taken), {"unseen_stories": held_out})


def _distinct(chance: random.Random, count: int, taken: set[str]) -> tuple[Pair, ...]:
    found: list[Pair] = []
    while len(found) < count:
        opening, *rest = sample_story(chance)
        pair = Pair(opening, " ".join(rest))
        if (text := text_of(pair)) not in taken:
            taken.add(text)
            found.append(pair)
    return tuple(found)


def text_of(pair: Pair) -> str:
    """The whole story."""
    return f"{pair.source} {pair.target}"


def sample_story(chance: random.Random) -> list[str]:
    """The sentences of a story, one a scene."""
    cast = _people(chance)
    state, told = BEGINNING, []
    while state != ENDING:
        scene = chance.choice([scene for scene in scenes() if scene.begins == state])
        told.append(_told(scene, cast, chance))
        state = scene.ends
    return told


def _people(chance: random.Random) -> dict[str, str]:
    """A hero and a friend of the other pronoun, so that it is always clear who "she" is."""
    pronouns = chance.sample(sorted(PRONOUNS), 2)
    return {person: chance.choice(names_of(pronoun)) for person, pronoun in zip(PEOPLE, pronouns, strict=True)}


def _told(scene: Scene, cast: dict[str, str], chance: random.Random) -> str:
    """The scene with its choices made; a slot met for the first time is filled for the whole story."""

    def chosen(mark: re.Match[str]) -> str:
        if mark["choices"] is not None:
            return chance.choice(mark["choices"].split("|"))
        slot = mark["slot"].lower()
        if slot not in cast and _person(slot) is None:
            cast[slot] = chance.choice([word for word in words_of(slot) if word not in cast.values()])
        return _written(mark["slot"], cast)

    return _MARK.sub(chosen, scene.text)


def _person(slot: str) -> tuple[str, str] | None:
    """("hero", "their") for the slot `hero_their`, None for a slot that is no pronoun."""
    person, _, form = slot.partition("_")
    return (person, form) if person in PEOPLE and form else None


def _written(slot: str, cast: Cast) -> str:
    """What stands in a slot; a slot with a capital letter begins its sentence."""
    pronoun = _person(slot.lower())
    word = cast[slot.lower()] if pronoun is None else PRONOUNS[_pronoun_of(cast[pronoun[0]])][pronoun[1]]
    return word[0].upper() + word[1:] if slot[0].isupper() else word


def _pronoun_of(name: str) -> str:
    return next(pronoun for pronoun in PRONOUNS if name in names_of(pronoun))


# What is up to chance


class _Counting(random.Random):
    """Adds up how much each choice was up to chance: ln k for one of k."""

    nats = 0.0

    def choice(self, seq: Any) -> Any:
        self.nats += math.log(len(seq))
        return super().choice(seq)


def nats_a_token(stories: int, seed: int = 0) -> float:
    """The entropy of a story over its words, marks and its end, mean over some: what no reader who sees only the past can do without.

    Every choice is even, and each story can be told in one way only, so that its probability is the product over its choices.
    """
    counting, tokens = _Counting(f"stories counted {seed}"), 0
    for _ in range(stories):
        counting.nats += math.log(len(PRONOUNS))  # who of the two is the hero
        tokens += len(re.findall(r"\w+|[^\w\s]", " ".join(sample_story(counting)))) + 1
    return counting.nats / tokens


# Judging a story


def is_story(text: str) -> bool:
    """Whether the text is a whole story of these scenes in which everybody and everything stays what it is."""
    return any(state == ENDING and not rest for state, _, rest in _ways(BEGINNING, {}, text, {ENDING}))


def sentences_that_fit(text: str) -> int:
    """How many sentences from the beginning on can stand in one story: 5 for a whole one."""
    return max((count for count in _counts(BEGINNING, {}, text)), default=0)


def share_that_fits(beginning: str, written: str) -> float:
    """Of the sentences that have to follow the first, the share that was written and fits; 0 to 1."""
    return max(0, sentences_that_fit(f"{beginning} {written}") - 1) / (SENTENCES - 1)


def _ways(state: str, cast: Cast, text: str, goals: set[str]) -> Iterator[tuple[str, Cast, str]]:
    """Every way to read the text as scenes from `state` on, up to a state of `goals`."""
    if state in goals:
        yield state, cast, text
        return
    for following, known, rest in _readings(state, cast, text):
        yield from _ways(following, known, rest, goals)


def _counts(state: str, cast: Cast, text: str) -> Iterator[int]:
    yield 0
    for following, known, rest in _readings(state, cast, text):
        yield from (1 + count for count in _counts(following, known, rest))


def _readings(state: str, cast: Cast, text: str) -> Iterator[tuple[str, Cast, str]]:
    """Each scene that the text may go on with: the state after it, who and what is known then, and the rest of the text."""
    for scene in scenes():
        if scene.begins == state and (found := _pattern(scene).match(text)):
            known = _known(scene, cast, found)
            if known is not None:
                yield scene.ends, known, text[found.end() :].removeprefix(" ")


@cache
def _pattern(scene: Scene) -> re.Pattern[str]:
    """A scene as an expression; groups are named slot0, slot1, ... in the order of the scene's slots."""
    parts, end, count = [], 0, 0
    for mark in _MARK.finditer(scene.text):
        parts.append(re.escape(scene.text[end : mark.start()]))
        if mark["choices"] is not None:
            parts.append("(?:" + "|".join(map(re.escape, mark["choices"].split("|"))) + ")")
        else:
            parts.append(f"(?P<slot{count}>{'|'.join(map(re.escape, _possible(mark['slot'])))})")
            count += 1
        end = mark.end()
    return re.compile("".join([*parts, re.escape(scene.text[end:]), r"(?=\s|$)"]))


def _possible(slot: str) -> list[str]:
    pronoun = _person(slot.lower())
    if pronoun is not None:
        words = [forms[pronoun[1]] for forms in PRONOUNS.values()]
    elif slot in PEOPLE:
        words = [name for kind in PRONOUNS for name in names_of(kind)]
    else:
        words = list(words_of(slot))
    return [word[0].upper() + word[1:] if slot[0].isupper() else word for word in words]


def _known(scene: Scene, cast: Cast, found: re.Match[str]) -> Cast | None:
    """Who and what is known after a scene; None where it contradicts what was known before, or itself."""
    slots = [mark["slot"] for mark in _MARK.finditer(scene.text) if mark["slot"]]
    known = dict(cast)
    written = [(slot, found[f"slot{number}"]) for number, slot in enumerate(slots)]
    for slot, word in written:
        if _person(slot.lower()) is None and known.setdefault(slot, word) != word:
            return None
    fits = all(_written(slot, known) == word for slot, word in written)
    return known if fits and _apart(known) else None


def _apart(cast: Cast) -> bool:
    """Different slots hold different words, and the two people are of different pronouns."""
    pronouns = [_pronoun_of(cast[person]) for person in PEOPLE if person in cast]
    return len(set(cast.values())) == len(cast) and len(set(pronouns)) == len(pronouns)

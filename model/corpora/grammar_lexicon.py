"""The words of the grammar, read from `assets/lexicon`: what they mean, what they agree with, how they are written."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "assets" / "lexicon"
_VOWELS = frozenset("aàâäeéèêëiîïoôöuùûüœæ")


@dataclass(frozen=True, eq=False)
class Noun:
    """A noun or a name. `kinds` says what it is; `location` is how one is inside it: ("in", "dans"). A gender of "" is not known."""

    english: str
    french: str
    gender: str
    kinds: frozenset[str]
    english_plural: str | None = None
    french_plural: str | None = None
    location: tuple[str, str] | None = None
    aspirated: bool = False

    def is_a(self, kind: str) -> bool:
        return kind in self.kinds


@dataclass(frozen=True, eq=False)
class Adjective:
    """An adjective; `describes` names the kinds of noun it fits, `degree` whether it can be "too" or "very"."""

    english: str
    masculine: str
    feminine: str
    masculine_plural: str
    feminine_plural: str
    before_vowel: str | None
    position: str
    describes: frozenset[str]
    degree: bool
    attributive: bool

    def fits(self, noun: Noun) -> bool:
        return not self.describes.isdisjoint(noun.kinds)

    def tells(self, noun: Noun, rival: Noun) -> bool:
        """Whether its meaning picks the noun and not the rival: a state is a being's, a price a thing's, and size is anybody's."""
        general = self.describes != {"being"} and not self.describes.isdisjoint(("being", "animal"))
        return self.fits(noun) and not self.fits(rival) and not general

    def french(self, gender: str, plural: bool) -> str:
        """The form for that gender ("" where both genders share it)."""
        if gender == "f":
            return self.feminine_plural if plural else self.feminine
        return self.masculine_plural if plural else self.masculine

    def hides_gender(self) -> bool:
        return self.masculine == self.feminine


@dataclass(frozen=True, eq=False)
class Verb:
    """A verb with the kinds it takes as subject, object, and complement of its `preposition` ("to", "à").

    `present`, `future`, `imperfect` are third persons (singular, plural). The past is the imperfect where there is one
    (states), else the compound past. `clause`: takes a clause with "that". `location`: may be followed by a place.
    """

    english: str
    past: str
    third: str
    infinitive: str
    present: tuple[str, str]
    participle: str | None
    imperfect: tuple[str, str] | None
    future: tuple[str, str]
    auxiliary: str
    subject: str
    object: frozenset[str]
    preposition: tuple[str, str] | None
    complement: frozenset[str]
    location: bool
    clause: bool


BE = Verb(
    english="be", past="was", third="is", infinitive="être",
    present=("est", "sont"), participle=None, imperfect=("était", "étaient"), future=("sera", "seront"), auxiliary="avoir",
    subject="", object=frozenset(), preposition=None, complement=frozenset(), location=False, clause=False,
)  # fmt: skip


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def _frozen(row: dict[str, Any], *sets: str) -> dict[str, Any]:
    return {name: frozenset(value) if name in sets else tuple(value) if isinstance(value, list) else value for name, value in row.items()}


NOUNS: tuple[Noun, ...] = tuple(Noun(**_frozen(row, "kinds")) for row in _read("nouns.json"))
ADJECTIVES: tuple[Adjective, ...] = tuple(Adjective(**_frozen(row, "describes")) for row in _read("adjectives.json"))
VERBS: tuple[Verb, ...] = tuple(Verb(**_frozen(row, "object", "complement")) for row in _read("verbs.json"))
GLOSSES: dict[str, str] = _read("glosses.json")
SIMPLE: frozenset[str] = frozenset(_read("simple.json"))  # the English words of the small language
HELD_OUT: frozenset[tuple[str, str]] = frozenset({("animal", "street")})

_ASPIRATED = frozenset(form for noun in NOUNS if noun.aspirated for form in (noun.french, noun.french_plural))


def nouns(*kinds: str) -> tuple[Noun, ...]:
    """The nouns of any of these kinds, names of persons and towns included."""
    return tuple(noun for noun in NOUNS if not noun.kinds.isdisjoint(kinds))


@cache
def adjectives_for(noun: Noun) -> tuple[Adjective, ...]:
    return tuple(adjective for adjective in ADJECTIVES if adjective.fits(noun))


@cache
def elides(french: str) -> bool:
    """Whether a word drops the vowel before it: begins with a vowel or a mute h."""
    first = french[0].lower()
    return first in _VOWELS or (first == "h" and french.lower() not in _ASPIRATED)


def invented_name(spelling: str) -> Noun:
    """A name the lexicon does not know. Its gender is not known either, so no sentence may depend on it."""
    return Noun(spelling, spelling, "", frozenset({"name", "person", "being", "invented"}))


def is_spelt_like_a_name(word: str) -> bool:
    return re.fullmatch(r"[A-Z][a-z]{2,9}", word) is not None

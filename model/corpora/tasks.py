"""Four small tasks whose answer anybody can check: copying, reversing, sorting, and dates written one way."""

from __future__ import annotations

import datetime
import random
import string
from collections.abc import Callable, Sequence
from functools import lru_cache

from model.corpora import Corpus, Gold, Pair, Word

HELD_OUT_PAIRS = 1_000
SHORTEST, LONGEST = 3, 8  # items of a sequence

_SHORT_WORDS = tuple(
    [
        "ant",
        "bee",
        "cat",
        "cow",
        "dog",
        "elk",
        "fox",
        "gnu",
        "hen",
        "jay",
        "kid",
        "owl",
        "pig",
        "ram",
        "rat",
        "bag",
        "box",
        "cup",
        "hat",
        "key",
        "map",
        "net",
        "pen",
        "pot",
        "sun",
        "toy",
        "urn",
        "van",
        "web",
    ]
)
_SUPPLIES: dict[str, Sequence[str]] = {"word": _SHORT_WORDS, "letter": string.ascii_lowercase, "number": string.digits}
_FIRST_DAY = datetime.date(1950, 1, 1).toordinal()
_LAST_DAY = datetime.date(2049, 12, 31).toordinal()
_MONTHS = tuple(["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"])

_word = lru_cache(maxsize=2**14)(Word)
Piece = tuple[str, str, str]  # text, part of speech, and what it says: "year", "month", "day", or "" for nothing
_THE: Piece = ("the", "determiner", "")
_OF: Piece = ("of", "preposition", "")
_DOT: Piece = (".", "punctuation", "")
_DASH: Piece = ("-", "punctuation", "")


def build_corpus(name: str, seed: int, pairs: int) -> Corpus:
    """`pairs` training pairs, and 1,000 held-out ones ("unseen_sentences") that depend on the seed alone.

    No source occurs in both; of dates no date, however it is written.
    """
    build = _dates if name == "dates" else _sequences
    train, unseen = build(name, seed, pairs)
    return Corpus(name, tuple(train), {"unseen_sentences": tuple(unseen)})


def _sequences(name: str, seed: int, pairs: int) -> tuple[list[Pair], list[Pair]]:
    taken: set[str] = set()
    unseen = _distinct(lambda random_: _sequence(name, random_), random.Random(f"{name} held out {seed}"), HELD_OUT_PAIRS, taken)
    return _distinct(lambda random_: _sequence(name, random_), random.Random(f"{name} train {seed}"), pairs, taken), unseen


def _dates(name: str, seed: int, pairs: int) -> tuple[list[Pair], list[Pair]]:
    days = list(range(_FIRST_DAY, _LAST_DAY + 1))
    random.Random(f"{name} split {seed}").shuffle(days)
    apart, rest = days[:HELD_OUT_PAIRS], days[HELD_OUT_PAIRS:]
    unseen = _distinct(lambda random_: _date(random_, apart), random.Random(f"{name} held out {seed}"), HELD_OUT_PAIRS, set())
    return _distinct(lambda random_: _date(random_, rest), random.Random(f"{name} train {seed}"), pairs, set()), unseen


def _distinct(draw: Callable[[random.Random], Pair], random_: random.Random, count: int, taken: set[str]) -> list[Pair]:
    """`count` pairs whose sources differ from one another and from those taken, which they join."""
    found: list[Pair] = []
    while len(found) < count:
        pair = draw(random_)
        if pair.source not in taken:
            taken.add(pair.source)
            found.append(pair)
    return found


# Sequences


def _sequence(name: str, random_: random.Random) -> Pair:
    """Words, letters or digits, and the same items in the order the task asks for; each item is aligned with itself."""
    kind = random_.choice(tuple(_SUPPLIES))
    items = random_.choices(_SUPPLIES[kind], k=random_.randint(SHORTEST, LONGEST))
    order = _order(name, items)
    source, source_words = _spaced([(item, kind) for item in items])
    target, target_words = _spaced([(items[place], kind) for place in order])
    alignment = sorted((place, position) for position, place in enumerate(order))
    return Pair(source, target, Gold(source_words, target_words, tuple(alignment)))


def _order(name: str, items: Sequence[str]) -> list[int]:
    places = list(range(len(items)))
    if name == "reversing":
        return places[::-1]
    return sorted(places, key=lambda place: items[place]) if name == "sorting" else places


def _spaced(items: Sequence[tuple[str, str]]) -> tuple[str, tuple[Word, ...]]:
    return _written([(text, kind, "") for text, kind in items], " ")


def _written(pieces: Sequence[Piece], between: str) -> tuple[str, tuple[Word, ...]]:
    """The text of the pieces and where each of them is in it."""
    text = ""
    words: list[Word] = []
    for spelt, part_of_speech, _ in pieces:
        text += between if words else ""
        words.append(_word(spelt, len(text), len(text) + len(spelt), part_of_speech))
        text += spelt
    return text, tuple(words)


# Dates


def _date(random_: random.Random, days: Sequence[int]) -> Pair:
    """A date written in one of seven ways, and as year-month-day; a year of two digits is one of 1950 to 2049."""
    date = datetime.date.fromordinal(random_.choice(days))
    pieces, between = random_.choice(_WAYS)(date)
    source, source_words = _written(pieces, between)
    said = [_year(date), _DASH, (f"{date.month:02}", "number", "month"), _DASH, (f"{date.day:02}", "number", "day")]
    target, target_words = _written(said, "")
    places = {piece[2]: place for place, piece in enumerate(pieces) if piece[2]}
    alignment = sorted((places[answer[2]], other) for other, answer in enumerate(said) if answer[2])
    return Pair(source, target, Gold(source_words, target_words, tuple(alignment)))


def _month(date: datetime.date) -> str:
    return _MONTHS[date.month - 1]


def _full(date: datetime.date) -> Piece:
    return (_month(date), "noun", "month")


def _short(date: datetime.date) -> Piece:
    return (_month(date)[:3].capitalize(), "noun", "month")


def _day(date: datetime.date) -> Piece:
    return (str(date.day), "number", "day")


def _year(date: datetime.date) -> Piece:
    return (str(date.year), "number", "year")


def _short_year(date: datetime.date) -> Piece:
    return (f"{date.year % 100:02}", "number", "year")


def _ordinal(date: datetime.date) -> Piece:
    suffix = "th" if date.day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(date.day % 10, "th")
    return (f"{date.day}{suffix}", "number", "day")


def _dotted(date: datetime.date) -> list[Piece]:
    return [(f"{date.day:02}", "number", "day"), _DOT, (f"{date.month:02}", "number", "month"), _DOT, _year(date)]


_WAYS: tuple[Callable[[datetime.date], tuple[list[Piece], str]], ...] = (
    lambda date: ([_full(date), _day(date), _year(date)], " "),  # november 3 2021
    lambda date: ([_day(date), _full(date), _year(date)], " "),  # 3 november 2021
    lambda date: ([_day(date), _short(date), _short_year(date)], " "),  # 3 Nov 21
    lambda date: ([_short(date), _day(date), _year(date)], " "),  # Nov 3 2021
    lambda date: ([_THE, _ordinal(date), _OF, _full(date), _year(date)], " "),  # the 3rd of november 2021
    lambda date: ([_year(date), _full(date), _day(date)], " "),  # 2021 november 3
    lambda date: (_dotted(date), ""),  # 03.11.2021
)

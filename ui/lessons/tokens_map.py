"""Lesson 6, the map of the vocabulary: from noise to parts of speech and French gender; nearest words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from figures.tokens import Side, map_payload
from model.corpora.grammar import recognize
from model.reading import Reading
from model.tokenizers import WORD_START
from ui import readings
from ui.components import tokens as pictures
from ui.lessons import tokens_data as data
from ui.lessons import tokens_words as texts
from ui.lessons.tokens_facts import PARTS
from ui.prose import Said, as_part, grouped, heading, percent, say
from ui.words import _

FILM_WIDTH = 64  # d_model of the toy model


@as_part
def vocabulary_map(model: str, shown: Reading) -> None:
    """The vocabulary before, during and after training; what its rows have come to know."""
    heading(_("What training makes of the rows"))
    facts = data.facts()
    about = facts.about["source"]
    if readings.trained(model) != data.FILM:
        st.caption(_("This is the film of the toy model, which was kept while it learnt; this model has none."))
    say(
        _(
            "At first every row is noise. After {steps} steps the row nearest to a word is of its part of speech {after} of the time; "
            "before training it was {before}, and chance is {chance}. Nobody told the model what a verb is."
        ),
        "map_parts", steps=grouped(facts.about['steps'][-1]), after=percent(about["part"][1]), before=percent(about["part"][0]),
        chance=percent(about["part_chance"]),
    )  # fmt: skip
    sides = [_side(side, label, shown) for side, label in (("source", _("English")), ("target", _("French")))]
    names = (texts.part_names(), texts.gender_names())
    pictures.vocabulary_map(map_payload(sides, facts.about["steps"], *names, texts.map_texts()), "map")
    say(
        _(
            "And nobody told it French gender. The nearest noun of an English noun has its French gender {after} of the time (chance "
            "{chance}, before training {before}): to write le or la, the rows had to take sides."
        ),
        "map_gender", after=percent(about["gender"][1]), before=percent(about["gender"][0]), chance=percent(about["gender_chance"]),
    )  # fmt: skip
    if (told := nearest_nouns(shown)) is not None:
        told()
    st.caption(_("A point is a row; {width} dimensions are flattened to two.").format(width=FILM_WIDTH))
    with st.expander(_("How the maps are drawn")):
        _how_drawn(about)


def _how_drawn(about: dict[str, Any]) -> None:
    st.caption(
        _(
            "Both maps are fixed for all moments; neighbours are counted in all {width} dimensions. By part of speech: the two "
            "directions in which the trained rows differ most, {share} % of their spread. By gender: upwards from the mean masculine to "
            "the mean feminine noun; a noun left out when the means are taken lies on its side {left_out} % of the time (before "
            "training {untrained} %). Across: where nouns of one gender differ most, which turns out to be singular and plural "
            "({plural} % of pairs in that order)."
        ).format(
            share=round(100 * sum(about["share"])), width=FILM_WIDTH, left_out=round(100 * about["left_out"][1]),
            untrained=round(100 * about["left_out"][0]), plural=round(100 * about["across_is_plural"]),
        )
    )  # fmt: skip


def _side(side: str, label: str, shown: Reading) -> Side:
    """One side's map, with the words of the sentence (or of its translation) that it knows."""
    arrays = data.facts().arrays
    pieces = readings.tokenizer(data.FILM).pieces
    names = tuple(pieces[number].removeprefix(WORD_START) for number in arrays[f"{side}.ids"])
    used = {pieces[number]: place for place, number in enumerate(arrays[f"{side}.ids"]) if arrays[f"{side}.used"][place]}
    tokens = readings.tokenizer(data.FILM).encode(shown.source if side == "source" else shown.target).pieces
    here = tuple(dict.fromkeys(used[piece] for piece in tokens if piece in used))
    nouns = [at for at, place in enumerate(here) if arrays[f"{side}.part"][place] == PARTS.index("noun")]
    return Side(side, label, names, here, nouns[-1] if nouns else 0, arrays)


def nearest_nouns(shown: Reading) -> Callable[[], None] | None:
    """The nouns of the riddle with their nearest nouns: the row already knows the gender that French will need."""
    pair = recognize(shown.source)
    if pair is None or pair.gold is None or pair.gold.referent is None:
        return None
    words, referent = pair.gold.source_words, pair.gold.referent
    nouns = [words[place].text for place in (referent.source_noun, referent.source_rival)]
    found = [nearest_words(noun) for noun in nouns]
    if not all(found):
        return None
    return lambda: say(
        _("{one} lies nearest to {one_near}; {other} to {other_near}. The gender French needs is in the row, before any attention."),
        "map_nouns", one=Said(nouns[0], "source"), one_near=Said(", ".join(found[0])), other=Said(nouns[1], "source"),
        other_near=Said(", ".join(found[1])),
    )  # fmt: skip


def nearest_words(word: str, count: int = 3) -> tuple[str, ...]:
    """The words whose trained rows are most like an English word's; none for a word the film does not have."""
    arrays, pieces = data.facts().arrays, readings.tokenizer(data.FILM).pieces
    places = {pieces[number]: place for place, number in enumerate(arrays["source.ids"]) if arrays["source.used"][place]}
    place = places.get(WORD_START + word)
    if place is None:
        return ()
    return tuple(pieces[arrays["source.ids"][near]].removeprefix(WORD_START) for near in arrays["source.near"][1][place][:count])

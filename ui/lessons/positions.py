"""Lesson 7, positions: the centrepiece, what one sees, the formula, and the pictures one works with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from figures import positions as figures
from figures.measures import cosines
from figures.payload import Tokens
from model.reading import Reading
from ui import bets, lesson, words
from ui.components.positions import picture
from ui.lessons import positions_words as of
from ui.prose import Said, as_part, grouped, heading, number, say
from ui.words import _

WIDTHS_KEPT = 16  # models of different widths whose pictures stay in memory


def place_bet() -> None:
    right = _("The same vectors, shuffled")
    so = _("So it is: shuffle them yourself under “Break it”.")
    otherwise = _("It is: {right}. Shuffle them yourself under “Break it”.").format(right=right[:1].lower() + right[1:])
    lesson.bet(
        "positions.shuffle",
        _("Positions are switched off and the words of a sentence shuffled. What becomes of the vectors the encoder makes?"),
        [_("They all change"), right, _("All words get one vector")],
        so if bets.bet_on("positions.shuffle") == right else otherwise,
    )


def encoding(shown: Reading) -> None:
    """The clocks over the heatmap."""
    rows = shown.arrays["encoder.position"]
    picture(figures.encoding_payload(rows, Tokens(shown.source_pieces), shown.config.positions, of.encoding_words()), "positions_encoding")


def plain(piece: str) -> str:
    """A piece as prose writes it."""
    return piece.removeprefix("\u2581") or "\u2423"


# What you see


def seen(shown: Reading) -> list[Callable[[], None]]:
    """Sentences on the learner's own words."""
    if shown.config.positions != "sinusoidal":
        return [lambda: _seen_otherwise(shown)]
    return [lambda: _seen_hands(shown), lambda: _seen_likeness(shown), lambda: _seen_twice(shown)]


def _seen_otherwise(shown: Reading) -> None:
    learned = _(
        "This model has learned its positions: {count} rows of {width} numbers, a parameter each. What follows shows the sines and "
        "cosines the paper uses in their place."
    )
    nothing = _("This model was trained without positions: nothing is added to its embeddings. What follows shows what it lacks.")
    values = {"count": str(shown.config.maximum_length), "width": str(shown.config.d_model)}
    say(learned if shown.config.positions == "learned" else nothing, "positions_otherwise", **values)


def _seen_hands(shown: Reading) -> None:
    count, width = len(shown.source_pieces), shown.config.d_model
    if count < 2:
        say(
            _(
                "The {width} numbers of a row are the sines and cosines of {pairs} clocks. Your one word stands at position 0, where every "
                "hand points up: each sine is 0, each cosine 1. Write a second word on the stage, and the hands turn."
            ),
            "positions_hands", width=width, pairs=width // 2,
        )  # fmt: skip
        return
    turns = figures.frequencies(width) * (count - 1) / (2 * np.pi)
    say(
        _(
            "The {width} numbers of a row are the sines and cosines of {pairs} clocks. From {first} to {last} the first clock goes round "
            "{round} times; the last one turns by {little}°, and would need {words} words to come round once. Quick hands tell "
            "neighbours apart, slow ones the beginning from the end."
        ),
        "positions_hands", width=width, pairs=width // 2, first=Said(plain(shown.source_pieces[0]), "source"),
        last=Said(plain(shown.source_pieces[-1]), "source"), round=number(turns[0]), little=number(360 * turns[-1]),
        words=Said(grouped(2 * np.pi / figures.frequencies(width)[-1])),
    )  # fmt: skip


def _seen_likeness(shown: Reading) -> None:
    count, width = len(shown.source_pieces), shown.config.d_model
    alike = figures.likeness(width) / (width / 2)
    if count < 2:
        say(
            _("Every row has the same length, {size}; a single word has nothing to be compared with."), "positions_alone", size=_size(width)
        )
        return
    say(
        _(
            "Every row is {size} long, so no place is louder than another. Neighbours are alike: a cosine of {near} for {one} and "
            "{other}, as for any two words side by side. {first} and {last}, {apart} apart, come to {far}."
        ),
        "positions_likeness", size=_size(width), near=number(alike[1]), one=Said(plain(shown.source_pieces[0]), "source"),
        other=Said(plain(shown.source_pieces[1]), "source"), first=Said(plain(shown.source_pieces[0]), "source"),
        last=Said(plain(shown.source_pieces[-1]), "source"), apart=count - 1, far=number(alike[count - 1]),
    )  # fmt: skip


def _size(width: int) -> Said:
    return Said(f"√{width // 2} = {np.sqrt(width / 2):.2f}")


def _seen_twice(shown: Reading) -> None:
    """A word that stands twice is one embedding in two places."""
    first: dict[str, int] = {}
    for place, piece in enumerate(shown.source_pieces):
        if piece in first:
            one, other = shown.arrays["encoder.input"][[first[piece], place]]
            say(
                _(
                    "{word} stands at {one} and at {other}. Its embedding is the same both times; with the positions added, the two "
                    "vectors have a cosine of {cosine}."
                ),
                "positions_twice", word=Said(plain(piece), "source"), one=first[piece], other=place,
                cosine=number(float(cosines(one[None], other[None])[0, 0])),
            )  # fmt: skip
            return
        first[piece] = place
    say(
        _(
            "No word of yours stands twice. Where one does, its embedding is the same both times, and the position alone tells the two "
            "apart."
        ),
        "positions_once",
    )


def prerequisites() -> None:
    with st.container(horizontal=True):
        lesson.term(
            _("sine, cosine, radian"),
            _(
                "A hand of length 1 starts at twelve and turns clockwise by an angle. Its tip is then *sine* of the angle to the right "
                "and *cosine* of the angle up. A full turn is 360° or 2π ≈ 6.28 *radians*; 1 radian is about 57°."
            ),
        )
        lesson.term("matrix")


def formula(shown: Reading) -> None:
    count, width = len(shown.source_pieces), shown.config.d_model
    longest = 2 * np.pi / figures.frequencies(width)[-1]
    lesson.formula(
        r"\begin{aligned} PE_{(pos,\,2i)} &= \sin\!\left(pos / 10000^{2i/d_{model}}\right) \\"
        r" PE_{(pos,\,2i+1)} &= \cos\!\left(pos / 10000^{2i/d_{model}}\right) \end{aligned}",
        [
            lesson.Symbol("pos", _("which token, counted from 0"), _("0 to {last}").format(last=count - 1)),
            lesson.Symbol("i", _("which clock"), _("0 to {last}").format(last=width // 2 - 1)),
            lesson.Symbol("2i,\\ 2i+1", _("its two columns: sine, cosine"), _("0 to {last}").format(last=width - 1)),
            lesson.Symbol("d_{model}", _("width of every vector"), str(width)),
            lesson.Symbol(
                r"10000^{2i/d_{model}}", _("words for one radian"), _("1 to {last}").format(last=grouped(10000 ** ((width - 2) / width)))
            ),
            lesson.Symbol(
                r"2\pi \cdot 10000^{2i/d_{model}}", _("words for a full turn"),
                _("{first} to {last}").format(first="6.28", last=grouped(longest)),
            ),
            lesson.Symbol("PE", _("what is added to the embeddings"), f"n × d_model = {count} × {width}"),
        ],
        "3.5",
    )  # fmt: skip


# Hands on


@as_part
def offsets(shown: Reading) -> None:
    heading(_("How far apart, but not which way"))
    st.markdown(
        _(
            "The product of two rows depends on their offset k alone, not on where they stand. It is no ruler: it falls, then rises in "
            "bumps. And it has no direction: k words on and k words back give the same number."
        )
    )
    picture(_offsets(shown.config.d_model, shown.source_pieces, words.language()), "positions_offsets")
    rises = {width: figures.first_rise(figures.likeness(width, 200)) for width in (64, 128, 512)}
    say(
        _("It first rises again at k = {small} with 64 dimensions, at {middle} with 128 and at {paper} with the paper's 512."),
        "positions_rises", small=rises[64], middle=rises[128], paper=rises[512],
    )  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=WIDTHS_KEPT)
def _offsets(width: int, pieces: tuple[str, ...], language: str) -> bytes:
    return figures.offsets_payload(width, Tokens(pieces), of.offsets_words())


@as_part
def turns(shown: Reading) -> None:
    heading(_("One turn fits every place"))
    st.markdown(
        _(
            "From any position to the one k further on, each hand turns by the same angle: k times its speed. So one matrix, made of "
            "two-by-two turns, leads from PE(pos) to PE(pos + k) for every pos, also for positions that were never used to find it. "
            "Orange is the turn; move *from position* and it stays."
        )
    )
    picture(_turns(shown.config.d_model, words.language()), "positions_turns")
    st.markdown(
        _(
            "A table of random vectors has a fitted map too, without a fault where it was fitted, as long as there are fewer positions "
            "than dimensions. It learned them by heart, and fails on the next one. So a fit proves nothing; the test on new positions "
            "does. Even on sinusoids a fit misses where it was not shown enough; the closed form was shown nothing."
        )
    )
    st.markdown(
        _(
            "**A hypothesis, not a finding.** The paper chose sinusoids “because we hypothesized it would allow the model to easily "
            "learn to attend by relative positions”. That the turn exists is mathematics, tested above. That models use it is something "
            "the paper supposes and does not measure."
        )
    )


@st.cache_resource(show_spinner=False, max_entries=WIDTHS_KEPT)
def _turns(width: int, language: str) -> bytes:
    return figures.turns_payload(width, of.turns_words())


@as_part
def sums(shown: Reading) -> None:
    heading(_("Word plus place"))
    embedding, position = shown.arrays["encoder.embedding"], shown.arrays["encoder.position"]
    st.markdown(
        _(
            "Position is not written beside the embedding but added to it, number by number; the layers have to tell the two apart "
            "again. A fresh embedding is about 1 long, a position √(d_model / 2). Times √d_model the embedding comes to about √d_model, "
            "and neither drowns the other. (The paper multiplies and does not say why.)"
        )
    )
    picture(figures.sums_payload(embedding, position, Tokens(shown.source_pieces), of.sums_words()), "positions_sums")
    own, place = np.linalg.norm(embedding, axis=1), np.linalg.norm(position, axis=1)
    root = float(np.sqrt(shown.config.d_model))
    say(
        _(
            "Your words' embeddings are {low} to {high} long, their positions {place}. Without the factor √{width} = {root} the "
            "embeddings would be {small} long on average, and the places would drown the words."
        ),
        "positions_sizes", low=number(float(own.min())), high=number(float(own.max())), place=number(float(place.max())),
        width=shown.config.d_model, root=number(root), small=number(float(own.mean()) / root),
    )  # fmt: skip

"""Lesson 8, self-attention in one head: the bet, the picture of the head, and what is seen in it. Everything that knows Streamlit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from figures.attention import Book, HeadsOfLayer, attention_payload, parameters_payload, scale_of
from figures.attention_scaling import entropy_bits
from figures.payload import Tokens
from model import limits
from model.reading import Reading
from ui import bets, lesson, readings, stage, words
from ui.address import Stage
from ui.components import attention as components
from ui.components import kept
from ui.inspect import telling_head
from ui.lessons.attention_weights import layers_of, weights_of
from ui.lessons.attention_words import head_words, plate_names
from ui.prose import Said, escaped, number, percent, say
from ui.words import _, many

CHOICES = 4  # words one can bet on


@dataclass(frozen=True)
class Place:
    """A query in a head, all from 0, and the key it reads most."""

    layer: int
    head: int
    row: int
    column: int


@dataclass(frozen=True)
class Lesson:
    """What every part of the page looks at. `names` are the tokens, numbered where one stands twice."""

    stage: Stage
    shown: Reading
    layers: tuple[HeadsOfLayer, ...]
    weights: tuple[np.ndarray, ...]
    scale: float
    start: Place
    names: tuple[str, ...]

    @property
    def row(self) -> str:
        return self.names[self.start.row]

    @property
    def top(self) -> str:
        return self.names[self.start.column]

    def numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """Products and weights of the followed query, a number for each key."""
        layer, place = self.layers[self.start.layer], self.start
        products = layer.key[place.head] @ layer.query[place.head, place.row]
        return products, self.weights[place.layer][place.head, place.row]


def identity(shown: Reading) -> tuple[str, str]:
    """What a cache needs to know of a reading: this lesson looks at the encoder alone."""
    return shown.model_sha256, shown.source


def prepare() -> Lesson:
    """The stage's sentence as this lesson needs it."""
    return _lesson(stage.current(), stage.reading())


def on(other: Stage) -> Lesson:
    """Another sentence or model, where the stage's cannot serve."""
    return _lesson(other, readings.of(other))


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS, hash_funcs={Reading: identity})
def _lesson(now: Stage, shown: Reading) -> Lesson:
    layers = tuple(layers_of(now.model, shown))
    scale = scale_of(shown.config.d_k, shown.config.scaling)
    weights = tuple(weights_of(layer, scale) for layer in layers)
    return Lesson(now, shown, layers, weights, scale, _start(shown, weights), numbered(shown.source_pieces))


def _start(shown: Reading, weights: tuple[np.ndarray, ...]) -> Place:
    """A pronoun and the head in which it reads a candidate most; else a word's strongest look at another, in a head whose rows differ:
    where all read one token there is nothing to bet on.
    """
    told = telling_head(shown)
    layer, head, row = (told["layer"], told["head"], told["row"]) if told else _differing(shown.source_pieces, np.stack(weights))
    return Place(layer, head, row, int(weights[layer][head, row].argmax()))


def _differing(pieces: tuple[str, ...], weights: np.ndarray) -> tuple[int, int, int]:
    """Layer, head and row of the strongest look of a word at another, by `weights` [layers, h, n, n], in the heads where no one token
    is most read in more than half of the rows (else in the one where it is in the fewest).
    """
    tops = weights.argmax(axis=-1)
    most = np.apply_along_axis(lambda row: np.bincount(row).max(), -1, tops) / len(pieces)
    is_word = np.array([any(map(str.isalpha, piece)) for piece in pieces])
    between = np.outer(is_word, is_word) * (1 - np.eye(len(pieces)))
    looks = weights * between * (most <= max(0.5, float(most.min())))[..., None, None]
    layer, head, row, _column = map(int, np.unravel_index(int(looks.argmax()), looks.shape))
    return layer, head, row


def numbered(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """Tokens as prose names them: without the mark of a word's start, and numbered where one stands twice."""
    texts = [entry["text"] for entry in Tokens(pieces).as_list()]
    raised = str.maketrans("0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
    return tuple(
        f"{text}{str(texts[: place + 1].count(text)).translate(raised)}" if texts.count(text) > 1 else str(text)
        for place, text in enumerate(texts)
    )


def place_bet(now: Lesson) -> str | None:
    """Which word is read most. A bet for each sentence; the picture opens on the sentence once it is made."""
    if len(now.names) < 2:
        st.caption(_("A single word can read only itself. Write a longer sentence on the stage, and bet."))
        return None
    question = _("In layer {layer}, head {head}: which word will “{row}” read most?")
    where = {"layer": now.start.layer + 1, "head": now.start.head + 1, "row": escaped(now.row)}
    return lesson.bet(_bet_name(now), question.format(**where), [escaped(name) for name in candidates(now)])


def _bet_name(now: Lesson) -> str:
    told = f"{now.stage.model}\0{now.shown.source}"
    return f"self-attention.{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def candidates(now: Lesson) -> list[str]:
    """The word itself, its neighbours, the word most read and the next one, in the order of the sentence; four at most."""
    _products, weights = now.numbers()
    by_weight = [int(place) for place in np.argsort(-weights)]
    near = [now.start.row, now.start.row - 1, now.start.row + 1]
    wanted = [by_weight[0], now.start.row, *by_weight[1:2], *near, *by_weight[2:]]
    places = list(dict.fromkeys(place for place in wanted if 0 <= place < len(weights)))[:CHOICES]
    return [now.names[place] for place in sorted(places)]


def picture(now: Lesson) -> None:
    """The head, step by step. Before the bet it is opened on the pencil's three words, which give nothing away."""
    begin = "sentence" if bets.bet_on(_bet_name(now)) is not None else "pencil"
    components.head(_payload(now.stage, now.shown, begin, words.language()), "attention_head")
    kept.keep(_matrices(now.shown.model_sha256, now), "attention_matrices")


@st.cache_resource(show_spinner=False, max_entries=limits.MODELS_IN_MEMORY, hash_funcs={Lesson: lambda now: 0})
def _matrices(model: str, now: Lesson) -> bytes:
    return parameters_payload(book_of(now), model)


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS // 8, hash_funcs={Reading: identity})
def _payload(at: Stage, shown: Reading, begin: str, language: str) -> bytes:
    now = _lesson(at, shown)
    start = {"layer": now.start.layer, "head": now.start.head, "row": now.start.row}
    return attention_payload(book_of(now, told=shown.config.norm != "pre"), start, head_words(), plate_names(), begin, shown.model_sha256)


def book_of(now: Lesson, told: bool = True) -> Book:
    """The sentence for a picture. `told`: with the embeddings and positions that make the first layer's vectors."""
    arrays = now.shown.arrays
    return Book(
        Tokens(now.shown.source_pieces), now.layers, now.scale, row=now.start.row,
        embedding=arrays["encoder.embedding"] if told else None, position=arrays["encoder.position"] if told else None,
    )  # fmt: skip


def seen(now: Lesson) -> list[Callable[[], None]]:
    """Sentences with the learner's own numbers, in the order of the path."""
    if bets.bet_on(_bet_name(now)) is None:
        return [lambda: _seen_before_bet(now)]
    return [lambda: _seen_bet(now), lambda: _seen_path(now), lambda: _seen_spread(now)]


def _seen_before_bet(now: Lesson) -> None:
    say(
        many(
            "By pencil, {row} finds its answer in three rows. In your sentence it would ask {count} word, itself.",
            "By pencil, {row} finds its answer in three rows. In your sentence it asks {count} tokens, with {d_k} numbers in place of "
            "four, in {heads} heads at once. "
            "Place your bet, and the picture turns to your sentence.",
            len(now.names),
        ),
        "attention_seen_before", row=Said("it", "query"), count=len(now.names), d_k=now.shown.config.d_k, heads=now.shown.config.heads,
    )  # fmt: skip


def _seen_bet(now: Lesson) -> None:
    bet = bets.bet_on(_bet_name(now))
    right = bet == escaped(now.top)
    _products, weights = now.numbers()
    won = _("You bet on {bet}, and so it is: {row} puts {share} of its weight on {top}.")
    lost = _("You bet on {bet}. In this head {row} puts {share} of its weight on {top}.")
    say(
        won if right else lost,
        "attention_seen_bet", bet=Said((bet or "").replace("\\", ""), "key"), row=Said(now.row, "query"),
        share=percent(float(weights[now.start.column])), top=Said(now.top, "key"),
    )  # fmt: skip


def _seen_path(now: Lesson) -> None:
    products, weights = now.numbers()
    product = float(products[now.start.column])
    say(
        _(
            "{row} asks with {d_k} numbers, and every word of your sentence answers with its key. The best match in this head is {top}: "
            "the products of their numbers add up to {product}; divided by √{d_k} that is a score of {score}; among {count} tokens "
            "softmax makes {weight} of the weight of it."
        ),
        "attention_seen_path",
        row=Said(now.row, "query"),
        top=Said(now.top, "key"),
        d_k=now.shown.config.d_k,
        product=number(product),
        score=number(product * now.scale),
        count=len(now.names),
        weight=percent(float(weights[now.start.column])),
    )


def _seen_spread(now: Lesson) -> None:
    spread = np.stack([entropy_bits(weights).mean(axis=-1) for weights in now.weights])
    narrow, wide = (np.unravel_index(int(pick), spread.shape) for pick in (spread.argmin(), spread.argmax()))
    say(
        _(
            "Not every head looks that way. On your sentence {narrow} is the most decided: its rows have {low} bits of entropy, where one "
            "word alone would be 0. The most even is {wide}, with {high} bits; all {count} tokens alike would be {even}. Turn to it in the "
            "picture: the steps are the same."
        ),
        "attention_seen_spread",
        narrow=_place_name(narrow),
        wide=_place_name(wide),
        low=number(float(spread.min())),
        high=number(float(spread.max())),
        count=len(now.names),
        even=number(float(np.log2(len(now.names)))),
    )


def _place_name(place: tuple[np.intp, ...]) -> str:
    return _("layer {layer}, head {head}").format(layer=int(place[0]) + 1, head=int(place[1]) + 1)

"""Lesson 7, break it: the words in another order, with positions and without; and a model that never had them."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from figures.payload import Tokens
from figures.positions import curves_payload, orders_payload
from model import limits
from model.order import SENTENCE, outputs, words_of
from model.reading import Reading
from ui import bets, lesson, readings
from ui.address import Stage
from ui.components.positions import orders, picture
from ui.lessons import positions_words as of
from ui.prose import Said, say
from ui.shipped import Facts, shipped
from ui.words import _

KEY = "positions_orders"
_ASKED = "positions_asked"
TRAINED = "toy"  # the model whose recipe was run three times
ROLES = ("value", "query", "negative")


def shuffle(stage: Stage, shown: Reading) -> None:
    with lesson.breaking("removed now", _("shuffle the words")):
        st.markdown(
            _(
                "Drag the words, or move them with the arrow keys. The model reads the new order twice: with positions, as it was "
                "trained to, and with nothing added to the embeddings. A whole line leads to a vector that stayed the same, a broken one "
                "to a vector that changed."
            )
        )
        _shuffle(stage, shown)
    _bet_settled()
    st.markdown(
        _(
            "Rows move with their words: an encoder without positions is *equivariant*. (Only a mean over the rows would be the same for "
            "every order.) **A decoder is not blind**, even without positions: choose *Decoder*. Its mask lets the first word see one "
            "word, the second two, the third three, and so the order shows. Take the mask off as well, and it is as blind as the encoder."
        )
    )


@st.fragment
def _shuffle(stage: Stage, shown: Reading) -> None:
    """Only this runs again for an order that is not known yet."""
    views = [*_example(stage.model, shown.model_sha256), _own(stage.model, shown)]
    orders(orders_payload(views, of.orders_words()), KEY, lambda asked: _keep(asked, stage, shown))


def _bet_settled() -> None:
    made = bets.bet_on("positions.shuffle")
    right = _("The same vectors, shuffled")
    if made is None:
        return
    template = _("You bet: {bet}. So it is.") if made == right else _("You bet: {bet}. It is: {right}.")
    say(template, "positions_bet", bet=Said(made), right=Said(right))


def _example(model: str, sha256: str) -> list[dict[str, Any]]:
    """Our sentence in all its orders: shipped where this model has been measured, else asked for."""
    facts = shipped("order", model)
    if facts is None:
        return [_asked_view("encoder", _("Encoder: {sentence}").format(sentence=SENTENCE), model, sha256, SENTENCE)]
    labels = {"encoder": _("Encoder"), "decoder": _("Decoder"), "unmasked": _("Decoder, mask off")}
    return [_shipped_view(facts, side, label) for side, label in labels.items()]


def _shipped_view(facts: Facts, side: str, label: str) -> dict[str, Any]:
    about = facts.about["encoder" if side == "encoder" else "decoder"]
    return {
        "name": side, "label": label, "tokens": Tokens(tuple(about["pieces"])).as_list(), "words": about["words"],
        "orders": about["orders"], "with": facts.arrays[f"{side}.with"], "without": facts.arrays[f"{side}.without"],
        "translations": facts.about["translations"] if side == "encoder" else None,
    }  # fmt: skip


def _own(model: str, shown: Reading) -> dict[str, Any]:
    return _asked_view("own", _("Encoder: your sentence"), model, shown.model_sha256, shown.source)


def _asked_view(name: str, label: str, model: str, sha256: str, source: str) -> dict[str, Any]:
    """A sentence of which an order is computed when it is asked for; nothing before, so that a first view needs no torch."""
    pieces = readings.tokenizer(model).encode(source).pieces
    words = words_of(pieces)
    view = {"name": name, "label": label, "tokens": Tokens(pieces).as_list(), "words": words, "translations": None}
    order = st.session_state.get(_ASKED, {}).get((model, source))
    if order is None or sorted(order) != list(range(len(words))):
        return view | {"orders": [], "with": None, "without": None}
    first = tuple(range(len(words)))
    vectors = {name: _vectors(model, sha256, source, order, name == "without") for name in ("with", "without")}
    return view | {"orders": [first, order], **vectors}


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _vectors(model: str, sha256: str, source: str, order: tuple[int, ...], drop_positions: bool) -> np.ndarray:
    """The encoder's vectors in the first order and in this one [2, n, d_model]."""
    saved = readings.loaded(model)
    encoding = saved.tokenizer.encode(source)
    words = words_of(encoding.pieces)
    return outputs(saved, encoding.ids, words, [range(len(words)), order], drop_positions=drop_positions)


def _keep(asked: object, stage: Stage, shown: Reading) -> None:
    """What the browser asks for, where it is an order of words at all."""
    order = asked.get("order") if isinstance(asked, dict) else None
    if not isinstance(order, list) or len(order) > limits.SENTENCE_TOKENS or not all(type(word) is int for word in order):
        return
    if sorted(order) == list(range(len(order))):
        source = shown.source if isinstance(asked, dict) and asked.get("view") == "own" else SENTENCE
        st.session_state[_ASKED] = {**st.session_state.get(_ASKED, {}), (stage.model, source): tuple(order)}


# Trained without


def trained_without() -> None:
    facts = shipped("order-trained", TRAINED)
    if facts is None:
        return
    with lesson.breaking("trained without", _("never have positions")):
        kinds = [_("sinusoids"), _("learned"), _("no positions")]
        curves = dict(zip(kinds, facts.arrays["exact"], strict=True))
        picture(curves_payload(facts.arrays["steps"], curves, ROLES, of.curves_words()), "positions_trained")
    about, same = facts.about, facts.arrays["same"].sum(axis=1)
    twins = np.all(facts.arrays["twins"], axis=2)
    both = [int(right) for right in twins.sum(axis=1)]
    say(
        _(
            "The toy's shape, trained three times alike ({steps} steps of {batch} sentences, counted on {sentences} unseen ones). "
            "Without positions it still gets {share} exactly right: many a set of words has but one sensible order. Who does what to "
            "whom is lost."
        ),
        "positions_trained_told", steps=about["steps"], batch=about["batch"], sentences=about["sentences"],
        share=Said(f"{100 * about['final']['none']:.0f}\u202f%"),
    )  # fmt: skip
    say(
        _(
            "Of {count} pairs of sentences that differ in nothing but order, both are right in {with} with sinusoids, in {learned} with "
            "learned positions, in {none} without. It writes the same French for both in {same} of {count}: to its encoder they are one "
            "set of vectors."
        ),
        "positions_twins", count=twins.shape[1], learned=both[1], none=both[2], same=int(same[2]),
        **{"with": both[0]},
    )  # fmt: skip
    _twins_table(facts)
    lesson.race_link("no positions", _("Race it yourself: with positions against without"))


def _twins_table(facts: Facts) -> None:
    """Sentences of our own grammar: which order means what."""
    written, about = facts.about["translations"], facts.about
    head = f"| {_('English')} | {_('with positions')} | {_('trained without')} |\n|---|---|---|\n"
    rows = [
        f"| {source} | {written['sinusoidal'][pair][place]} | {_judged(written['none'][pair][place], about['references'][pair][place])} |"
        for pair in range(2)
        for place, source in enumerate(about["twins"][pair])
    ]
    st.markdown(head + "\n".join(rows))


def _judged(text: str, reference: str) -> str:
    return text if text == reference else _("{text} (wrong)").format(text=f"*{text}*")

"""Bets: a prediction locked in before anything is shown, kept for the session and come back to in later lessons."""

from __future__ import annotations

from typing import Any

import streamlit as st

from model.reading import Reading
from ui import readings, sentences
from ui.words import _

_BETS = "bets"
STAGE_KEY = "stage_line"


def bet_on(name: str) -> str | None:
    """What the learner bet under that name, None before the bet."""
    found: str | None = st.session_state.get(_BETS, {}).get(name)
    return found


def lock(name: str, choice: str) -> None:
    """Lock a bet in; the first one stands."""
    st.session_state[_BETS] = {name: choice} | st.session_state.get(_BETS, {})


def on_stage_bet() -> None:
    """The bet on the riddle, made in the picture of the sentence: a noun, or `skip`."""
    choice = st.session_state[STAGE_KEY].get("bet")
    stage = st.session_state["stage"]
    word = sentences.riddle_of(stage.source)
    if word is None or choice not in (*sentences.RIDDLE_NOUNS, "skip"):
        return
    if choice == "skip":
        for other in sentences.RIDDLE:
            lock(f"riddle.{other}", choice)
    lock(f"riddle.{word}", choice)


def riddle_data(reading: Reading) -> dict[str, Any] | None:
    """What the picture needs for the bet, where the stage holds one of the two sentences of the riddle.

    `ask`: stop before the pronoun is written and take a bet; else `verdict`. The model's choice is read from its translation.
    """
    word = sentences.riddle_of(reading.source)
    if word is None or readings.is_untrained(address_model()):
        return None
    words = reading.source.split(" ")
    places = [words.index(noun) for noun in sentences.RIDDLE_NOUNS]
    bet = bet_on(f"riddle.{word}")
    pronoun = pronoun_place(reading.target)
    other = next(name for name in sentences.RIDDLE if name != word)
    return {
        "pronoun": words.index("it"),
        "nouns": places,
        "names": list(sentences.RIDDLE_NOUNS),
        "written": pronoun,
        "stop": pronoun if bet is None else None,
        "question": _("The model is about to write il or elle. Your bet: which noun does “it” mean? Touch it."),
        "skip": _("Skip the bet"),
        "verdict": None if bet is None or pronoun is None else _verdict(reading, bet, pronoun),
        "other": {"sentence": sentences.RIDDLE[other], "label": _("Now change {word} to {other}").format(word=word, other=other)}
        if bet is not None and bet_on(f"riddle.{other}") is None
        else None,
    }


def address_model() -> str:
    model: str = st.session_state["stage"].model
    return model


def pronoun_place(target: str) -> int | None:
    """The place of the French word that holds il or elle, None where the translation has none."""
    for place, word in enumerate(target.lower().split(" ")):
        if word.split("'")[-1].split("’")[-1] in ("il", "elle"):
            return place
    return None


def _verdict(reading: Reading, bet: str, pronoun: int) -> str:
    written = reading.target.split(" ")[pronoun].split("'")[-1]
    noun = "animal" if written == "il" else "street"
    because = (
        _("It writes il, masculine: l'animal is masculine, la rue feminine.")
        if written == "il"
        else _("It writes elle, feminine: la rue is feminine, l'animal masculine.")
    )
    if bet == "skip":
        return because
    if bet == noun:
        return _("Your bet was “{bet}”, and the model agrees.").format(bet=bet) + " " + because
    return _("Your bet was “{bet}”; the model says “{noun}”.").format(bet=bet, noun=noun) + " " + because

"""The film component: the attention of one sentence at every moment of a training, of one model or of several side by side."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.components.labels import component_words
from ui.components.pictures import _CSS, _script
from ui.words import _

_PARTS = Path(__file__).parent / "parts"
_FILM = st.components.v2.component(
    "lab_film", css=_CSS + (_PARTS / "film.css").read_text(encoding="utf-8"), js=_script("createFilm", "heads", "film")
)


def film(payload: bytes, key: str) -> None:
    """`payload` from `figures.film.film_payload` with the words of `film_words`."""
    _FILM(key=key, data=payload)


def film_words() -> dict[str, str]:
    """Every word of the film, in the visitor's language."""
    return component_words() | {
        "play": _("Play"),
        "pause": _("Hold"),
        "moment": _("Moment of the training"),
        "after": _("after step {step} of {steps}"),
        "layers": _("Layer"),
        "heads": _("Head"),
        "mean": _("mean"),
        "told_encoder": _("{row} puts {share} of its weight on {column}."),
        "told_decoder": _("The row that writes {row} puts on {column}: {share}."),
    }

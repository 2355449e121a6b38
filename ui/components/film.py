"""The film component: the attention of one sentence at every moment of a training, of one model or of several side by side."""

from __future__ import annotations

from ui.components.labels import component_words
from ui.components.registry import DRAWING, component
from ui.words import _

_FILM = component("lab_film", "createFilm", *DRAWING, "heads", "film", styles=("film",))


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

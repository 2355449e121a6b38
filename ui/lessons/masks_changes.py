"""What a change of one word changes: shipped for the first sentences, computed once for any other. Knows no torch by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from model import limits
from model.changes import ARRAYS, Changes
from model.reading import Reading
from ui import readings
from ui.address import Stage
from ui.first import SOURCES
from ui.shipped import shipped

if TYPE_CHECKING:
    from model.saved import SavedModel

NAME = "mask-changes"


def measured(saved: SavedModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The changes of the first sentences: arrays `<number>.<name>`, pieces and translations by number."""
    from model.causality import change_words
    from model.read import read

    arrays: dict[str, np.ndarray] = {}
    about: dict[str, Any] = {"sources": list(SOURCES), "pieces": [], "translations": []}
    for number, source in enumerate(SOURCES):
        changes = change_words(saved, read(saved, source))
        arrays |= {f"{number}.{name}": getattr(changes, name) for name in ARRAYS}
        about["pieces"].append(list(changes.pieces))
        about["translations"].append(changes.unmasked_translation)
    return arrays, about


def changes_of(stage: Stage, shown: Reading) -> Changes:
    """The changes of the stage's sentence; torch is imported only where none are shipped."""
    return _shipped(stage, shown) or _computed(stage.model, shown.source, None if not shown.forced else shown.target, shown.model_sha256)


def _shipped(stage: Stage, shown: Reading) -> Changes | None:
    facts = None if shown.forced or readings.is_untrained(stage.model) else shipped(NAME, stage.model)
    if facts is None or shown.source not in facts.about["sources"]:
        return None
    number = facts.about["sources"].index(shown.source)
    values = {name: facts.arrays[f"{number}.{name}"] for name in ARRAYS}
    return Changes(**values, pieces=tuple(facts.about["pieces"][number]), unmasked_translation=facts.about["translations"][number])


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _computed(model: str, source: str, target: str | None, sha256: str) -> Changes:
    from model.causality import change_words

    return change_words(readings.loaded(model), readings.reading(model, source, target))

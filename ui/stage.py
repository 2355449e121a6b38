"""The stage: one calm line at the head of every page, set once, used by all.

Drawn by app.py before the page. What a visitor does to it comes back as one edit, is checked, and only then becomes the
stage: whatever cannot be read leaves the last good sentence standing, with one sentence that says why.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from model.errors import LabError
from model.reading import Reading
from model.text import clean_sentence
from ui import address, familiarity, first, readings, riddle, sentences, train_models
from ui.address import Stage
from ui.stage_data import source_words, target_words, threads
from ui.wording import sentence_of
from ui.words import _

HERE = Path(__file__).parent
KEY = "stage_line"
_MISTAKE, _EDITS = "stage_mistake", "stage_edits"

_COMPONENT = st.components.v2.component(
    "lab_stage",
    css=(HERE / "stage.css").read_text(encoding="utf-8"),
    js=address.VIEW_JS + "".join((HERE / name).read_text(encoding="utf-8") for name in ("stage_parts.js", "stage_flow.js", "stage.js")),
)


def prepare() -> None:
    """Make sure that the session has a stage, from the address where that leads."""
    found = address.read()
    stage = _standing(address.current() or Stage(first.DEFAULT, sentences.DEFAULT))
    if found:
        st.session_state.pop(_MISTAKE, None)
        stage = _from_address(found, stage)
    address.change(stage)


def _standing(stage: Stage) -> Stage:
    """The stage, with the usual model in place of a run that has been deleted meanwhile."""
    gone = train_models.is_run(stage.model) and not train_models.is_there(stage.model)
    return Stage(first.DEFAULT, sentences.DEFAULT) if gone else stage


def current() -> Stage:
    stage = address.current()
    assert stage is not None, "app.py prepares the stage before any page"
    return stage


def reading() -> Reading:
    """The reading of the stage, as every page sees it."""
    return readings.of(current())


def draw(uses: tuple[str, ...]) -> None:
    """The controls a page uses, and nothing where it uses none. `flow`: the picture of the sentence going through."""
    if uses:
        _COMPONENT(key=KEY, data=_data(uses), on_edit_change=_on_edit, on_bet_change=_on_bet)


def propose(source: str | None = None, target: str | None = None, model: str | None = None, keep_target: bool = False) -> LabError | None:
    """Change the stage where the whole of it can be read; else keep it and return why not.

    A new source drops a target of the learner's own, which belonged to the old sentence, unless it shall be kept: a swapped
    word is a comparison. An empty target is the model's own.
    """
    stage = current()
    try:
        if model is not None:
            readings.check_model(model)
        wanted = Stage(model or stage.model, stage.source, stage.target)
        if source is not None:
            wanted = Stage(wanted.model, clean_sentence(source), wanted.target if keep_target else None)
        if target is not None:
            wanted = replace(wanted, target=clean_sentence(target) if target else None)
        readings.of(wanted)
    except LabError as error:
        return error
    address.change(wanted)
    return None


def show(source: str) -> None:
    """Put one of our sentences on the stage. For buttons."""
    propose(source=source)


def _from_address(found: dict[str, str], fallback: Stage) -> Stage:
    """The stage a link names. A part of it that cannot be read falls back alone, and the line says so."""
    stage = Stage(fallback.model, fallback.source)
    for field in ("model", "source", "target"):
        if field not in found or (field == "target" and not found[field]):  # no target: the model's own
            continue
        try:
            stage = _with(stage, field, found[field])
        except LabError as error:
            st.session_state[_MISTAKE] = {"error": error, "field": "link", "draft": ""}
    return stage


def _with(stage: Stage, field: str, value: str) -> Stage:
    """The stage with one part changed and checked."""
    if field == "model":
        readings.check_model(value)
        return replace(stage, model=value)
    changed = replace(stage, **{field: clean_sentence(value)})
    readings.of(changed)
    return changed


def _on_edit() -> None:
    """One change: `{source}`, `{swap}` (it, one word changed), `{target}` (empty: the model's own again), `{model}` or `{surprise}`."""
    edit = st.session_state[KEY].get("edit")
    if not isinstance(edit, dict):
        return
    st.session_state[_EDITS] = st.session_state.get(_EDITS, 0) + 1
    train_models.pages_first()
    st.session_state.pop(_MISTAKE, None)
    if edit.get("surprise"):
        propose(source=_surprise())
        return
    field = next((name for name in ("source", "swap", "target", "model") if isinstance(edit.get(name), str)), None)
    if field is None:
        return
    error = propose(source=edit["swap"], keep_target=True) if field == "swap" else propose(**{field: edit[field]})
    if error is not None:
        field = "source" if field == "swap" else field
        st.session_state[_MISTAKE] = {"error": error, "field": field, "draft": edit[field][:400]}


def _on_bet() -> None:
    riddle.lock_bet(current().source, st.session_state[KEY].get("bet"))


def _surprise() -> str:
    """A good sentence that is not the present one."""
    others = [sentence for sentence in sentences.examples(current().model) if sentence != current().source]
    return random.Random().choice(others)


def _data(uses: tuple[str, ...]) -> dict[str, Any]:
    stage, shown = current(), reading()
    flow = "flow" in uses
    return {
        "uses": list(uses),
        "edits": st.session_state.get(_EDITS, 0),  # the same sentence again, or the same mistake, is an answer as well
        "source": shown.source,
        "target": shown.target,
        "forced": stage.target is not None,
        "finished": shown.finished,
        "sourceWords": source_words(shown, stage.model),
        "targetWords": target_words(shown),
        "threads": threads(shown) if flow else None,
        "riddle": riddle.picture_data(stage, shown) if flow else None,
        "model": stage.model,
        "models": [{"id": name, "name": model_title(name)} for name in readings.offered(stage.model)],
        "own": readings.own_translation(stage.model, stage.source) if shown.forced else None,
        "mistake": _mistake(),
        "hint": _hint(stage.model),
        "far": familiarity.far(stage.model, shown),
        "examples": [{"text": sentence} for sentence in sentences.examples(stage.model)],
        "away": sentences.DEFAULT if sentences.riddle_of(stage.source) is None else None,
        "texts": _texts(shown),
    }


def model_title(name: str) -> str:
    """A model's name as a visitor reads it."""
    if train_models.is_run(name):
        run = train_models.title(readings.trained(name))
        return _("{name}, untrained").format(name=run) if readings.is_untrained(name) else run
    title = {"toy": _("toy model, trained"), "captions": _("captions model, trained")}.get(readings.trained(name), readings.trained(name))
    return _("{name}, untrained").format(name=title.split(",")[0]) if readings.is_untrained(name) else title


def _hint(model: str) -> str | None:
    """What a sentence of one's own may be about; known of the shipped models alone."""
    if readings.trained(model) == "captions":
        return _(
            "This model has read 29,000 captions of photographs, and the course's own sentences: people, animals and things, what they "
            "wear and what they do. Write a whole sentence; what is far from that it can only guess."
        )
    if readings.trained(model) != "toy":
        return None
    return _(
        "This model knows {count} English words; a capital letter only at the start. A word it does not know is spelt letter "
        "by letter and dotted: then it guesses."
    ).format(count=sentences.known_words())


def _mistake() -> dict[str, str] | None:
    mistake = st.session_state.get(_MISTAKE)
    if mistake is None:
        return None
    sentence = sentence_of(mistake["error"])
    if mistake["field"] == "link":
        sentence = _("This link could not be read in full. {reason}").format(reason=sentence)
    return {"sentence": sentence, "field": mistake["field"], "draft": mistake["draft"]}


def _unfinished(shown: Reading) -> str:
    if len(shown.source.split()) == 1:
        return _("The model did not come to an end of this. It has read whole sentences: one word alone is far from them.")
    return _("The model did not come to an end of this sentence.")


def _texts(shown: Reading) -> dict[str, str]:
    """Every word the component writes."""
    return {
        "stage": _("Your sentence and its translation"),
        "source": _("English"),
        "target": _("French"),
        "model": _("Model"),
        "edit": _("Now yours"),
        "editHelp": _("Type an English sentence and press Enter"),
        "editTarget": _("Your French"),
        "targetHelp": _("Type the French the model shall be given, and press Enter"),
        "ownTarget": _("Back to its own"),
        "forced": _("The French is yours; on its own the model writes: {own}"),
        "untrained": _("The French is kept from the trained model; with random parameters the model writes: {own}"),
        "surprise": _("Surprise me"),
        "examples": _("Examples"),
        "riddle": _("The riddle"),
        "swap": _("{word}: swap it for another word"),
        "apply": _("Apply"),
        "cancel": _("Cancel"),
        "unfamiliar": _("Dotted pieces are ones this model hardly knows: what it makes of them is a guess."),
        "unfinished": _unfinished(shown),
        "whole": _("Show all of it"),
        "hardlyMet": _("hardly known"),
        "flow": _(
            "Each thread is a weight: how much the model looked at an English word while it wrote a French one "
            "(cross-attention, last layer, mean of {heads} heads)."
        ).format(heads=shown.config.heads),
        "looks": _("“{word}” looks most at “{best}”: {percent} %"),
        "inside": _("{layers} + {layers} layers, {heads} heads each").format(layers=shown.config.layers, heads=shown.config.heads),
        "encoder": _("encoder"),
        "decoder": _("decoder"),
    }

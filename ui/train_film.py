"""The film of a run: the attention of one sentence at every moment that was kept, its target the same throughout.

One forward pass a frame: the frame's parameters in the run's shape. Frames never change, so what they see is cached for all.
A new frame is added while the run goes on; moments, layers and heads are the browser's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from figures.film import KINDS, Film, as_bytes, film_payload
from figures.payload import Tokens
from lab import RunView
from model import limits
from model.corpora import grammar
from model.errors import LabError
from model.text import clean_sentence
from ui import first, readings, sentences, stage, wording
from ui.components.film import film, film_words
from ui.train_examples import examples, story_begun
from ui.train_log import log_of
from ui.train_models import is_run, is_there, name_of, open_laboratory, run_of
from ui.words import _

if TYPE_CHECKING:
    from model.reading import Reading
    from model.saved import SavedModel

FRENCH = ("simple", "grammar")  # the corpora whose runs are watched on the stage's sentence
FRAMES_A_TICK = 6  # new ones of one member, so that a tick stays short while a run goes on


@dataclass(frozen=True)
class Seen:
    """One moment: weights by kind, uint8 [layers, heads, n, m], and the tokens of the axes. A decoder alone has one kind and no source."""

    weights: dict[str, np.ndarray]
    source: tuple[str, ...]
    fed: tuple[str, ...]
    produced: tuple[str, ...]


def has_film(view: RunView) -> bool:
    return bool(_members(view))


def show(view: RunView) -> None:
    """The film so far, or whole; under it a field for another sentence. One that is refused leaves the film as it was."""
    st.subheader(_heading(view), anchor=False)
    if not has_film(view):
        st.caption(_("The picture comes with the first parameters."))
        return
    last = f"train_watched_{view.id}"
    try:
        pair = watched(view)
        _draw(view, *pair)
        st.session_state[last] = pair
    except LabError as error:
        if last in st.session_state:
            with suppress(LabError):  # of a moment that is gone: then there is nothing to leave as it was
                _draw(view, *st.session_state[last])
        wording.show(error, "train_film_error")
    key, label = _sentence_key(view), _("On another story") if view.spec.continues else _("On another sentence")
    st.text_input(label, key=key, placeholder=_first_words(view), max_chars=limits.SENTENCE_CHARACTERS)


def _heading(view: RunView) -> str:
    if len(view.members) > 1:
        return _("What they look at") if view.going else _("What they looked at")
    return _("What it looks at") if view.going else _("What it looked at")


def _members(view: RunView) -> list[int]:
    """The members of which there is something to see."""
    lab = open_laboratory()
    numbers = range(len(view.members))
    return [number for number in numbers if is_there(name_of(view.id, number)) and lab.frames(view.id, number)]


def _draw(view: RunView, source: str, target: str) -> None:
    films, seen = [], None
    for member in _members(view):
        moments = _moments(view, member, source, target)
        seen = next(iter(moments.values()), seen)
        films.append(_film(view, member, moments))
    if seen is not None:
        tokens = (Tokens(seen.source), Tokens(seen.fed), Tokens(seen.produced))
        film(film_payload(films, *tokens, film_words(), view.members[0].steps, live=view.going), "train_film")


def _film(view: RunView, member: int, moments: dict[int, Seen]) -> Film:
    about = view.members[member]
    kinds = next(iter(moments.values())).weights
    weights = {kind: np.stack([seen.weights[kind] for seen in moments.values()]) for kind in kinds}
    note = _("diverged at step {step}").format(step=about.step) if about.diverged else ""
    return Film(about.name or view.name, tuple(moments), weights, view.spec.members[member].shape.causal_mask, note)


def _moments(view: RunView, member: int, source: str, target: str) -> dict[int, Seen]:
    """What there is to see by step. While the run goes on: what is known, the newest, and a few of the missing ones a tick."""
    steps = list(open_laboratory().frames(view.id, member))
    known: set[int] = st.session_state.setdefault(f"train_seen_{view.id}_{member}_{hash((source, target))}", set())
    missing = [step for step in reversed(steps) if step not in known]
    known.update(missing[:FRAMES_A_TICK] if view.going else missing)
    return {step: frame_weights(view.id, member, step, source, target) for step in steps if step in known}


def watched(view: RunView) -> tuple[str, str]:
    """The sentence of the film and its target, the same at every moment.

    A run that learns French is watched on the stage's sentence with the stage's French; one that learns something else on a line
    of its own corpus; one that was asked for another sentence, on that with what the model has come to write. One that goes on
    with stories is watched on the beginning of one, and there is no target.
    """
    typed = st.session_state.get(_sentence_key(view))
    if view.spec.continues:
        return clean_sentence(typed) if typed else story_begun(), ""
    if typed:
        source = clean_sentence(typed)
        return source, _own_words(view, source)
    corpus = view.spec.corpus
    if corpus.kind != "built-in" or view.kind == "import":
        return _tested(view)
    if corpus.name in FRENCH:
        shown = _on_stage()
        return shown.source, shown.target
    return examples(corpus.name)[0]


def _on_stage() -> Reading:
    """The stage's sentence with its French; where its model knows none, or for a scene of the captions, the toy's first sentence."""
    model, source = stage.current().model, stage.current().source
    foreign = is_run(model) and open_laboratory().get(run_of(model)).spec.corpus.name not in FRENCH
    other = foreign or (readings.trained(model) == first.DEFAULT and grammar.recognize(source) is None)
    return readings.reading("toy", sentences.DEFAULT) if other else stage.reading()


def _tested(view: RunView) -> tuple[str, str]:
    """A pair of the learner's own text that was kept apart."""
    for sample in log_of(view.id).samples:
        return sample["source"], sample["reference"]
    raise LabError("not_tested_yet", "The picture comes with the first test.", "sentence")


def _own_words(view: RunView, source: str) -> str:
    written = readings.reading(name_of(view.id), source).target
    if not written.strip():
        raise LabError("nothing_written", "The model writes nothing for this sentence, so there is nothing to watch.", "sentence")
    return written


@st.cache_resource(show_spinner=False, max_entries=8 * limits.READINGS)
def frame_weights(run: str, member: int, step: int, source: str, target: str) -> Seen:
    """`source` through the model as it was after `step`, with `target` forced. Imports torch."""
    from model.read import read

    saved = frame_model(run, member, step)
    if saved.config.kind == "decoder":
        return _read_alone(saved, source)
    shown = read(saved, source, target)
    names = {"cross": "decoder.cross", "encoder": "encoder.self", "decoder": "decoder.self"}
    weights = {
        kind: as_bytes(np.stack([shown.arrays[f"{attention}.weights"] for attention in shown.attention_names(names[kind])]))
        for kind in KINDS
    }
    return Seen(weights, shown.source_pieces, shown.target_in, shown.target_out)


def _read_alone(saved: SavedModel, text: str) -> Seen:
    """A decoder alone, which is fed a text and writes the same text one word later."""
    import torch

    from model.config import SPECIAL_PIECES, START
    from model.text import check_tokens
    from model.transformer import LanguageModel

    assert isinstance(saved.model, LanguageModel)
    encoded = saved.tokenizer.encode(text)
    check_tokens(encoded)
    with torch.inference_mode():
        _, stack = saved.model.stacks(torch.tensor([(START, *encoded.ids[:-1])]))
    weights = np.stack([layer.self_attention.weights[0].numpy() for layer in stack.layers])
    return Seen({"decoder": as_bytes(weights)}, (), (SPECIAL_PIECES[START], *encoded.pieces[:-1]), encoded.pieces)


def frame_model(run: str, member: int, step: int) -> SavedModel:
    """A run's model as it was after `step`. Raises `LabError` for a frame that is gone."""
    from dataclasses import replace

    from model.frames import read_frame
    from model.saved import with_parameters

    saved = readings.loaded(name_of(run, member))
    found = open_laboratory().frames(run, member)
    if step not in found:
        raise LabError("frame_gone", "This moment is no longer kept.", "step")
    return replace(saved, model=with_parameters(saved.config, read_frame(found[step])))


def _sentence_key(view: RunView) -> str:
    return f"train_sentence_{view.id}"


def _first_words(view: RunView) -> str:
    if st.session_state.get(_sentence_key(view)):
        return ""
    try:
        return watched(view)[0]
    except LabError:
        return ""

"""How a shipped model came to look as it does: the maps of one sentence at some moments of its training.

The toy kept its parameters (`frames/`), so any sentence can be watched. Of a model too large for that the maps of its own examples
are shipped, made from the checkpoints of its run: `python -m ui.first MODEL film --run FOLDER`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from figures.film import KINDS, Film, as_bytes, film_payload
from figures.payload import TOKENS, Tokens
from model import limits
from model.reading import Reading
from ui import readings, sentences
from ui import stage as the_stage
from ui.address import Stage
from ui.components.film import film, film_words
from ui.shipped import shipped
from ui.words import _

if TYPE_CHECKING:
    from torch import Tensor

    from model.saved import SavedModel

NAME = "film"
MOMENTS = 12
ATTENTIONS = {"cross": "decoder.cross", "encoder": "encoder.self", "decoder": "decoder.self"}


@dataclass(frozen=True)
class Watched:
    """One sentence at every moment: `weights` by kind, uint8 [moments, layers, heads, n, m], and the tokens of the axes."""

    steps: tuple[int, ...]
    weights: Mapping[str, np.ndarray]
    source: tuple[str, ...]
    fed: tuple[str, ...]
    produced: tuple[str, ...]


@st.fragment
def how_it_came(stage: Stage, shown: Reading) -> None:
    """Drawn when it is asked for, where the stage's model is one of those that are shipped."""
    if stage.model not in readings.trained_names():
        return
    fold = st.expander(_("How it learnt to look: its training, moment by moment"), key="film", on_change="rerun", bind="query-params")
    if not fold.open:
        return
    with fold:
        found = watched(stage.model, shown)
        if found is not None:
            _draw(stage.model, found)
            return
        st.caption(_("Of this training maps of the examples alone were kept. Choose one of the examples, or go back to the riddle."))
        if st.button(_("The riddle"), key="film_riddle", on_click=the_stage.show, args=(sentences.DEFAULT,)):
            st.rerun()  # the stage stands outside this fragment


def _draw(model: str, found: Watched) -> None:
    st.caption(_("The French is the same at every moment, so that maps have one shape; at first the model would have written none of it."))
    one = Film(the_stage.model_title(model), found.steps, found.weights)
    axes = (Tokens(found.source), Tokens(found.fed), Tokens(found.produced))
    film(film_payload([one], *axes, film_words(), found.steps[-1]), "inspect_film")


def watched(model: str, shown: Reading) -> Watched | None:
    """What there is to see of the stage's sentence; None where nothing was kept, or it is too long for a film."""
    if max(len(shown.source_pieces), len(shown.target_in)) > TOKENS:
        return None
    return _shipped(model, shown.source) or (_from_frames(model, shown.source, shown.target) if _has_frames(model) else None)


def _shipped(model: str, source: str) -> Watched | None:
    facts = shipped(NAME, model)
    if facts is None or source not in facts.about["sources"]:
        return None
    number = facts.about["sources"].index(source)
    axes = (tuple(pieces) for pieces in facts.about["axes"][number])
    return Watched(tuple(facts.about["steps"]), {kind: facts.arrays[f"{number}.{kind}"] for kind in KINDS}, *axes)


def _has_frames(model: str) -> bool:
    return any((readings.MODELS / model / "frames").glob("[0-9]*.safetensors"))


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _from_frames(model: str, source: str, target: str) -> Watched:
    """A pass for every frame. Imports torch."""
    from model.frames import frame_paths, read_frame

    frames = {step: read_frame(path) for step, path in frame_paths(readings.MODELS / model).items()}
    return watch(readings.loaded(model), frames, source, target)


def watch(saved: SavedModel, moments: Mapping[int, Mapping[str, Tensor]], source: str, target: str) -> Watched:
    """`source` with `target` forced through the model as it was at each moment (step -> its parameters). Imports torch."""
    from model.read import read
    from model.saved import with_parameters

    found = [read(replace(saved, model=with_parameters(saved.config, dict(parameters))), source, target) for parameters in moments.values()]
    weights = {
        kind: np.stack([as_bytes(np.stack([one.arrays[f"{at}.weights"] for at in one.attention_names(name)])) for one in found])
        for kind, name in ATTENTIONS.items()
    }
    return Watched(tuple(moments), weights, found[0].source_pieces, found[0].target_in, found[0].target_out)


def measured(saved: SavedModel, run: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The maps of the model's examples at moments of the run it comes from; the last moment is the shipped model itself."""
    from model.read import read
    from model.saved import parameters_of
    from ui import first

    model = next(name for name in readings.trained_names() if first.sha256_of(name) == saved.sha256)
    last = int(saved.card["step"])
    moments = {**dict(_checkpoints(run, last)), last: parameters_of(saved.model)}
    sources = sentences.examples(model)
    arrays: dict[str, np.ndarray] = {}
    about: dict[str, Any] = {"sources": sources, "axes": [], "steps": list(moments)}
    for number, source in enumerate(sources):
        found = watch(saved, moments, source, read(saved, source).target)
        arrays |= {f"{number}.{kind}": values for kind, values in found.weights.items()}
        about["axes"].append([found.source, found.fed, found.produced])
    return arrays, about


def _checkpoints(run: Path, last: int) -> Iterator[tuple[int, Mapping[str, Tensor]]]:
    """Some checkpoints before the last step, dense at the start, where most happens."""
    from model.checkpoints import checkpoint_paths, read_checkpoint

    paths = {int(path.stem): path for path in checkpoint_paths(run) if int(path.stem) < last}
    wanted = (last * (number / (MOMENTS - 1)) ** 2 for number in range(MOMENTS - 1))
    for step in sorted({min(paths, key=lambda step: abs(step - moment)) for moment in wanted} if paths else ()):
        yield step, read_checkpoint(paths[step]).parameters

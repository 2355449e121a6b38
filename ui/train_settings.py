"""What a new run is to be: a corpus and a handful of settings in sight, the rest folded. Every rule stands in `lab.plan`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from catalogue import N_
from lab import CorpusSource, RunSpec, plan
from lab.spec import STORIES, USUAL
from model.config import preset
from model.errors import LabError
from model.tokenizers import KINDS
from model.train_config import recipe
from ui import train_own
from ui.train_memory import keep, put, recall
from ui.train_words import (
    CORPORA,
    NORMS,
    OWN,
    corpus_lead,
    corpus_title,
    norm_title,
    positions_title,
    preset_title,
    setting_title,
    tokenizer_title,
)
from ui.words import _

POSITIONS = ("sinusoidal", "learned", "none")
SHAPE, TRAINING = preset("toy"), recipe("toy")
RACE_STEPS, STORIES_RACE_STEPS = 300, 600
EVALUATIONS = 10  # in the course of a run
EVALUATE_LEAST, EVALUATE_MOST = 20, 500  # steps between two: a beginner writes nonsense, slowly; and who waits wants to see something
EVALUATE_SENTENCES, RACE_SENTENCES = 100, 50  # of each held-out set: one of a hundred is one percent
STORIES_TOLD = 25  # in place of them; each has four sentences to be judged
DIGITS = "%.6g"  # of a number that is no whole one: 0.008, and 1e-06 where fixed places would show 0.00
PRESETS: dict[str, dict[str, int]] = {
    "toy": {"d_model": 64, "heads": 4, "layers": 2},
    "one_head": {"d_model": 64, "heads": 1, "layers": 1},
    "larger": {"d_model": 128, "heads": 8, "layers": 3},
}


def choose_corpus() -> str:
    """What it shall learn; where that is the learner's own text, that text."""
    key = recall("train_corpus", CORPORA[0])
    chosen = st.segmented_control(_("What it shall learn"), (*CORPORA, OWN), format_func=corpus_title, required=True, key=key)
    corpus = keep(key, str(chosen or CORPORA[0]))
    st.caption(corpus_lead(corpus))
    if corpus == OWN:
        train_own.choose_text()
    return corpus


def in_sight(corpus: str, racing: bool = False) -> dict[str, Any]:
    """What else stands open: size, steps (those of a race are a number of their own). By name of the setting."""
    left, right, _free = st.columns([11, 4, 4])
    with left:
        _presets()
    if racing:
        key, default = (f"{STORIES}_race_steps", STORIES_RACE_STEPS) if corpus == STORIES else ("race_steps", RACE_STEPS)
        return {"steps": _number(right, _("Steps of each"), key, default, step=100)}
    return {"steps": _usual(corpus, right, "steps", step=100)}


def folded(corpus: str) -> dict[str, Any]:
    """The others, behind one button. The learner's own text needs pieces of its own."""
    with st.popover(_("More settings"), width="content"):
        return _sizes() | (_pieces() if corpus == OWN else {}) | _others(corpus)


def spec_of(values: dict[str, Any], name: str, racing: bool = False) -> RunSpec:
    """The run of these values. Raises `LabError` with the rule one of them breaks."""
    settings = {key: value for key, value in values.items() if key not in ("corpus", "tokenizer")}
    steps, width = settings["steps"], settings["d_model"]
    if isinstance(steps, int):
        settings["warmup"] = min(TRAINING.warmup, TRAINING.warmup * steps // TRAINING.steps)
        settings["evaluate_every"] = min(max(min(steps, EVALUATE_LEAST), steps // EVALUATIONS), EVALUATE_MOST)
    if isinstance(width, int):
        settings["d_ff"] = width * USUAL.get(values["corpus"], {}).get("d_ff", SHAPE.d_ff) // SHAPE.d_model
    sentences = STORIES_TOLD if values["corpus"] == STORIES else RACE_SENTENCES if racing else EVALUATE_SENTENCES
    return plan(name, _source(values["corpus"]), "toy", values.get("tokenizer", ""), evaluate_sentences=sentences, **settings)


def worded(error: LabError) -> LabError:
    """The rule, with the setting called as it is on the page and what can be done about it here."""
    template, values = error.template, error.values
    if error.code == "heads_do_not_divide":
        template = N_("A width of {d_model} cannot be split evenly among {heads} heads: choose a width that is a multiple of {heads}.")
    elif error.field is not None and setting_title(error.field) != error.field:
        values = values | {"field": f"“{setting_title(error.field)}”"}
    return LabError(error.code, template, error.field, **values)


def _source(corpus: str) -> CorpusSource:
    if corpus != OWN:
        return CorpusSource(name=corpus)
    source = train_own.source()
    if source is None:
        raise LabError("no_text_yet", "Give it your text first.", "corpus")
    return source


def _presets() -> None:
    """Pressed where the sizes are those of a preset."""
    sizes = {name: _size(name) for name in PRESETS["toy"]}
    st.session_state["train_preset"] = next((name for name, wanted in PRESETS.items() if wanted == sizes), None)
    st.pills(_("Size"), list(PRESETS), format_func=preset_title, key="train_preset", on_change=_use_preset, wrap=True)


def _size(name: str) -> Any:
    return st.session_state[recall(f"train_{name}", getattr(SHAPE, name))]


def _use_preset() -> None:
    for name, value in PRESETS.get(st.session_state.get("train_preset") or "", {}).items():
        put(f"train_{name}", value)


def _sizes() -> dict[str, Any]:
    width, heads, layers = st.columns(3)
    return {
        "d_model": _number(width, setting_title("d_model"), "d_model", SHAPE.d_model, step=16),
        "heads": _number(heads, setting_title("heads"), "heads", SHAPE.heads),
        "layers": _number(layers, setting_title("layers"), "layers", SHAPE.layers),
    }


def _pieces() -> dict[str, Any]:
    left, right = st.columns(2)
    return {
        "tokenizer": _choice(left, _("Pieces"), "tokenizer", KINDS, tokenizer_title, default="unigram"),
        "vocabulary": _number(right, setting_title("vocabulary"), "vocabulary", SHAPE.vocabulary, step=500),
    }


def _others(corpus: str) -> dict[str, Any]:
    left, middle, right = st.columns(3)
    numbers = {
        "norm": _choice(left, _("Normalization"), "norm", NORMS, norm_title),
        "positions": _choice(middle, _("Positions"), "positions", POSITIONS, positions_title),
        "dropout": _number(right, setting_title("dropout"), "dropout", SHAPE.dropout, step=0.05, format=DIGITS),
        "rate": _usual(corpus, left, "rate", step=0.001, format=DIGITS),
        "batch": _usual(corpus, middle, "batch", step=8),
        "seed": _number(right, setting_title("seed"), "seed", TRAINING.seed),
    }
    with st.container(horizontal=True):
        return numbers | {
            "scaling": _switch(_("Divide scores by √d_k"), "scaling"),
            "causal_mask": _switch(_("Hide later words from the decoder"), "causal_mask"),
            "residual": _switch(_("Residual connections"), "residual"),
        }


def _usual(corpus: str, place: Any, name: str, **options: Any) -> Any:
    """A number of the training; a corpus with a usual one of its own keeps it apart from the others'."""
    own = USUAL.get(corpus, {})
    key = f"{corpus}_{name}" if name in own else name
    return _number(place, setting_title(name), key, own.get(name, getattr(TRAINING, name)), **options)


def _number(place: Any, label: str, name: str, default: float, step: float = 1, **options: Any) -> Any:
    """Whatever is typed is taken, and a rule it breaks is said: what a widget with limits refuses it drops without a word.

    Told what it stands at in every run: what first appears where a fold opens would else begin at nothing, and count.
    """
    key = recall(f"train_{name}", default)
    return keep(key, place.number_input(label, value=st.session_state[key], step=step, key=key, **options))


def _choice(place: Any, label: str, name: str, options: Sequence[str], title: Callable[[str], str], default: str | None = None) -> str:
    key = recall(f"train_{name}", default or options[0])
    return keep(key, str(place.selectbox(label, options, index=options.index(st.session_state[key]), format_func=title, key=key)))


def _switch(label: str, name: str) -> bool:
    key = recall(f"train_{name}", True)
    return keep(key, st.toggle(label, st.session_state[key], key=key))

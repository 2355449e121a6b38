"""What a new run is to be: a corpus and a handful of settings in sight, the rest folded. Every rule stands in `lab.plan`."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lab import RunSpec, plan
from lab.spec import STEPS
from model import limits
from model.config import preset
from model.train_config import recipe
from ui.train_words import CORPORA, NORMS, corpus_lead, corpus_title, norm_title, positions_title
from ui.words import _

POSITIONS = ("sinusoidal", "learned", "none")
SHAPE, TRAINING = preset("toy"), recipe("toy")
EVALUATIONS = 10  # in the course of a run
EVALUATE_SENTENCES = 100  # of each held-out set: one of them is one percent
PRESETS: dict[str, dict[str, int]] = {
    "toy": {"d_model": 64, "heads": 4, "layers": 2},
    "one_head": {"d_model": 64, "heads": 1, "layers": 1},
    "larger": {"d_model": 128, "heads": 8, "layers": 3},
}


def in_sight() -> dict[str, Any]:
    """The widgets that stand open; what they are set to, by name of the setting, and the corpus."""
    return {"corpus": _corpus(), **_sizes()}


def folded() -> dict[str, Any]:
    """The others, behind one button."""
    with st.popover(_("More settings"), width="content"):
        return _others()


def spec_of(values: dict[str, Any], name: str) -> RunSpec:
    """The run of these values. Raises `LabError` with the rule one of them breaks."""
    settings = {key: value for key, value in values.items() if key != "corpus"}
    steps, width = settings["steps"], settings["d_model"]
    if isinstance(steps, int):
        settings["warmup"] = min(TRAINING.warmup, steps // 10)
        settings["evaluate_every"] = max(1, steps // EVALUATIONS)
    if isinstance(width, int):
        settings["d_ff"] = 4 * width
    return plan(name, values["corpus"], "toy", evaluate_sentences=EVALUATE_SENTENCES, **settings)


def _corpus() -> str:
    chosen = st.segmented_control(
        _("What it shall learn"), CORPORA, format_func=corpus_title, default=CORPORA[0], required=True, key="train_corpus"
    )
    corpus = str(chosen or CORPORA[0])
    st.caption(corpus_lead(corpus))
    return corpus


def _sizes() -> dict[str, Any]:
    steps, width, heads, layers = st.columns(4)
    return {
        "steps": steps.number_input(_("Steps"), 1, STEPS, TRAINING.steps, step=100, key="train_steps"),
        "d_model": width.number_input(_("Width, d_model"), 2, limits.D_MODEL, SHAPE.d_model, step=16, key="train_d_model"),
        "heads": heads.number_input(_("Heads"), 1, limits.HEADS, SHAPE.heads, key="train_heads"),
        "layers": layers.number_input(_("Layers"), 1, limits.LAYERS, SHAPE.layers, key="train_layers"),
    }


def _others() -> dict[str, Any]:
    st.pills(_("Start from"), list(PRESETS), format_func=_preset_title, key="train_preset", on_change=_use_preset)
    left, right = st.columns(2)
    return {
        "norm": left.selectbox(_("Normalization"), NORMS, format_func=norm_title, key="train_norm"),
        "positions": right.selectbox(_("Positions"), POSITIONS, format_func=positions_title, key="train_positions"),
        "rate": left.number_input(
            _("Learning rate, at its peak"), 0.00001, 10.0, TRAINING.rate, step=0.001, format="%.5f", key="train_rate"
        ),
        "batch": right.number_input(_("Sentences in a batch"), 1, 512, TRAINING.batch, step=8, key="train_batch"),
        "dropout": left.number_input(_("Dropout"), 0.0, 0.9, SHAPE.dropout, step=0.05, key="train_dropout"),
        "seed": right.number_input(_("Seed"), 0, 2**31 - 1, TRAINING.seed, key="train_seed"),
        "scaling": st.toggle(_("Divide scores by √d_k"), True, key="train_scaling"),
        "causal_mask": st.toggle(_("Hide later words from the decoder"), True, key="train_causal_mask"),
        "residual": st.toggle(_("Residual connections"), True, key="train_residual"),
    }


def _preset_title(name: str) -> str:
    return {"toy": _("the toy model"), "one_head": _("one layer, one head"), "larger": _("a larger one")}[name]


def _use_preset() -> None:
    for name, value in PRESETS.get(st.session_state.get("train_preset") or "", {}).items():
        st.session_state[f"train_{name}"] = value

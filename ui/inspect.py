"""The Inspect page: every head of the stage's model on the stage's sentence, and what its layers do to the vectors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from figures.measures import entropy, even_entropy, likeness
from figures.payload import ModelArrays, Tokens, explorer_payload
from figures.theme import PALETTES, Palette
from model.reading import KINDS, Reading
from ui import readings
from ui.address import Stage
from ui.components.labels import component_words
from ui.components.pictures import explorer
from ui.stage import model_title
from ui.words import _


def explore(stage: Stage, shown: Reading) -> None:
    """The explorer, and above it the switch that puts a second model beside the first."""
    untrained = readings.is_untrained(stage.model)
    label = _("Beside the trained model") if untrained else _("Beside an untrained model")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(_("Point at a cell: the line under the picture does the sum."))
        beside = st.toggle(label, key="beside", bind="query-params")
    both = pair(stage, shown) if beside else [(stage.model, shown)]
    explorer(payload(both), key="explorer")
    if beside:
        st.caption(
            _("Both models are given the same French, so that their maps have one shape. The limits of a colour bar are the same for both.")
        )
    st.download_button(
        _("Every array of this pass (NPZ)"), shown.to_npz, file_name="attention-lab.npz", mime="application/octet-stream", on_click="ignore"
    )


def pair(stage: Stage, shown: Reading) -> list[tuple[str, Reading]]:
    """The stage's model and its trained or untrained sister on one target, with their names."""
    trained = readings.trained(stage.model)
    other = trained if readings.is_untrained(stage.model) else trained + readings.UNTRAINED
    sister = readings.reading(other, shown.source, shown.target)
    if sister.target_out != shown.target_out:  # an unfinished translation has no end token, a forced one has
        shown = readings.reading(stage.model, shown.source, shown.target)
    return [(stage.model, shown), (other, sister)]


def payload(models: Sequence[tuple[str, Reading]]) -> bytes:
    """What the explorer draws."""
    first = models[0][1]
    return explorer_payload(
        [ModelArrays(_label(name), shown.arrays, _scale(shown)) for name, shown in models],
        Tokens(first.source_pieces), Tokens(first.target_in), Tokens(first.target_out), component_words(),
        telling_head(first) or informed_head(first), about(*models[0]),
    )  # fmt: skip


def about(model: str, shown: Reading) -> str:
    """The model and the sentence, for the head of a downloaded picture."""
    return _("{model}: {source} → {target}").format(model=model_title(model), source=shown.source, target=shown.target)


def telling_head(shown: Reading) -> dict[str, int] | None:
    """The head of the encoder to open the page with: where a pronoun reads the first of its two candidate nouns most.

    Which of the two it means does not enter: other heads read the other noun, and a weight is not the answer.
    """
    from model.corpora.grammar import recognize

    pair = recognize(shown.source)
    if pair is None or pair.gold is None or pair.gold.referent is None:
        return None
    pieces = {start: place for place, (start, end) in enumerate(shown.source_spans) if end > start}
    words, referent = pair.gold.source_words, pair.gold.referent
    candidate = min(referent.source_noun, referent.source_rival)
    row, column = pieces.get(words[referent.source_pronoun].start), pieces.get(words[candidate].start)
    if row is None or column is None:
        return None
    weights = np.stack([shown.arrays[f"{name}.weights"][:, row, column] for name in shown.attention_names("encoder.self")])
    layer, head = np.unravel_index(int(weights.argmax()), weights.shape)
    return {"layer": int(layer), "head": int(head), "row": row, "column": column}


def informed_head(shown: Reading) -> dict[str, int]:
    """Where a sentence has no such pronoun: the head of the encoder whose look says most about which word is looking, that is, whose
    rows are sharp and differ (mutual information of query and key, all queries alike). Of its cells the strongest off the diagonal
    that is on a word.
    """
    weights = np.stack([shown.arrays[f"{name}.weights"] for name in shown.attention_names("encoder.self")])  # layers × heads × n × n
    told = entropy(weights.mean(axis=2, keepdims=True)) - entropy(weights)
    layer, head = np.unravel_index(int(told.argmax()), told.shape)
    off = weights[layer, head] * (1 - np.eye(weights.shape[-1])) * [any(map(str.isalpha, piece)) for piece in shown.source_pieces]
    row, column = np.unravel_index(int(off.argmax()), off.shape)
    return {"layer": int(layer), "head": int(head), "row": int(row), "column": int(column)}


def _label(name: str) -> str:
    return _("untrained") if readings.is_untrained(name) else _("trained")


def _scale(shown: Reading) -> float:
    """From products to scores."""
    return 1 / math.sqrt(shown.config.d_k) if shown.config.scaling else 1.0


@st.fragment
def through_the_layers(shown: Reading) -> None:
    """Curves and maps, drawn when they are asked for: they are not what this page is for."""
    fold = st.expander(
        _("Through the layers: entropy, likeness, a map of the vectors"), key="layers", on_change="rerun", bind="query-params"
    )
    if not fold.open:
        return
    with fold:
        palette = PALETTES["dark" if st.context.theme.type == "dark" else "light"]
        _entropies(shown, palette)
        _likeness(shown, palette)
        _maps(shown, palette)


def _entropies(shown: Reading, palette: Palette) -> None:
    from figures.curves import entropy_dots

    st.subheader(_("How widely each head looks"), anchor=False)
    st.write(
        _("Entropy of a row's weights, mean over the rows: 0 bits if every row reads one token, at the grey line if it reads all alike.")
    )
    words = {"layer": _("layer"), "head": _("head"), "entropy": _("entropy (bits)"), "even": _("all alike")}
    titles = dict(zip(KINDS, (_("Encoder self-attention"), _("Decoder self-attention"), _("Cross-attention")), strict=True))
    names = {kind: shown.attention_names(kind) for kind in KINDS}
    for column, kind in zip(st.columns(3), KINDS, strict=True):
        if not names[kind]:
            continue
        bits = np.stack([entropy(shown.arrays[f"{name}.weights"]) for name in names[kind]])
        even = even_entropy(shown.allowed(names[kind][0]).values)
        told = _("{title}: mean entropy of each head in bits, from {low} to {high}; evenly spread weight would have {even}.")
        column.altair_chart(
            entropy_dots(bits, even, titles[kind], words, palette), theme=None, key=f"entropy_{kind}",
            alt=told.format(title=titles[kind], low=f"{bits.min():.2f}", high=f"{bits.max():.2f}", even=f"{even:.2f}"),
        )  # fmt: skip


def _likeness(shown: Reading, palette: Palette) -> None:
    from figures.curves import likeness_curves

    st.subheader(_("How far a word moves from where it came in"), anchor=False)
    st.write(
        _("Cosine between vectors of the stream: of a token to its own first vector, and of two tokens to each other, each as a mean.")
    )
    words = {"step": _("step"), "cosine": _("cosine")}
    for column, (side, role, title) in zip(st.columns(2), _sides(), strict=True):
        stream = shown.stream(side)
        own, others = likeness([labelled.values for labelled in stream.values()])
        curves = {_("to itself at the start"): own, _("to the others"): others}
        told = _("{title}: cosine to itself falls to {own}, to the others it ends at {others}.")
        column.altair_chart(
            likeness_curves(curves, [_step(name) for name in stream], title, words, palette, role), theme=None, key=f"likeness_{side}",
            alt=told.format(title=title, own=f"{own[-1]:.2f}", others=f"{others[-1]:.2f}"),
        )  # fmt: skip


def _maps(shown: Reading, palette: Palette) -> None:
    from figures.maps import stream_map

    st.subheader(_("A map of the vectors"), anchor=False)
    st.write(
        _(
            "The two directions in which the vectors of all layers differ most. "
            "A grey ring is where a token enters, its name stands where it leaves."
        )
    )
    words = {"first": _("first direction ({share} % of the spread)"), "second": _("second direction ({share} %)"), "start": _("enters")}
    told = _("{title}: the way of every token through the layers.")
    for column, (side, role, title) in zip(st.columns(2), _sides(), strict=True):
        steps = [labelled for name, labelled in shown.stream(side).items() if name.endswith(("input", "after_feed_forward"))]
        column.markdown(f"**{title}**")
        column.plotly_chart(
            stream_map([step.values for step in steps], [piece.removeprefix("\u2581") for piece in steps[0].rows], words, palette, role),
            theme=None, key=f"map_{side}", config={"displayModeBar": False}, alt=told.format(title=title),
        )  # fmt: skip


def _sides() -> tuple[tuple[str, str, str], ...]:
    return (("encoder", "source", _("Encoder")), ("decoder", "target", _("Decoder")))


def _step(name: str) -> str:
    """`encoder.0.after_self` as a learner reads it."""
    parts = name.split(".")
    if len(parts) == 2:
        return _("input")
    what = {"after_self": _("self"), "after_cross": _("cross"), "after_feed_forward": _("feed-forward")}[parts[2]]
    return _("{layer} {what}").format(layer=int(parts[1]) + 1, what=what)

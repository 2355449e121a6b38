"""Lesson 9, heads: the board on the learner's sentence, what stands there, the sum over heads, and the breaking of all this."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import streamlit as st

from figures.attention_scaling import entropy_bits
from figures.heads import board_payload, names_of, short_name, sum_payload
from figures.measures import entropy
from model.errors import LabError
from model.reading import KINDS, Reading
from ui import inspect, lesson, readings, wording
from ui.address import Stage
from ui.components.heads import board, head_sum
from ui.lessons import heads_data as data
from ui.lessons import heads_words as words
from ui.prose import Said, number, say
from ui.words import _

SILENT = "heads_silent"  # in the session: the silenced heads and what they write, ((attention, head), ...), mode
COST = "heads_cost"  # in the session: the same of those whose cost was asked for
ENCODER, CROSS, DECODER = 0, 1, 2  # choices of the bet


def place_bet(answer: str = "") -> str | None:
    """`answer` stands beside the bet once it is made."""
    return lesson.bet(
        "heads.where",
        _(
            "For “it” French must write il or elle. Over many sentences: in which part of the model does the silence of one single head "
            "most often turn il into elle?"
        ),
        bet_choices(),
        answer,
    )


def bet_choices() -> tuple[str, ...]:
    return (
        _("In the encoder, before any French is written"),
        _("Between decoder and encoder, where French reads English"),
        _("In the decoder, among the French words"),
    )


# The board


@st.fragment
def all_heads(stage: Stage, shown: Reading) -> None:
    """Every head of the model on the stage's sentence; a switch asks only this part of the page again."""
    attentions = tuple(name for kind in KINDS for name in shown.attention_names(kind))
    heads, mode = _silenced(attentions, shown.config.heads)
    before = shown.target if not shown.forced else readings.own_translation(stage.model, stage.source)
    try:
        found = data.without(stage.model, stage.source, before, heads, mode) if heads else None
    except LabError as error:
        wording.show(error, "heads_error")
        found, heads, mode = None, (), "zero"
    payload = board_payload(
        data.maps_of(shown),
        data.axes_of(shown),
        words.board_words(),
        identity=f"{shown.model_sha256[:16]} {shown.source} {shown.target}",
        mode="look",
        causal=shown.config.causal_mask,
        kinds=list(data.MODES),
        start=_start(shown),
        silent=names_of(heads),
        kind=mode,
        before=before,
        hint=_("A click on a map shows it large; the switch under it silences that head."),
        nothing=_("Silence a head, or several: what the model then writes stands here."),
        **_outcome(stage, before, found, heads, mode),
    )
    board(payload, "heads_board", lambda asked: _keep(asked, attentions, shown.config.heads))


def _outcome(stage: Stage, before: str, found: data.Without | None, heads: tuple[data.Head, ...], mode: str) -> dict[str, object]:
    """What the board says of the silenced heads; without any, nothing."""
    if found is None:
        return {"after": None, "verdict": None, "won": False, "cost": None}
    return {
        "after": text_of(found),
        "verdict": _verdict(stage, before, found),
        "won": data.turned(stage.source, before, found.translation) is not None,
        "cost": _cost(stage, heads, mode),
    }


def _silenced(attentions: tuple[str, ...], count: int) -> tuple[tuple[data.Head, ...], str]:
    """What of the silenced heads this model has."""
    heads, mode = st.session_state.get(SILENT, ((), "zero"))
    return tuple((name, head) for name, head in heads if name in attentions and head < count), mode


def _keep(asked: object, attentions: tuple[str, ...], count: int) -> None:
    found = data.asked_heads(asked, attentions, count)
    if found is None or not isinstance(asked, dict):
        return
    st.session_state[SILENT] = found
    if asked.get("cost") is True:
        st.session_state[COST] = found


def text_of(found: data.Without) -> str:
    return found.translation if found.finished else f"{found.translation} …"


def _start(shown: Reading) -> dict[str, object]:
    """The head to show first."""
    return {"kind": "encoder", **place_told(shown)}


def _verdict(stage: Stage, before: str, found: data.Without) -> str:
    """What changed, in a sentence: a turned pronoun first of all, and how probable the old sentence has become."""
    change = data.turned(stage.source, before, found.translation)
    whole = _("The sentence above falls from a probability of {before} to {after}.").format(
        before=probability(readings.reading(stage.model, stage.source).log_probability), after=probability(found.log_probability)
    )
    if change:
        return _("“{before}” has turned into “{after}”. {probability}").format(before=change[0], after=change[1], probability=whole)
    if found.translation == before:
        return _("Not a word changes. {probability}").format(probability=whole)
    return whole


def probability(logarithm: float) -> str:
    value = 100 * math.exp(logarithm)
    if value >= 10:
        return f"{value:.0f}\u202f%"
    return f"{value:.1f}\u202f%" if value >= 0.1 else _("less than 0.1\u202f%")


def _cost(stage: Stage, heads: tuple[data.Head, ...], mode: str) -> str | None:
    """The loss over the corpus with exactly these heads silent, where it was asked for."""
    if st.session_state.get(COST) != (heads, mode):
        return None
    try:
        (whole, right), (broken, left) = (data.corpus_loss(stage.model, chosen, mode) for chosen in ((), heads))
    except LabError as error:
        return wording.sentence_of(error)
    return _("Over 500 sentences: loss {whole} → {broken} nats a token; right tokens {right} → {left}.").format(
        whole=f"{whole:.3f}", broken=f"{broken:.3f}", right=_share(right), left=_share(left)
    )


def _share(value: float) -> str:
    return f"{100 * value:.1f}\u202f%"


# What you see


def seen(shown: Reading) -> list[Callable[[], None]]:
    return [lambda: _seen_four_questions(shown), lambda: _seen_width(shown), lambda: _seen_switches(shown)]


def place_told(shown: Reading) -> dict[str, int]:
    """The place that figures and text begin with (layer, head, row, column, all from 0): where a pronoun reads one of its candidates,
    else the word, never a sign, over which the heads of a layer disagree most, and its strongest look at another word.
    """
    telling = inspect.telling_head(shown)
    if telling:
        return telling
    weights = np.stack([shown.arrays[f"{name}.weights"] for name in shown.attention_names("encoder.self")])  # layers × heads × n × n
    is_word = np.array([any(map(str.isalpha, piece)) for piece in shown.source_pieces])
    told = entropy_bits(weights.mean(axis=1)) - entropy_bits(weights).mean(axis=1) + 1e-6  # of a row alone: which head reads what (bits)
    layer, row = np.unravel_index(int((told * is_word).argmax()), told.shape)
    looks = weights[layer, :, row] * (is_word + 1e-6)
    looks[:, row] *= 1e-6
    head, column = np.unravel_index(int(looks.argmax()), looks.shape)
    return {"layer": int(layer), "head": int(head), "row": int(row), "column": int(column)}


def row_told(shown: Reading) -> int:
    """The word whose reading is told."""
    return place_told(shown)["row"]


def _seen_four_questions(shown: Reading) -> None:
    """One word, and what each head reads for it, in the layer with which the board opens."""
    place = place_told(shown)
    layer, row = place["layer"], place["row"]
    weights = shown.arrays[f"{shown.attention_names('encoder.self')[layer]}.weights"][:, row]  # heads × m
    best = weights.argmax(axis=1)
    read = "; ".join(
        _("head {head} “{word}” ({share} %)").format(
            head=head + 1, word=plain(shown.source_pieces[column]), share=round(100 * weights[head, column])
        )
        for head, column in enumerate(best.tolist())
    )
    say(
        _(
            "One word, several questions. For {word}, the heads of the encoder's layer {layer} read: {read}. One head "
            "alone would have to settle for one mixture of them."
        ),
        "heads_seen_questions",
        word=Said(plain(shown.source_pieces[row]), "query"),
        layer=layer + 1,
        read=Said(read, "key"),
    )


def plain(piece: str) -> str:
    """A piece as prose writes it."""
    return piece.removeprefix("\u2581") or "\u2423"


def _seen_width(shown: Reading) -> None:
    """The sharpest and the widest head."""
    names = shown.attention_names("encoder.self")
    bits = np.stack([entropy(shown.arrays[f"{name}.weights"]) for name in names])
    if bits.size < 2:
        return
    sharp, wide = (np.unravel_index(place, bits.shape) for place in (int(bits.argmin()), int(bits.argmax())))
    say(
        _(
            "The heads differ most in how widely they look: {sharp} is the sharpest of the encoder ({low} bits a "
            "row), {wide} the widest ({high} bits; {most} would be every word alike)."
        ),
        "heads_seen_width",
        sharp=words.long_name_of(names[sharp[0]], int(sharp[1])),
        wide=words.long_name_of(names[wide[0]], int(wide[1])),
        low=number(float(bits.min())),
        high=number(float(bits.max())),
        most=number(math.log2(max(2, len(shown.source_pieces)))),
    )


def _seen_switches(shown: Reading) -> None:
    say(
        _(
            "A silenced head still stands in its place, but what it hands on is {nothing}: zeros, or its mean, which "
            "is what it writes on average whatever it reads. All else runs on as before."
        ),
        "heads_seen_switches",
        nothing=Said(_("always the same")),
    )


# The sum over heads


def formula(stage: Stage, shown: Reading) -> None:
    config = shown.config
    shape = "{} × {}".format
    lesson.formula(
        r"\begin{aligned} \mathrm{MultiHead}(Q, K, V) &= \mathrm{Concat}(\mathrm{head}_1, \ldots, \mathrm{head}_h)\, W^O \\"
        r" &= \sum_{i=1}^{h} \mathrm{head}_i\, W_i^O \end{aligned}",
        [
            lesson.Symbol("h", _("heads of one attention"), str(config.heads)),
            lesson.Symbol(
                r"\mathrm{head}_i",
                _("softmax(QKᵀ/√d_k)V of the i-th head: every head projects the whole vector"),
                shape(len(shown.source_pieces), config.d_v),
            ),
            lesson.Symbol(r"\mathrm{Concat}", _("the heads side by side"), shape(len(shown.source_pieces), config.heads * config.d_v)),
            lesson.Symbol(
                "W^O", _("mixes the heads, learned; its i-th block of rows is Wᵢᴼ"), shape(config.heads * config.d_v, config.d_model)
            ),
            lesson.Symbol("W_i^O", _("what head i may write to the stream"), shape(config.d_v, config.d_model)),
        ],
        "3.2.2",
    )
    say(
        _(
            "Side by side and one matrix, or each head with its own block and then a sum: it is the same arithmetic. "
            "So every head writes a vector of its own, and the layer's output is their sum."
        ),
        "heads_sum_lead",
    )
    head_sum(_sum_payload(stage, shown), "heads_sum")
    say(
        _(
            "The projection of a head's arrow on the output says how much of the output is its doing. It may be "
            "negative: that head pulls the other way, and is overruled."
        ),
        "heads_sum_said",
    )


def _sum_payload(stage: Stage, shown: Reading) -> bytes:
    parts = data.parts_of(stage.model, stage.source, stage.target, shown)
    names = {short_name(name): name for kind in KINDS for name in shown.attention_names(kind)}
    place = place_told(shown)
    start = {"kind": "encoder", "layer": place["layer"], "source": place["row"], "target": None}
    return sum_payload(
        {short: shown.arrays[f"{name}.heads"] for short, name in names.items()},
        parts,
        {short: shown.arrays[f"{name}.output"] for short, name in names.items()},
        data.axes_of(shown),
        words.sum_words(),
        start=start,
    )

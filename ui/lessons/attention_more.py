"""Lesson 8, what follows the picture: √d_k, words in another order, the formula, breaking it, the fold for experts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from figures.attention import shuffle_payload
from figures.attention_scaling import Curves, entropy_bits, random_curves, scaling_payload
from model import limits
from model.reading import Reading
from ui import lesson, readings, sentences, words
from ui.address import Stage
from ui.components import attention as components
from ui.lessons import attention
from ui.lessons.attention import Lesson, book_of, identity
from ui.lessons.attention_weights import norm_of_first
from ui.lessons.attention_words import scaling_words, shuffle_words
from ui.prose import Said, as_part, heading, percent, say
from ui.words import _

TRAINED = "toy"  # the model of the sentence of ours
ALIKE = 0.95  # cosine from which two strips cannot be told apart
LATEX = r"\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^{\top}}{\sqrt{d_k}}\right) V"


def formula(now: Lesson) -> None:
    """The paper's line with the shapes of the stage."""
    config, count = now.shown.config, len(now.names)
    x, d_k, d_v = f"{count} × {config.d_model}", f"{count} × {config.d_k}", f"{count} × {config.d_v}"
    made = _("$X W^{letter}$: {rows} times {shape} gives {result}")

    def of(letter: str, width: int, result: str) -> str:
        return made.format(letter=letter, rows=x, shape=f"{config.d_model} × {width}", result=result)

    lesson.formula(
        LATEX,
        [
            lesson.Symbol("X", _("one row for each word, what the head reads"), x),
            lesson.Symbol("Q", _("queries: what each word looks for"), of("Q", config.d_k, d_k)),
            lesson.Symbol("K", _("keys: what each word can be found by"), of("K", config.d_k, d_k)),
            lesson.Symbol("V", _("values: what each word hands over"), of("V", config.d_v, d_v)),
            lesson.Symbol(r"Q K^{\top}", _("products: every query with every key"), f"{count} × {count}"),
            lesson.Symbol(r"\sqrt{d_k}", _("keeps their size from growing with the number of terms"), _root(now)),
            lesson.Symbol(r"\mathrm{softmax}", _("turns each row into shares that add up to 1"), f"{count} × {count}"),
            lesson.Symbol(r"\cdot\, V", _("the weighted sum each word takes home"), d_v),
        ],
        "3.2.1",
    )


def _root(now: Lesson) -> str:
    d_k = now.shown.config.d_k
    return _("√{d_k} = {root}").format(d_k=d_k, root=f"{np.sqrt(d_k):.3g}")


@as_part
def scaling(now: Lesson) -> None:
    """Three linked curves, with the model's own heads beside them."""
    heading(_("Why divide by $\\sqrt{d_k}$"))
    st.markdown(
        _(
            "A product adds up one term for each number of a key. Longer keys mean larger sums, and a softmax of large numbers reads "
            "one word and "
            "nothing else: then no score can change it any more, and there is nothing to learn from. Move the width and see all three."
        )
    )
    if len(now.names) < 2:
        st.caption(_("A single word has a single key, and softmax nothing to choose between. Write a longer sentence on the stage."))
        return
    components.scaling(_scaling(now.stage, now.shown, now, words.language()), "attention_scaling")


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS // 8, hash_funcs={Reading: identity, Lesson: lambda now: 0})
def _scaling(at: Stage, shown: Reading, now: Lesson, language: str) -> bytes:
    start = {"layer": now.start.layer, "head": now.start.head}
    return scaling_payload(_curves(len(now.names)), now.layers, start, scaling_words())


@st.cache_resource(show_spinner=False, max_entries=limits.SENTENCE_TOKENS)
def _curves(keys: int) -> Curves:
    return random_curves(keys)


def _cosines(now: Lesson) -> np.ndarray:
    """Of the outputs of every two words in each head of layer 1 [h, n, n]; of directions alone, as each strip has its own scale."""
    outputs = now.weights[0] @ now.layers[0].value
    alone = outputs / np.maximum(np.linalg.norm(outputs, axis=-1, keepdims=True), 1e-9)
    return np.asarray(alone @ alone.transpose(0, 2, 1))


def is_still(now: Lesson) -> bool:
    """Are most outputs of the head that moves most the same, so that no order of the words could be told from another?"""
    return float(np.median(_cosines(now)[moving_head(now)])) > ALIKE


def moving_head(now: Lesson) -> int:
    """The head of layer 1 whose outputs differ most from word to word, so that each is seen to move; not the head of the bet."""
    likeness = _cosines(now).mean(axis=(1, 2))
    if now.start.layer == 0 and len(likeness) > 1:
        likeness[now.start.head] = np.inf
    return int(np.argmin(likeness))


@as_part
def orders(now: Lesson) -> None:
    """Words to drag: the outputs move with them."""
    heading(_("Another order of the words"))
    if is_still(now):
        st.caption(
            _(
                "On your sentence the heads of this model's layer 1 give nearly every word the same answer, so that a new order would show "
                "nothing. Here is the toy model on “{source}”."
            ).format(source=sentences.DEFAULT)
        )
        now = attention.on(Stage(TRAINED, sentences.DEFAULT))
    st.markdown(
        _(
            "Nothing in the formula knows which row comes first. Drag the words on the right into another order: head {head} of layer 1 "
            "is computed anew, here in your browser. Each word's strip has a scale of its own."
        ).format(head=moving_head(now) + 1)
    )
    components.shuffle(_orders(now.stage, now.shown, now, words.language()), "attention_shuffle")


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS // 8, hash_funcs={Reading: identity, Lesson: lambda now: 0})
def _orders(at: Stage, shown: Reading, now: Lesson, language: str) -> bytes:
    return shuffle_payload(book_of(now), moving_head(now), norm_of_first(at.model, shown), shuffle_words())


@dataclass(frozen=True)
class Broken:
    """The stage with and without the division. Entropies are means over every row of every head of the encoder, in bits."""

    whole: float
    broken: float
    kept: float  # the share of the encoder's rows whose most-read word is still the same
    before: str
    after: str


def break_it(now: Lesson) -> None:
    """The division removed from every attention of the model, and a race between two models, one of which never had it."""
    if not now.shown.config.scaling:
        say(
            _("This model was trained without the division by √d_k: there is nothing to remove. Race it against one that has it."),
            "attention_unscaled",
        )
    elif lesson.break_it("removed now", _("Remove the division by $\\sqrt{d_k}$ from every head"), "attention_broken"):
        _show_broken(broken(now.stage, now.shown.source))
    lesson.race_link("no scaling", _("Trained without it: race two models on the Train page"))


def _show_broken(found: Broken) -> None:
    lesson.before_and_after(_("Entropy of the encoder's weights, bits"), f"{found.whole:.2f}", f"{found.broken:.2f}")
    same = _(
        "It still writes: {after}. In {kept} of the encoder's rows the word read most is the same as before. Within one row dividing never "
        "changes which score is the largest, only how far ahead it is; later layers read other vectors than before, so a few rows differ."
    )
    other = _(
        "It wrote: {before}. Now it writes: {after}. In {kept} of the encoder's rows the word read most is the same as before; what is "
        "lost is how much the others still counted."
    )
    say(
        same if found.before == found.after else other,
        "attention_broken_text",
        before=Said(found.before, "target"),
        after=Said(found.after or "…", "target"),
        kept=percent(found.kept),
    )


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def broken(at: Stage, source: str) -> Broken:
    """Both translations are the model's own. Imports torch."""
    from model.interventions import Interventions
    from model.read import read

    saved = readings.loaded(at.model)
    whole, without = read(saved, source), read(saved, source, interventions=Interventions(drop_scale=True))
    return Broken(encoder_entropy(whole), encoder_entropy(without), rows_kept(whole, without), whole.target, without.target)


def encoder_entropy(shown: Reading) -> float:
    names = shown.attention_names("encoder.self")
    return float(np.mean([entropy_bits(shown.arrays[f"{name}.weights"]).mean() for name in names]))


def rows_kept(whole: Reading, without: Reading) -> float:
    names = [f"{name}.weights" for name in whole.attention_names("encoder.self")]
    return float(np.mean([whole.arrays[name].argmax(axis=-1) == without.arrays[name].argmax(axis=-1) for name in names]))


def for_experts(now: Lesson) -> None:
    d_k = now.shown.config.d_k
    with lesson.expert():
        st.markdown(
            _(
                "**Variance.** Let the parts of $q$ and $k$ be independent with mean 0 and variance 1. Each term $q_i k_i$ has mean 0 "
                "and variance "
                "$E[q_i^2]\\,E[k_i^2] = 1$, and the variances of $d_k$ independent terms add up: $\\operatorname{Var}(q \\cdot k) = "
                "d_k$. Divided by $\\sqrt{d_k}$ it is 1 again. "
                "A trained head obeys no such assumption: its queries and keys are made for each other."
            )
        )
        st.markdown(
            _(
                "**Gradient.** For weights $w = \\operatorname{softmax}(s)$, $\\partial w_j / \\partial s_l = w_j (\\delta_{jl} - "
                "w_l)$. The third curve is the sum of its diagonal, "
                "$\\sum_j w_j (1 - w_j) = 1 - \\sum_j w_j^2$: 0 where one weight is 1. With respect to the *products* the division "
                "itself contributes a further factor "
                "$1/\\sqrt{d_k}$, which the optimizer's step size absorbs; a saturated softmax it cannot repair."
            )
        )
        st.markdown(
            _(
                "**Order.** Let $P$ permute the rows. Then $(PX)W = P(XW)$ for each projection, $(PQ)(PK)^\\top = P\\,QK^\\top "
                "P^\\top$, softmax works row by row and ignores the order "
                "within a row, and $P A P^\\top P V = P A V$: the outputs are permuted as the inputs were. That is equivariance; "
                "invariance would need a pooling step."
            )
        )
        st.markdown(
            _(
                "**Two matrices or one.** $q_i \\cdot k_j = x_i W^Q (W^K)^\\top x_j^\\top$: a head's scores depend on the product $W^Q "
                "(W^K)^\\top$ alone, a {width} × {width} matrix of rank at most {d_k}. "
                "It need not be symmetric: what one word reads in another says nothing about the way back."
            )
            .replace("{width}", str(now.shown.config.d_model))
            .replace("{d_k}", str(d_k))
        )

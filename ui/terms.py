"""What a lesson takes for granted, each in a few lines of our own, opened by who needs it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from catalogue import N_
from ui.words import _


@dataclass(frozen=True)
class Term:
    word: str
    text: str


TERMS = {
    "exponential": Term(
        N_("exponential"),
        N_(
            "$e^x$ multiplies by about 2.718 for every step of 1: $e^0 = 1$, $e^1 ≈ 2.72$, $e^2 ≈ 7.39$, and to the left "
            "$e^{-1} ≈ 0.37$. It is never negative and never zero, and it turns a difference into a ratio: "
            "$e^{a} / e^{b} = e^{a - b}$. That is why softmax uses it: any scores become positive shares."
        ),
    ),
    "logarithm": Term(
        N_("logarithm"),
        N_(
            "$\\ln x$ asks which power of $e$ gives $x$: $\\ln 1 = 0$, $\\ln 0.5 ≈ -0.69$, $\\ln 0.01 ≈ -4.6$. "
            "It turns products into sums, $\\ln(ab) = \\ln a + \\ln b$: the probability of a sentence is a product of many "
            "small numbers, its logarithm a sum that a computer can hold. The logarithm of a probability is never above 0."
        ),
    ),
    "probability": Term(
        N_("probability"),
        N_(
            "A number from 0 (never) to 1 (always). A distribution gives one to each of several outcomes of which exactly one "
            "happens, so they add up to 1. A model that writes text gives one to every piece of its vocabulary at every step."
        ),
    ),
    "derivative": Term(
        N_("derivative"),
        N_(
            "How much a result changes for a small change of one input, as a ratio: if 0.001 more at the input gives 0.003 more "
            "at the output, the derivative is 3. Through a chain of steps derivatives multiply, so fifty steps of 0.9 leave "
            "$0.9^{50} ≈ 0.005$. The gradient is the list of the derivatives to all inputs; training steps against that of the loss."
        ),
    ),
    "matrix": Term(
        N_("matrix"),
        N_(
            "A table of numbers. Its shape is rows × columns: $9 × 64$ is nine rows of 64 numbers. A product needs equal inner "
            "sizes, $(n × d)(d × m) = n × m$; each of its numbers is a row of the first times a column of the second, number by "
            "number, added up. The transpose, $K^\\top$, swaps rows and columns."
        ),
    ),
    "nats": Term(
        N_("nats"),
        N_(
            "The loss is $-\\ln p$, where $p$ is the probability the model gave to the piece that was right, on average over all pieces; "
            "the natural logarithm counts in nats. 0 nats: always certain and right; 0.69: one in two; 2.3: one in ten."
        ),
    ),
    "learning rate": Term(
        N_("learning rate"),
        N_(
            "How far one step of training moves the parameters against the gradient. It grows from 0 while the run warms up and "
            "falls afterwards: large steps find the region, small ones the place in it."
        ),
    ),
    "rows": Term(
        N_("rows are tokens"),
        N_(
            "A sentence is a matrix with one row for each token and one column for each feature. In an attention map a row is "
            "the token that looks (its query), a column the token that is looked at (its key); a row of weights adds up to 1."
        ),
    ),
}  # fmt: skip


def explain(name: str) -> None:
    """A term, explained in a pop-up that opens at a touch."""
    term = TERMS[name]
    with st.popover(_(term.word), type="tertiary", width="content"):
        st.markdown(_(term.text))

"""Lesson 7, for who wants more: positions that are learned, and the fold for experts."""

from __future__ import annotations

import numpy as np
import streamlit as st

from figures import positions as figures
from figures.measures import cosines
from figures.payload import Tokens, matrix_payload
from model.reading import Reading
from ui import lesson
from ui.components.labels import component_words
from ui.components.pictures import matrix
from ui.lessons.positions_break import TRAINED
from ui.prose import Said, grouped, number, say
from ui.shipped import shipped
from ui.words import _


def learned() -> None:
    """The other way: a table of parameters; what training made of it, beside the sinusoids."""
    with st.expander(_("Or learn them: a table of parameters in place of sines and cosines")):
        _learned()


def _learned() -> None:
    st.markdown(
        _(
            "Positions can also be parameters, a row for each place, moved by training like any other. The paper tried it (Table 3, row "
            "E): 25.7 BLEU against 25.8, “nearly identical”. What is lost: a row for a place no training sentence reached stays noise."
        )
    )
    facts = shipped("order-trained", TRAINED)
    if facts is None:
        return
    table = facts.arrays["learned"].astype(np.float64)
    sides = {
        "sinusoidal": (_("sinusoids"), figures.sinusoids(len(table), table.shape[1])),
        "learned": (_("learned by the toy recipe"), table),
    }
    for column, (name, (title, rows)) in zip(st.columns(2), sides.items(), strict=True):
        places = Tokens(tuple(f"\u2581{place}" for place in range(len(rows))))
        with column:
            matrix(
                matrix_payload(
                    cosines(rows, rows), places, places, "scores", component_words(), name=_("cosine, {title}").format(title=title)
                ),
                f"positions_cosine_{name}",
            )
    near = {name: float(np.diagonal(cosines(rows, rows), 1).mean()) for name, (_title, rows) in sides.items()}
    say(
        _(
            "The first {count} positions, each with each. Neighbours among sinusoids have a cosine of {fixed}; among rows that were "
            "learned, from random ones, {learned}. The very last two, which few sentences reach, are at {last}. The model with learned "
            "positions translates {exact} of the unseen sentences exactly, the one with sinusoids {sinusoidal}."
        ),
        "positions_learned", count=len(table), fixed=number(near["sinusoidal"]), learned=number(near["learned"]),
        last=number(float(cosines(table[-2:-1], table[-1:])[0, 0])),
        exact=_share(facts.about["final"]["learned"]), sinusoidal=_share(facts.about["final"]["sinusoidal"]),
    )  # fmt: skip


def _share(value: float) -> Said:
    return Said(f"{100 * value:.1f}\u202f%")


# For experts


def experts(shown: Reading) -> None:
    width = shown.config.d_model
    with lesson.expert():
        st.markdown(_("**Why an encoder is blind.** Let P shuffle the rows of X. Queries, keys and values are made row by row, so"))
        st.latex(
            r"\begin{aligned} & \mathrm{softmax}\!\left(\tfrac{PXW^Q (PXW^K)^\top}{\sqrt{d_k}}\right) PXW^V \\"
            r" &= P\,\mathrm{softmax}\!\left(\tfrac{XW^Q (XW^K)^\top}{\sqrt{d_k}}\right) P^\top P\, XW^V \\"
            r" &= P\,\mathrm{softmax}\!\left(\tfrac{XW^Q (XW^K)^\top}{\sqrt{d_k}}\right) XW^V \end{aligned}"
        )
        st.markdown(
            _(
                "The output is shuffled in the same way: *equivariant*, not invariant; only a mean over the rows would be invariant. "
                "Feed-forward, residual and normalization work row by row and keep it so. A causal mask $M$ does not: $P M P^\\top ≠ M$. "
                "Row $t$, counted from 0, sees $t + 1$ tokens, and that alone tells a layer where it stands."
            )
        )
        st.markdown(_("**Why the product forgets the place.** With $w_i$ the speed of clock $i$,"))
        st.latex(
            r"\begin{aligned} & PE(p)\cdot PE(p{+}k) \\ &= \sum_i \sin(p w_i)\sin((p{+}k) w_i) \\"
            r" &\quad + \cos(p w_i)\cos((p{+}k) w_i) \\ &= \sum_{i=0}^{d/2-1} \cos(k\, w_i) \end{aligned}"
        )
        st.markdown(
            _(
                "A sum of cosines is even in $k$, so direction is lost, and each cosine comes back, so it has bumps. Direction is not "
                "lost to the model: $W^Q$ and $W^K$ may turn the two sides differently, and the product with a turn in between is "
                "directed."
            )
        )
        st.markdown(
            _(
                "**Why 10000?** Full turns run from 2π to {longest} words, a geometric series of {pairs}. The longest should exceed any "
                "sentence, or a position would come round to itself. The paper gives no reason for the number."
            ).format(longest=grouped(2 * np.pi / figures.frequencies(width)[-1]), pairs=width // 2)
        )
        st.markdown(
            _(
                "**Longer than in training.** A sinusoid can be written down for any position; what the layers do with one they have "
                "never met is another matter, and often goes wrong. **Since then**: rotary positions (RoPE) turn queries and keys "
                "themselves, so that each score depends on the offset by construction."
            )
        )

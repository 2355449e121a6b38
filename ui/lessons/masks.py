"""Lesson 13, masks: the strip, the batch and the formula. What is broken stands in `masks_break`, the questions in `masks_check`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from figures import masks as figures
from model.corpora import grammar
from model.reading import Reading
from ui import bets, lesson, readings, source_code
from ui.address import Stage
from ui.components.masks import picture
from ui.lessons import masks_words as words
from ui.prose import Said, as_part, heading, percent, say
from ui.words import _

SHORT = ("Emma sings", "the dog sleeps", "the queen sings when she is happy", "Emma thinks that this beautiful island is very dangerous")


def place_bet() -> None:
    right = _("Loss no higher, worse French")
    verdict = _("So it is.") if bets.bet_on("mask.leak") == right else _("Measured: {right}.").format(right=right[:1].lower() + right[1:])
    lesson.bet(
        "mask.leak",
        _(
            "A model is trained without the mask: every row may read the next word too. What becomes of its training loss, and of its "
            "French?"
        ),
        [
            _("Higher loss, worse French"),
            _("Higher loss, better French"),
            _("Loss no higher, better French"),
            right,
        ],
        f"{verdict} {_('The two trainings under “Break it: the leak” show it.')}",
    )


def plain(piece: str) -> str:
    """A piece as prose writes it."""
    return piece.removeprefix("\u2581") or "\u2423"


def own(shown: Reading, part: str) -> np.ndarray:
    """One part of every self-attention of the decoder [L, H, n, n]."""
    return np.stack([shown.arrays[f"{name}.{part}"] for name in shown.attention_names("decoder.self")])


def telling_row(shown: Reading) -> int:
    """The row to open with: in the middle, or the one that writes the pronoun of the riddle."""
    pieces = [plain(piece) for piece in shown.target_out]
    pronoun = next((row for row, piece in enumerate(pieces) if row and piece in ("il", "elle")), None)
    return len(pieces) // 2 if pronoun is None else pronoun


def strip(shown: Reading) -> None:
    """Input, mask and label of every row; under them the scores, the mask and the weights of a head."""
    picture(
        figures.strip_payload(
            own(shown, "scores"), own(shown, "weights"), shown.target_in, shown.target_out, telling_row(shown), words.strip_words()
        ),
        "masks_strip",
    )


# What you see


def seen(shown: Reading) -> list[Callable[[], None]]:
    return [lambda: _seen_row(shown), lambda: _seen_all(shown)]


def _seen_row(shown: Reading) -> None:
    row = telling_row(shown)
    say(
        _(
            "A row may read only earlier words, and yet the diagonal of the mask is open. Both are true: the input is shifted by one. "
            "The row that must write {label} is given {fed}, the token before it, and may read that; {label} itself enters one "
            "column further on."
        ),
        "masks_row", label=Said(plain(shown.target_out[row]), "target"), fed=Said(plain(shown.target_in[row]), "key"),
    )  # fmt: skip


def _seen_all(shown: Reading) -> None:
    n = len(shown.target_in)
    counted = figures.count_hidden(n, n)
    scores, weights = own(shown, "scores"), own(shown, "weights")
    hidden = np.triu(np.ones((n, n), bool), 1)
    freed = np.exp(scores - scores.max(-1, keepdims=True))
    lost = float((freed * hidden).sum() / freed.sum()) if n > 1 else 0.0
    say(
        _(
            "Of {all} cells {open} are open and {later} hidden. Had they stayed in, {share} of all weight would lie on words that are "
            "yet to "
            "come; with \u2212\u221e in their place they get exactly {nothing}, and every row still sums to {one}."
        ),
        "masks_all", all=n * n, open=counted.open, later=counted.later, share=_share(freed, hidden, lost),
        nothing=f"{float(weights[..., hidden].max(initial=0)):g}", one=f"{float(weights.sum(-1).mean()):.3g}",
    )  # fmt: skip


def _share(freed: np.ndarray, hidden: np.ndarray, fallback: float) -> Said:
    """Mean over the rows of the weight that an unmasked softmax would put on later words."""
    shares = (freed * hidden).sum(-1) / freed.sum(-1)
    return percent(float(shares.mean()) if shares.size else fallback)


# The batch


@as_part
def batch(stage: Stage, shown: Reading) -> None:
    """The learner's sentence beside two others, padded to one length."""
    heading(_("Three sentences at once: the padding mask"))
    sentences = [shown.target_in, *beside(stage.model, len(shown.target_in))]
    lengths = [len(sentence) for sentence in sentences]
    longest = max(lengths)
    picture(figures.batch_payload(sentences, words.batch_words()), "masks_batch")
    filled = 1 - sum(lengths) / (longest * len(lengths))
    say(
        _(
            "A batch is a rectangle, so shorter sentences are filled up with {pad}: here {share} of it. The causal mask is the same for "
            "every sentence; the padding mask closes whole columns of one. A cell is open where both are. In all attentions the encoder's "
            "padding is hidden the same way; the labels of filling are left out of the loss."
        ),
        "masks_batch_said", pad=Said(figures.PADDING), share=percent(filled),
    )  # fmt: skip


def beside(model: str, length: int) -> list[tuple[str, ...]]:
    """Decoder inputs of two sentences of the grammar, shorter than `length` tokens where there are such."""
    tokenizer = readings.tokenizer(model)
    pairs = [pair for sentence in SHORT if (pair := grammar.recognize(sentence))]
    inputs = sorted((("<s>", *tokenizer.encode(pair.target).pieces) for pair in pairs), key=len)
    shorter = [row for row in inputs if len(row) < length]
    return [shorter[-1], shorter[0]] if len(shorter) > 1 else list(inputs[:2])


# The formula


def formula(shown: Reading) -> None:
    n, config = len(shown.target_in), shown.config
    counted = figures.count_hidden(n, n)
    lesson.formula(
        r"\begin{gathered} \mathrm{softmax}\!\left(\frac{Q K^{\mathsf T}}{\sqrt{d_k}} + M\right) V \\[6pt]"
        r"M_{ij} = \begin{cases} 0 & j \le i \\ -\infty & j > i \end{cases} \end{gathered}",
        [
            lesson.Symbol("M", _("the mask, added to the scores"), _("{n} × {n}: {open} zeros, {hidden} times −∞").format(
                n=n, open=counted.open, hidden=counted.later)),
            lesson.Symbol("i", _("a row: the position that asks"), _("1 to {n}").format(n=n)),
            lesson.Symbol("j", _("a column: the position that is read"), _("1 to i are open")),
            lesson.Symbol(r"e^{-\infty}", _("what the softmax makes of −∞"), "0"),
            lesson.Symbol("d_k", _("width of a query and of a key"), str(config.d_k)),
        ],
        "3.2.3",
    )  # fmt: skip


@as_part
def nan_rows(shown: Reading) -> None:
    """Why a row of which everything is hidden must not be left to the formula: with numbers."""
    heading(_("A row with nothing to read"), small=True)
    name = shown.attention_names("decoder.self")[0]
    value = shown.arrays[f"{name}.value"][0]
    found = figures.empty_row(len(shown.target_in), value)
    st.markdown(
        _(
            "Fill a batch up at the **left**, and the first row of a shorter sentence is filling with nothing before it: causal mask and "
            "padding mask together leave it no cell. What becomes of its weights depends on how the mask is written:"
        )
    )
    rows: Sequence[tuple[str, str, str]] = (
        (_("−∞, and the formula as it stands"), "−∞ − (−∞) = NaN", _written(found.plain)),
        (_("a large number, −10⁹, for −∞"), f"1 / {len(found.large)}", _written(found.large)),
        (_("−∞, and zeros where nothing is open (`model/softmax.py`)"), "0", _written(found.ours)),
    )
    head = f"| {_('how')} | {_('what is computed')} | {_('weights of that row')} |"
    st.markdown("\n".join([head, "|---|---|---|", *(f"| {how} | {what} | {result} |" for how, what, result in rows)]))
    st.markdown(
        _(
            "NaN does not stay where it is: 0 × NaN is NaN. If one row is NaN, then in the next layer every row that gives it the weight 0 "
            "is NaN as well: {spread} of the {all} numbers of a head of your sentence, computed just now. The loss is a mean over all "
            "rows, "
            "so it is NaN, and with it every gradient and every parameter after one step. −10⁹ avoids that, and has the row read all "
            "filling alike; zeros say what is meant: it reads nothing."
        ).format(spread=found.spread, all=value.size)
    )
    source_code.show(lesson.source_of("model/softmax.py", "_Softmax.forward"))


def _written(weights: np.ndarray) -> str:
    shown = ["NaN" if np.isnan(weight) else f"{weight:.3g}" for weight in weights[:3]]
    return ", ".join([*shown, *(["…"] if len(weights) > 3 else [])])

"""Lesson 8, the questions: right answers come from the stage's numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from figures.payload import Tokens, matrix_payload
from ui import sentences
from ui.address import Stage
from ui.check import Cell, Choice, Number, Question, fallback_note
from ui.components.labels import component_words
from ui.lessons import attention
from ui.lessons.attention import Lesson
from ui.words import _

SHOWN_ROWS = 12  # of the matrix one clicks in
FEWEST = 3  # tokens
TRAINED = "toy"  # the model of the sentence of ours


def questions(now: Lesson) -> list[Question]:
    """About the learner's sentence, or about one of ours where theirs has too few words to tell rows apart."""
    if len(now.names) >= FEWEST:
        now = replace(now, start=aside(now))
        return [_predict_score(now), _order_belief(now), _broken_row(now)]
    ours = attention.on(Stage(TRAINED, sentences.DEFAULT))
    ours = replace(ours, start=aside(ours))
    note = fallback_note(sentences.DEFAULT) + " "
    return [replace(question, text=note + question.text) for question in (_predict_score(ours), _order_belief(ours), _broken_row(ours))]


def aside(now: Lesson) -> attention.Place:
    """Another head (where there is one) and another word than the bet's, which a question would give away: the most decided row."""
    layer, head = now.start.layer, (now.start.head + 1) % now.shown.config.heads
    weights = now.weights[layer][head].copy()
    weights[now.start.row] = 0
    row, column = map(int, np.unravel_index(int(weights.argmax()), weights.shape))
    return attention.Place(layer, head, row, column)


def _written(value: float) -> str:
    return f"{value:.4g}".replace("-", "\u2212")


def _predict_score(now: Lesson) -> Number:
    products, _weights = now.numbers()
    product, d_k = float(f"{products[now.start.column]:.4g}"), now.shown.config.d_k
    root = float(np.sqrt(d_k))
    text = _(
        "In layer {layer}, head {head} the product of the query of “{row}” and the key of “{top}” is {product}, a sum over {d_k} "
        "numbers. What score does softmax get?"
    )
    why = _("The score is the product divided by √{d_k} = {root}: {product} / {root} = {score}.")
    values = {
        "layer": now.start.layer + 1,
        "head": now.start.head + 1,
        "row": now.row,
        "top": now.top,
        "product": _written(product),
        "d_k": d_k,
        "root": _written(root),
        "score": _written(product / root),
    }
    wrong = (
        (product / d_k, _("That is divided by d_k itself; it is its root.")),
        (product, _("That is the product, before the division.")),
    )
    return Number(
        "score", "prediction", _filled(text, values), product / root, max(abs(product / root) * 0.01, 0.01), "", _filled(why, values),
        () if d_k == 1 else wrong,
    )  # fmt: skip


def _order_belief(now: Lesson) -> Choice:
    first, second = now.names[0], now.names[-1]
    text = _(
        "You swap “{first}” and “{second}”, each with its position, and feed your sentence through the head again. What becomes of its "
        "outputs?"
    )
    return Choice(
        "order", "misconception", _filled(text, {"first": first, "second": second}),
        (_("They stay as they were, row by row"), _("They are the same rows, two of them swapped"), _("All of them change a little")),
        1,
        (
            _("That would be invariance. Every output belongs to its query, and the query has moved: its row moves with it."),
            _("Rows move with the words: equivariance. The sums run over the same words in another order, so each word takes home what "
              "it took before."),
            _("Softmax and the weighted sum add up the same terms in another order. No number changes, only the place of its row."),
        ),
    )  # fmt: skip


def _broken_row(now: Lesson) -> Cell:
    """One row is spoilt so that it no longer adds up to one, as weights do when they are looked at after dropout."""
    values, row = spoilt(now.weights[now.start.layer][now.start.head][:SHOWN_ROWS, :SHOWN_ROWS].copy(), now.start.row)
    tokens = Tokens(now.shown.source_pieces[:SHOWN_ROWS])
    sums = [f"{total:.2f}" for total in values.sum(axis=1)]
    return Cell(
        "broken_row", "transfer",
        _("Somebody prints this map as the weights of a head that may read every word, but one row of it cannot have come out of a "
          "softmax. Click a cell of that row."),
        matrix_payload(values, tokens, tokens, "weights", component_words(), name=_("weight")),
        frozenset((row, column) for column in range(len(values))),
        _filled(
            _("The weights of “{row}” add up to {total}; a row of a softmax adds up to 1. Weights looked at after dropout do this: what "
              "is left is scaled up."),
            {"row": now.names[row], "total": sums[row]},
        ),
        lambda i, j: _filled(_("The weights of “{row}” add up to {total}: a softmax can do that. Look for a row with too "
                               "much."), {"row": now.names[i], "total": sums[i]}),
    )  # fmt: skip


def spoilt(weights: np.ndarray, row: int) -> tuple[np.ndarray, int]:
    """Weights [n, n] with rows made whole again after cutting, but for one whose weights are doubled where that stays a weight."""
    weights = weights / weights.sum(axis=1, keepdims=True)
    row = min(row, len(weights) - 1)
    second = int(np.argsort(weights[row])[-2]) if len(weights) > 1 else 0
    weights[row, second] = min(1.0, weights[row, second] + 0.75)
    return weights, row


def _filled(template: str, values: dict[str, object]) -> str:
    """Braces of a learner's words stay what they are."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", str(value))
    return template

"""Lesson 6, from ids to rows: the matrix, the rows picked out of it, the factor √d_model, what a vocabulary costs."""

from __future__ import annotations

import streamlit as st

from figures.payload import Tokens
from figures.tokens import rows_payload
from model.config import ModelConfig, count_parameters, preset
from model.reading import Reading
from ui import lesson
from ui.components import tokens as pictures
from ui.lesson import Symbol
from ui.lessons import tokens
from ui.lessons import tokens_data as data
from ui.lessons import tokens_words as texts
from ui.prose import Said, as_part, grouped, heading, number, percent, say
from ui.words import _


@as_part
def picked_rows(model: str, shown: Reading) -> None:
    """Ids, the matrix, the rows the sentence picks, times √d_model, plus positions."""
    heading(_("A piece becomes a row of numbers"))
    matrix, ids = data.vocabulary_matrix(model), data.ids_of(model, shown)
    place = tokens.place_of(shown, tokens.cut_most(shown.source).text)
    token = Said(Tokens(shown.source_pieces).as_list()[place]["text"], "source")  # type: ignore[arg-type]
    rows, positions = matrix[list(ids)], shown.arrays["encoder.position"]
    root = data.factor(shown)
    say(
        _(
            "To this model {token} is number {id}, and number {id} is a row of the matrix E: {width} numbers, all learnt. "
            "They are small, about {small}. Multiplied by √{width} they are about {large}, and stand beside the position's {position}."
        ),
        "rows_said", token=token, id=Said(str(ids[place])), width=shown.config.d_model, small=number(data.size(rows[place])),
        large=number(root * data.size(rows[place])), position=number(data.size(positions[place])),
    )  # fmt: skip
    payload = rows_payload(Tokens(shown.source_pieces), ids, matrix, positions, root, place, texts.rows_texts())
    pictures.rows(payload, "rows")


def formula(model: str, shown: Reading) -> None:
    config, facts = shown.config, data.facts()
    matrix = data.vocabulary_matrix(model)
    place = tokens.place_of(shown, tokens.cut_most(shown.source).text)
    identity = data.ids_of(model, shown)[place]
    row_size, position_size = _short(data.size(matrix[identity])), _short(data.size(shown.arrays["encoder.position"]))
    lesson.formula(
        r"x_i = \sqrt{d_{\text{model}}} \; E_{t_i} + PE_i",
        [
            Symbol("t_i", _("number of the piece at position i, from 0"), _("{id} at position {place}").format(id=identity, place=place)),
            Symbol("E", _("matrix of the vocabulary, a row for every piece"), f"{grouped(config.vocabulary)} × {config.d_model}"),
            Symbol(r"E_{t_i}", _("the row picked out"), _("{width} numbers of size {size}").format(width=config.d_model, size=row_size)),
            Symbol(r"\sqrt{d_{\text{model}}}", _("the factor"), f"√{config.d_model} = {_short(data.factor(shown))}"),
            Symbol("PE_i", _("what tells positions apart: the next lesson"), _("size {size}").format(size=position_size)),
        ],
        "3.4",
    )  # fmt: skip
    first, last = (facts.arrays["source.lengths"][moment] for moment in (0, -1))
    say(
        _(
            "Why the factor? Rows are drawn with a spread of 1/√d_model: for the toy model 1/√64 = {drawn}; at step 0 it is {first}, at "
            "the end {last}. Times √64 = 8 that begins at about 1, beside positions of {position}: word and place are of one size. "
            "Without it the places would drown the words."
        ),
        "why_factor", drawn=number(0.125), first=number(float(first)), last=number(float(last)), position=number(0.5**0.5),
    )  # fmt: skip
    say(
        _(
            "Why not draw rows of size 1 at once? The paper states the factor without a reason. It shares E with the output layer, where "
            "rows of length 1, and not of length 8, keep the scores of the words small at the start."
        ),
        "why_small",
    )


def _short(value: float) -> str:
    return f"{value:.3g}"


@as_part
def cost(shown: Reading) -> None:
    """V × d_model, once where the matrices are tied, three times where they are not."""
    heading(_("What a vocabulary costs"), small=True)
    config = shown.config
    other = config.with_(tied_embeddings=not config.tied_embeddings)
    as_is, otherwise = (
        (_("this model, tied"), _("the same, not tied")) if config.tied_embeddings else (_("this model, not tied"), _("the same, tied"))
    )
    rows = [cost_row(as_is, config), cost_row(otherwise, other), cost_row(_("the paper's base model, tied"), preset("base"))]
    head = f"| | {_('rows × numbers × matrices')} | {_('parameters')} | {_('of the whole model')} |"
    st.markdown("\n".join([head, "|---|---|---|---|", *rows]))
    st.caption(
        _(
            "Tied: encoder, decoder and output share one matrix (section 3.4). Every further piece costs d_model numbers a matrix, and is "
            "met more rarely than the pieces before it."
        )
    )


def cost_row(name: str, config: ModelConfig) -> str:
    parts = count_parameters(config)
    matrices = parts["embeddings"] // (config.vocabulary * config.d_model)
    share = parts["embeddings"] / sum(parts.values())
    rows, numbers = grouped(config.vocabulary), grouped(parts["embeddings"])
    return f"| {name} | {rows} × {config.d_model} × {matrices} | {numbers} | {percent(share).text} |"

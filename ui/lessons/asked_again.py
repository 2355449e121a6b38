"""How the lessons build their questions for a stage, for the ones that are asked again elsewhere (ui/returning.py)."""

from __future__ import annotations

from collections.abc import Sequence

from model.reading import Reading
from ui.address import Stage
from ui.check import fallback_note
from ui.lessons import (
    attention,
    attention_check,
    heads_check,
    inference_data,
    inference_moments,
    inference_questions,
    masks_check,
    positions_check,
    tokens_check,
)
from ui.questions import Question


def embeddings(at: Stage, shown: Reading) -> Sequence[Question]:
    return tokens_check.questions(at.model, shown)


def positions(at: Stage, shown: Reading) -> Sequence[Question]:
    own = tuple(piece.removeprefix("\u2581") or "\u2423" for piece in shown.source_pieces)
    if len(own) >= positions_check.LEAST:
        return positions_check.questions(own, shown.config.d_model)
    return positions_check.questions(positions_check.OURS, shown.config.d_model, fallback_note(" ".join(positions_check.OURS)) + " ")


def self_attention(at: Stage, shown: Reading) -> Sequence[Question]:
    return attention_check.questions(attention.prepare())


def heads(at: Stage, shown: Reading) -> Sequence[Question]:
    return heads_check.questions(at, shown)


def mask(at: Stage, shown: Reading) -> Sequence[Question]:
    return [masks_check.count(shown), masks_check.diagonal(shown), masks_check.broken(shown)]


def inference(at: Stage, shown: Reading) -> Sequence[Question]:
    view = inference_data.View(at.model, inference_moments.usual_moment(at.model), at.source)
    return inference_questions.questions(view, inference_data.greedy_reading(view))

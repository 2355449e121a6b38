"""Questions that come back: one that went wrong is asked again two lessons later, about the sentence that then stands on the stage.

Who builds a lesson's questions stands in `QUESTIONS`; nothing of a lesson is imported before one of them comes back.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import NamedTuple

import catalogue
from catalogue import Lesson
from model.errors import LabError
from model.reading import Reading
from ui import record
from ui.address import Stage
from ui.questions import Question

LATER = 2  # lessons

# Slug -> "module:function", (at: Stage, shown: Reading) -> Sequence[Question].
QUESTIONS: dict[str, str] = {
    slug: f"ui.lessons.asked_again:{slug.replace('-', '_')}"
    for slug in ("embeddings", "positions", "self-attention", "heads", "mask", "inference")
}


class Due(NamedTuple):
    """A question by the lesson it is from and its name."""

    lesson: Lesson
    name: str


def due() -> list[Due]:
    """What went wrong at first and has not come back with a right answer, in the order of the lessons."""
    again = record.current().again
    wrong = [key for key, right in record.answers().items() if not right and not again.get(key, False)]
    found = [Due(lesson, key.removeprefix(f"{lesson.slug}.")) for lesson in catalogue.LESSONS for key in wrong if _of(key) == lesson.slug]
    return [each for each in found if each.lesson.slug in QUESTIONS]


def due_in(slug: str) -> list[Due]:
    """What this lesson may open its questions with: what went wrong two lessons ago."""
    number = next((lesson.number for lesson in catalogue.LESSONS if lesson.slug == slug), 0)
    return [each for each in due() if each.lesson.number + LATER == number]


def first(asked: Sequence[Due], at: Stage, shown: Reading) -> tuple[Due, Question] | None:
    """The first of them that can be asked about the stage as it is now."""
    for each in asked:
        question = build(each, at, shown)
        if question is not None:
            return each, question
    return None


def build(asked: Due, at: Stage, shown: Reading) -> Question | None:
    """The question about the stage as it is now; None where its lesson asks it no more, or cannot be asked of this stage."""
    try:
        questions = questions_of(asked.lesson.slug, at, shown)
    except LabError:
        return None
    return next((question for question in questions if question.name == asked.name), None)


def questions_of(slug: str, at: Stage, shown: Reading) -> Sequence[Question]:
    module, _, function = QUESTIONS[slug].partition(":")
    found: Sequence[Question] = getattr(importlib.import_module(module), function)(at, shown)
    return found


def _of(key: str) -> str:
    return key.split(".")[0]

"""Lesson 15: a translation is chosen word by word: greedily, by a beam, by dice; and nothing is computed twice."""

from __future__ import annotations

from ui import check, lesson, stage
from ui.components import inference as pictures
from ui.lessons import inference, inference_cost, inference_counts, inference_depth, inference_questions
from ui.lessons import inference_data as data
from ui.words import _

view = inference.choose_view(stage.current())
reading = data.greedy_reading(view)

bet = inference.place_bet(view, reading)
with lesson.try_it():
    pictures.steps(inference.steps_of(view, reading), key="inference_steps")
inference.what_steps_say(view, reading)
inference.beam_search(view, bet)
inference.sampling(view, reading)
lesson.hands_on()
inference_counts.side_by_side(view)
inference_counts.over_the_corpus(view)

inference_depth.formula(view, reading)
inference_cost.cache(view, reading)
inference_cost.without_end(view, reading)
lesson.code("model/decoding.py", "_grow", "total =")
with lesson.expert():
    inference_depth.for_experts(view, reading, searched=bet is not None)
check.check_yourself("inference", inference_questions.questions(view, reading))
lesson.what_we_know(
    "inference",
    _(
        "The model never writes a sentence: it says how probable each next word is, and a search decides. Where *it* becomes "
        "*il* or *elle*, both "
        "are candidates of one distribution; a beam carries both on, and the adjective that follows agrees with whichever was "
        "chosen. So the riddle "
        "is settled in the decoder, one word at a time, and a search can only choose among what the model believes."
    ),
)

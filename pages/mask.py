"""Lesson 13: why a word must never see the next one."""

from __future__ import annotations

from ui import lesson, stage
from ui.lessons import masks, masks_break, masks_check
from ui.words import _

shown = stage.reading()
masks.place_bet()
with lesson.try_it():
    masks.strip(shown)
lesson.what_you_see(*masks.seen(shown))
masks.batch(stage.current(), shown)
masks.formula(shown)
masks_break.change_a_word(stage.current(), shown)
masks_break.trained_without()
lesson.code("model/transformer.py", "not_later", "seen.tril()")
with lesson.expert():
    masks.nan_rows(shown)
masks_check.check(shown)
lesson.what_we_know(
    "mask",
    _(
        "When the decoder writes *il* or *elle*, it has the whole English sentence and the French **before** the pronoun, and nothing "
        "else. The adjective that settles the riddle comes later in French, *fatigué* or *large*, and is hidden: so the answer can "
        "only come "
        "through cross-attention, from the English. And a low loss alone proves nothing: ask what was hidden while it was measured."
    ),
)

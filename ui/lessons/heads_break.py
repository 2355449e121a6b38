"""Lesson 9, break it: all heads of the encoder at once on the stage's sentence, and one at a time as it was counted."""

from __future__ import annotations

import numpy as np
import streamlit as st

from model.reading import Reading
from ui import lesson, readings
from ui.address import Stage
from ui.lessons import heads_data as data
from ui.lessons import heads_words as words
from ui.lessons.heads import probability, text_of
from ui.prose import Said, say
from ui.words import _


@st.fragment
def break_all(stage: Stage, shown: Reading) -> None:
    """All heads of one kind at once, on the stage's sentence and counted."""
    broken = lesson.break_it("removed now", _("Silence every head of the encoder"), "heads_break")
    before = readings.own_translation(stage.model, stage.source)
    heads = tuple((name, head) for name in shown.attention_names("encoder.self") for head in range(shown.config.heads))
    found = data.without(stage.model, stage.source, before, heads, "zero") if broken else None
    whole = readings.reading(stage.model, stage.source).log_probability
    if found:
        lesson.before_and_after(_("Probability of its own sentence"), probability(whole), probability(found.log_probability))
        say(_("Without its encoder's heads it writes: {french}"), "heads_break_said", french=Said(text_of(found), "target"))
        st.caption(_("Training with label smoothing keeps every token short of certainty, and a sentence multiplies its tokens."))
    _counted_breaks(stage)


def _counted_breaks(stage: Stage) -> None:
    """The whole table of losses in a sentence."""
    _model, facts = data.facts_of(stage.model)
    change = facts.arrays["loss_zero"] - facts.about["loss"]
    worst = np.unravel_index(int(change.argmax()), change.shape)
    idle = int((np.abs(change) < 0.002).sum())
    say(
        _(
            "One at a time it is another matter: over {sentences} sentences, {idle} of the {count} heads can be "
            "silenced with a change of the loss under 0.002. The dearest is {worst}: from {whole} to {loss} nats a "
            "token."
        ),
        "heads_break_counted",
        sentences=facts.about["sentences"],
        idle=idle,
        count=change.size,
        worst=words.long_name_of(facts.about["attentions"][worst[0]], int(worst[1])),
        whole=f"{facts.about['loss']:.3f}",
        loss=f"{facts.arrays['loss_zero'][worst]:.3f}",
    )

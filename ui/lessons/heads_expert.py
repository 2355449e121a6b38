"""Lesson 9, for experts: the two ablations against each other, and what neither of them can tell."""

from __future__ import annotations

import numpy as np

from ui import lesson
from ui.address import Stage
from ui.lessons import heads_data as data
from ui.prose import number, say
from ui.words import _


def experts(at: Stage) -> None:
    facts = data.facts_of(at.model)[1]
    zero, mean = (facts.arrays[name].ravel() - facts.about["loss"] for name in ("loss_zero", "loss_mean"))
    with lesson.expert():
        say(
            _(
                "Zeros and means agree here: over the heads, the two changes of the loss correlate at {correlation}, and "
                "zeros cost more in {dearer} of {count}. "
                "In a model with biases or larger means they need not: a zero is a vector the head may never have "
                "written, so part of its price is surprise."
            ),
            "heads_expert_modes",
            correlation=number(float(np.corrcoef(zero, mean)[0, 1])),
            dearer=int((zero > mean).sum()),
            count=zero.size,
        )
        say(
            _(
                "Neither ablation is the last word. Silence is outside the model's experience; other heads may make up "
                "for one that is gone (in training they cannot), "
                "so single silences undercount what heads do together: that is why Fuses needs sets. Swapping in what "
                "the head writes for another sentence (activation "
                "patching) keeps it within its experience."
            ),
            "heads_expert_limits",
        )
        say(
            _(
                "The parts of the sum are exact, their reading is not: a projection on the output says nothing of what "
                "later layers do with it. "
                "And Wᵢᴼ can be merged with Wᵢⱽ into one matrix per head of rank d_v, just as the matrices of queries and keys "
                "only ever act as a product of the two (Elhage and others, 2021)."
            ),
            "heads_expert_sum",
        )

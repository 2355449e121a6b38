"""Lesson 8: one head of self-attention, from three words by pencil to the learner's sentence."""

from __future__ import annotations

from ui import lesson
from ui.check import check_yourself
from ui.lessons import attention, attention_check, attention_more
from ui.words import _

now = attention.prepare()
attention.place_bet(now)
with lesson.try_it():
    attention.picture(now)
lesson.what_you_see(*attention.seen(now))
attention_more.formula(now)
attention_more.scaling(now)
attention_more.orders(now)
attention_more.break_it(now)
lesson.code("model/attention.py", "attend", "scores = products /")
attention_more.for_experts(now)
check_yourself("self-attention", attention_check.questions(now))
lesson.what_we_know(
    "self-attention",
    _(
        "A word looks at the others by matching its query with their keys, and takes home a mixture of their values. So “it” *can* read "
        "a noun. "
        "Which noun a head reads is learned, and a weight is evidence of what flows, not the answer: other heads look elsewhere. Next: "
        "all of them at once."
    ),
)

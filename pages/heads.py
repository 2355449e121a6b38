"""Lesson 9: why several heads, and what each of them does."""

from __future__ import annotations

from ui import lesson, stage
from ui.lessons import heads, heads_break, heads_check, heads_expert, heads_film, heads_fuses, heads_measured
from ui.words import _

at, shown = stage.current(), stage.reading()
bet = heads.place_bet(heads_measured.settled(at))
with lesson.try_it():
    heads.all_heads(at, shown)
lesson.what_you_see(*heads.seen(shown))
heads.formula(at, shown)
heads_measured.behaviour(at)
heads_break.break_all(at, shown)
heads_film.one_against_four(at)
heads_fuses.fuses(at)
heads_measured.referent(at, bet)
lesson.code("model/attention.py", "MultiHeadAttention.forward", "output = self.output(")
heads_expert.experts(at)
heads_check.check(at, shown)
lesson.what_we_know(
    "heads",
    _(
        "Several heads let one word put several questions at once, and $W^O$ adds up the answers. Where one head's silence can turn "
        "*il* into *elle* is counted above, over many sentences. No head is *the* one that knows: in “The animal didn't cross the "
        "street because it was too tired” it takes the silence of two, and a head that looks at the right noun need not be one of "
        "them. What the pronoun's own row does is for lesson 12."
    ),
    [
        lesson.Further(_("The paper, sections 3.2.2 and 6.2"), "https://arxiv.org/abs/1706.03762", _("Table 3, row A: from 1 head to 32")),
        lesson.Further(
            _("Michel, Levy and Neubig (2019)"),
            "https://arxiv.org/abs/1905.10650",
            _("“Are Sixteen Heads Really Better than One?”: most heads can be taken out"),
        ),
        lesson.Further(
            _("Voita and others (2019)"), "https://arxiv.org/abs/1905.09418", _("heads of a translator named by what they do, and pruned")
        ),
        lesson.Further(
            _("Jain and Wallace (2019)"),
            "https://arxiv.org/abs/1902.10186",
            _("attention is not explanation: why this page silences heads"),
        ),
    ],
)

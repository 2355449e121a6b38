"""Lesson 7: how the model knows which word comes first."""

from __future__ import annotations

from ui import lesson, stage
from ui.lessons import positions, positions_break, positions_check, positions_more
from ui.words import _

shown = stage.reading()
positions.place_bet()
with lesson.try_it():
    positions.encoding(shown)
lesson.what_you_see(*positions.seen(shown))
positions.prerequisites()
positions.formula(shown)
positions.sums(shown)
positions_break.shuffle(stage.current(), shown)
positions_break.trained_without()
positions.offsets(shown)
positions.turns(shown)
positions_more.learned()
lesson.code("model/layers.py", "sinusoids", "torch.stack([angle.sin()")
positions_more.experts(shown)
positions_check.check(shown)
lesson.what_we_know(
    "positions",
    _(
        "Attention sees a bag of words; the order is written **into** the vectors, as clocks. So the riddle has its first clue: *animal* "
        "comes before *street*, and *it* after both, and the **encoder** can tell only because of what was added here. (The decoder's "
        "mask gives the order of the French away.) Without positions many a sentence still comes out right; who does what to whom is "
        "lost. Whether a model uses the turns between positions is open."
    ),
    [
        lesson.Further(
            _("The paper, section 3.5"), "https://arxiv.org/abs/1706.03762", _("one page; the hypothesis stands in its second paragraph")
        ),
        lesson.Further(
            _("Transformer from scratch: slides of Umar Jamil's lecture"),
            "https://github.com/hkproj/transformer-from-scratch-notes",
            _("positional encoding with the words of a sentence"),
        ),
        lesson.Further(
            _("Amirhossein Kazemnejad: Transformer Architecture: The Positional Encoding"),
            "https://kazemnejad.com/blog/transformer_architecture_positional_encoding/",
            _("the rotation proved step by step"),
        ),
        lesson.Further(
            _("Haviv and others (2022)"),
            "https://arxiv.org/abs/2203.16634",
            _("causal language models without positions find out where they are: the mask at work"),
        ),
        lesson.Further(_("Su and others (2021)"), "https://arxiv.org/abs/2104.09864", _("RoPE: turn queries and keys in place of adding")),
    ],
)

"""Lesson 6, tokens and embeddings: how a word becomes numbers."""

from __future__ import annotations

from ui import check, lesson, stage
from ui.lessons import tokens, tokens_break, tokens_check, tokens_map, tokens_own, tokens_rows, tokens_workshop
from ui.words import _

shown, model = stage.reading(), stage.current().model
made = tokens.bet(shown)
tokens.four_cuts(shown, made, tokens_own.own_kind(model, shown.source))
tokens.what_you_see(shown, made)
tokens_rows.picked_rows(model, shown)
tokens_map.vocabulary_map(model, shown)
tokens_rows.formula(model, shown)
tokens_rows.cost(shown)
tokens_workshop.workshop(shown, made)
tokens_own.lattice_of_the_model(model, shown)
tokens_break.without_factor(model, shown)
tokens_break.missing_word(model, shown)
lesson.code("model/layers.py", "embed", "math.sqrt")
tokens_check.expert(shown)
check.check_yourself("embeddings", tokens_check.questions(model, shown))
lesson.what_we_know(
    "embeddings",
    _(
        "A sentence becomes pieces, a piece a number, a number a row: it is the only place where the model meets words. A row is the "
        "same wherever its word stands. So “it” has one row, and that row cannot say what “it” means; but the row of a noun already "
        "lies with the nouns of its French gender. What is missing is the link between the two, and, before that, any sense of order."
    ),
)

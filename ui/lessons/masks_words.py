"""Every word the pictures of the lesson on masks show, in the visitor's language. Holes in braces are filled in the browser."""

from __future__ import annotations

from ui.words import _


def strip_words() -> dict[str, str]:
    return {
        "modes": _("How the decoder is fed"),
        "shifted": _("Shifted by one"),
        "unshifted": _("Not shifted"),
        "strict": _("Not shifted, diagonal hidden"),
        "layer": _("Layer"),
        "head": _("Head"),
        "strip": _("Row of the decoder"),
        "previous": _("Previous row"),
        "next": _("Next row"),
        "place": _("row {row} of {rows}"),
        "input": _("input"),
        "mask": _("mask"),
        "weight": _("weight"),
        "after_mask": _("after the mask"),
        "label": _("label"),
        "panels": _("The same for every row"),
        "panel_scores": _("scores"),
        "panel_masked": _("masked: \u2212\u221e in"),
        "panel_weights": _("weights: 0 out"),
        "masked": _("masked"),
        "table": _("Show as a table"),
        "told_shifted": _(
            "Row {row} has been given {fed} and must write {label}. It reads {open} inputs, its own among them; {hidden} are hidden. "
            "{label} itself is the input of row {next}: hidden."
        ),
        "told_first": _(
            "Row 1 has been given {fed}, which stands before every sentence, and must write {label}. That is all it reads: {hidden} inputs "
            "are hidden, {label} itself among them, the input of row {next}."
        ),
        "told_last": _("Row {row} has been given {fed}, reads all {open} inputs, and must write {label}. {label} is never fed in: "
        "here it ends."),
        "told_unshifted": _(
            "Without the shift row {row} is given {label}, the very word it must write: the open diagonal hands it the answer, "
            "and copying is all there is to learn."
        ),
        "told_strict": _("Not shifted, with its own word hidden, row {row} reads {open} inputs: safe again. But look at row 1."),
        "told_empty": _("Row 1 must write {label} and has nothing left to read: all its {hidden} cells are hidden. A softmax over "
        "nothing is no number."),
        "cell_open": _("{row} may read {column}: score {score}, weight {weight}."),
        "cell_hidden": _("{row} may not read {column}, which comes later: \u2212\u221e goes in, 0 comes out."),
    }  # fmt: skip


def batch_words() -> dict[str, str]:
    return {
        "which": _("Which mask"),
        "both": _("Both"),
        "causal": _("Causal alone"),
        "padding": _("Padding alone"),
        "table": _("Show as a table"),
        "is_open": _("open"),
        "is_later": _("comes later"),
        "is_padding": _("only padding"),
        "yours": _("Your sentence, {count} tokens"),
        "other": _("Sentence {number}, {count} tokens"),
        "grid": _("Mask of sentence {number}"),
        "counts": _("open {open} · later {later} · padding {padding}"),
        "told_open": _("Sentence {number}: the row given {row} may read {column}."),
        "told_later": _("Sentence {number}: the row given {row} may not read {column}, which comes later."),
        "told_padding": _("Sentence {number}: no row may read {column}: there is no word, only filling."),
        "ghost": _("The row itself is filling: it is computed, and its label is left out of the loss."),
    }


def change_words() -> dict[str, str]:
    return {
        "ask": _("Click the word of the decoder's input that you want changed."),
        "pick": _("Word to change"),
        "instead": _("Put there"),
        "fed": _("is given"),
        "row": _("row that writes"),
        "rows": _("Difference of every row"),
        "masked": _("with the mask"),
        "unmasked": _("mask removed now"),
        "verdict": _("{which}: rows before the change ({rows}) move by at most"),
        "verdict_after": _("the rows from there on: up to {after}"),
        "exactly": _("exactly 0"),
        "all": _("Every word changed in turn: which row depends on which input"),
        "table": _("Show as a table"),
        "told_later": _(
            "Change {column}, which comes later, and the row that writes {row} moves by {masked} with the mask, by {unmasked} without."
        ),
        "told_earlier": _("Change {column}, and the row that writes {row}, which may read it, moves by {masked}; without the mask by "
        "{unmasked}."),
    }  # fmt: skip


def leak_words() -> dict[str, str]:
    return {
        "worlds": _("What is learnt"),
        "samples": _("Sample"),
        "play": _("Play"),
        "pause": _("Pause"),
        "moment": _("Moment of the trainings"),
        "after": _("after step {step} of {steps}"),
        "step": _("step"),
        "loss": _("Training loss (nats a token)"),
        "floor": _("floor"),
        "masked": _("with the mask"),
        "open": _("trained without"),
        "given_translation": _("Given: {source}"),
        "given_stories": _("A story begins: {source}"),
        "nothing": _("(nothing: it ends at once)"),
        "table": _("Show as a table"),
    }

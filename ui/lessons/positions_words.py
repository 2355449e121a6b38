"""Every word the pictures of lesson 7 show, in the visitor's language. Holes in braces are filled in the browser."""

from __future__ import annotations

from ui.words import _


def encoding_words() -> dict[str, str]:
    return {
        "position": _("position"),
        "rows": _("Rows of the map"),
        "your_words": _("your words"),
        "long": _("100 positions"),
        "play": _("Play"),
        "pause": _("Pause"),
        "table": _("Show as a table"),
        "masked": _("masked"),
        "heatmap": _("Positional encoding: a row for every position, a column for every dimension"),
        "dimension": _("dimension"),
        "fast": _("dimension 0: turns quickly"),
        "slow": _("dimension {number}: turns slowly"),
        "first_dimension": _("dimension 0"),
        "last_dimension": _("dimension {number}"),
        "word_at": _("{word} at position {position}"),
        "nobody_at": _("position {position}, beyond your words"),
        "sine_is": _("how far right the tip of the hand is"),
        "cosine_is": _("how high the tip of the hand is"),
        "clock_about": _(
            "Clock {pair} turns {angle} a word and comes round after {round} words. Right: sine. Up: cosine. A dot for each of your "
            "words."
        ),
        "learned_cell": _("Row {row}, dimension {column} = {value}: no formula, a parameter that training has set"),
        "learned_about": _("This model has learned its positions: a table of parameters in place of clocks."),
        "none_cell": _("Row {row}, dimension {column} = {value}: this model adds nothing"),
        "none_about": _("This model was trained without positions."),
    }  # fmt: skip


def offsets_words() -> dict[str, str]:
    return {
        "width": _("Dimensions"),
        "own_width": _("{width} (this model)"),
        "table": _("Show as a table"),
        "masked": _("masked"),
        "offset": _("offset k, in words"),
        "likeness": _("PE(p) · PE(p + k)"),
        "offset_label": _("Product of two positions against their offset"),
        "offset_told": _("offset {k}: {value}"),
        "same_back": _("and for {back} the very same."),
        "at_zero": _("A position with itself: half the number of dimensions, {half}, wherever it stands."),
        "higher": _("One step nearer it is {before}: farther away and yet more alike. A bump."),
        "lower": _("One step nearer it is {before}."),
        "itself": _("Point at the curve, or walk along it with the arrow keys."),
        "too_far": _("No two tokens of your sentence stand that far apart; their number is {count}."),
        "apart": _(
            "That far apart stand {first} and {second}, and {count} pairs of your tokens in all: every one of them with this same "
            "product."
        ),
    }  # fmt: skip


def turns_words() -> dict[str, str]:
    return {
        "table": _("Show as a table"),
        "masked": _("masked"),
        "from": _("from position"),
        "steps_on": _("steps on: k ="),
        "pair": _("pair"),
        "turn_is": _("pair {pair}: from position {from} to {to}, a turn by {angle}; the square holds k alone"),
        "test": _("Three maps from one position to the position k further on"),
        "known": _("Fitted on the first … positions"),
        "position": _("position p"),
        "error": _("error, as a share of the vector’s length"),
        "used": _("used to fit"),
        "closed": _("the turn, on sinusoids"),
        "fitted_sinusoids": _("fitted, on sinusoids"),
        "fitted_random": _("fitted, on random vectors"),
        "error_told": _("position {position}: turn {closed}, fitted on sinusoids {sinusoids}, fitted on random vectors {random}"),
        "error_used": _(
            "From {position} to {next}, a pair that was used to fit. Error of the turn: {closed}; of the map fitted on sinusoids: "
            "{sinusoids}; of the one fitted on random vectors: {random}."
        ),
        "error_unused": _(
            "From {position} to {next}, a pair no map has met. Error of the turn: {closed}; of the map fitted on sinusoids: {sinusoids}; "
            "of the one fitted on random vectors: {random}."
        ),
        "error_verdict": _(
            "Worst error on pairs not used, with {known} to fit on: the turn {closed}, fitted on sinusoids {sinusoids}, fitted on random "
            "vectors {random}."
        ),
    }  # fmt: skip


def sums_words() -> dict[str, str]:
    return {
        "table": _("Show as a table"),
        "masked": _("masked"),
        "which_word": _("Which word"),
        "strips": _("Embedding, position and their sum, dimension by dimension"),
        "of_word": _("embedding of {word}"),
        "of_place": _("its position"),
        "of_both": _("what layer 1 reads"),
        "size": _("length"),
        "sizes": _("Lengths"),
        "size_of_word": _("length of the embedding"),
        "size_of_place": _("length of the position"),
        "sum_told": _("{word}, dimension {dimension}: {one} + {other} = {both}"),
    }


def orders_words() -> dict[str, str]:
    return {
        "table": _("Show as a table"),
        "masked": _("masked"),
        "what": _("Who reads the words"),
        "drag": _("The words, in the order of now"),
        "drag_hint": _("Drag it, or move it with the arrow keys"),
        "chip": _("{word}: move it with the left and right arrow keys"),
        "reverse": _("Reverse"),
        "shuffle": _("Shuffle"),
        "back": _("As it was"),
        "with": _("With positions"),
        "without": _("Positions removed now"),
        "most": _("largest difference"),
        "differences": _("Largest difference of each word’s vector"),
        "let_go": _("Let go, and the model reads this order."),
        "asking": _("The model reads this order …"),
        "told_first": _(
            "A square of coloured cells is a word’s vector as it comes out. Drag a word to another place, and follow its vector down."
        ),
        "told_blind": _(
            "With positions the vectors change, by up to {with}. Without, each word takes its old vector along: {without} is the "
            "rounding of the computer."
        ),
        "told_not_blind": _(
            "Without positions the vectors change too, by up to {without}; with them by up to {with}. The mask gives the order away."
        ),
        "told_unmasked": _(
            "The same decoder with its mask taken off: without positions {without}, rounding. It was the mask that saw the order. (With "
            "positions: {with}.)"
        ),
        "told_translations": _("The model then writes {with}; without positions {without}."),
    }  # fmt: skip


def curves_words() -> dict[str, str]:
    return {
        "table": _("Show as a table"),
        "masked": _("masked"),
        "steps": _("steps of training"),
        "share": _("exactly right"),
        "curves_label": _("Share of unseen sentences translated exactly right"),
        "after_steps": _("After {step} steps:"),
    }

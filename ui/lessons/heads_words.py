"""Every word the pictures of lesson 9 show, in the visitor's language, and the names of heads in prose."""

from __future__ import annotations

from figures.heads import Column, short_name
from ui.components.labels import component_words
from ui.words import _


def board_words() -> dict[str, str]:
    return (
        component_words()
        | _short_names()
        | {
            "writes": _("A silent head writes"),
            "zero": _("zeros"),
            "mean": _("its mean"),
            "layers": _("Layer"),
            "restore": _("All on again"),
            "restore_one": _("Switch on again: {head}"),
            "silence": _("Silence {head}"),
            "look": _("Show {head} large"),
            "chip": _("{attention} {layer}.{head}"),
            "whole": _("All heads on"),
            "silenced": _("{count} silent"),
            "working": _("The model translates again …"),
            "head": _("head {head}"),
            "sisters": _("For {row}, the {count} heads of this layer read"),
            "sisters_written": _("To write {row}, the {count} heads of this layer read"),
            "copy": _("Copy a link with these fuses out"),
            "copy_level": _("Copy a link to the level alone"),
            "cost": _("What does this cost over 500 sentences?"),
            "copied": _("Copied"),
            "link": _("The link"),
        }
    )


def _short_names() -> dict[str, str]:
    return {
        "head_name": _("{attention}, layer {layer}, head {head}"),
        "encoder_short": _("encoder"),
        "decoder_short": _("decoder"),
        "cross_short": _("cross"),
        "all": _("All"),
    }


def sum_words() -> dict[str, str]:
    return (
        component_words()
        | _short_names()
        | {
            "layers": _("Layer"),
            "whose_row": _("Whose row"),
            "head": _("head {head}"),
            "concatenated": _("side by side"),
            "part": _("head {head} · W\u1d3c"),
            "projection": _("projection"),
            "sum": _("sum"),
            "output": _("output"),
            "bar": _("one cell a dimension"),
            "strips": _("The row, dimension by dimension"),
            "strips_label": _("{count} vectors of {width} numbers, one for each head, and their sum"),
            "dimension": _("Dimension {dimension}"),
            "dimension_output": _("the layer itself: {value}; difference {difference}"),
            "sum_claim": _(
                "Over all {numbers} numbers of this attention, the sum over heads and the concatenation times W\u1d3c "
                "differ by at most {difference}: "
                "rounding, and nothing else."
            ),
            "chain": _("Tip to tail"),
            "chain_note": _(
                "Each arrow is what one head writes. How far it goes along the grey one is its projection, its part of the output."
            ),
            "chain_part": _("head {head}: {projection}"),
            "chain_label": _(
                "Arrows of the heads, one after the other; projections {parts}; together they are the output, of length {length}"
            ),
        }
    )


def table_words(caption: str) -> dict[str, str]:
    names = component_words() | _short_names()
    return names | {"show": _("Show"), "head_column": _("Head"), "look_at": _("Show its map on the board above"), "caption": caption}


def film_words() -> dict[str, str]:
    return component_words() | {
        "play": _("Play"),
        "pause": _("Pause"),
        "scrub": _("Moment of the training"),
        "after_step": _("after step {step}"),
        "curve": _("Exact matches on sentences never seen"),
        "curve_label": _("Exact matches after step {step}: {values}"),
        "axis": _("step"),
        "exact": _("exact matches:"),
        "one": _("one head"),
        "several": _("{heads} heads"),
        "writes_now": _("writes"),
        "layer": _("Layer {layer}"),
    }


def behaviour_columns() -> list[Column]:
    """What is counted, each with what it means in the three attentions."""
    return [*_place_columns(), *_grammar_columns(), *_width_and_cost_columns()]


def _place_columns() -> list[Column]:
    """By place: the neighbours, the ends."""
    share = "share"
    return [
        Column(
            "previous",
            _("previous"),
            _(
                "Weight on the token before. In the decoder: on the token before the one being written. From decoder to "
                "encoder: on the English token before the word being translated."
            ),
            share,
        ),
        Column(
            "same",
            _("same"),
            _(
                "Weight on the token itself. From decoder to encoder: on the English word being translated, as the "
                "grammar knows it. In the decoder it cannot be: the token is only being written."
            ),
            share,
        ),
        Column(
            "next",
            _("next"),
            _("Weight on the token after; from decoder to encoder, after the word being translated. The decoder cannot see it."),
            share,
        ),
        Column(
            "first",
            _("first"),
            _("Weight on the first token (in the decoder: the start), where that is not the token itself or its neighbour."),
            share,
        ),
        Column("end", _("end"), _("Weight on the last English token, where that is not the token itself or its neighbour."), share),
    ]


def _grammar_columns() -> list[Column]:
    """By grammar."""
    share = "share"
    return [
        Column(
            "subject",
            _("verb → subject"),
            _(
                "Weight that a verb gives to the noun that does it. From decoder to encoder: that the row writing a "
                "French verb gives to the English subject."
            ),
            share,
        ),
        Column(
            "referent",
            _("pronoun → referent"),
            _("Weight that the row of it or they (in French: the row that writes the pronoun) gives to the noun it stands for."),
            share,
        ),
        Column(
            "rival",
            _("pronoun → rival"),
            _("The same for the other noun, the one it does not stand for. Compare the two: a head that knew would prefer one."),
            share,
        ),
        Column(
            "part_of_speech",
            _("same part of speech"),
            _(
                "Weight of nouns, verbs and adjectives on others of their kind. From decoder to encoder the word being "
                "translated counts too."
            ),
            share,
        ),
    ]


def _width_and_cost_columns() -> list[Column]:
    """How widely a head looks, and what its silence costs."""
    change = "change"
    return [
        Column("entropy", _("entropy"), _("How widely a head looks, in bits: 0 where every row reads one word."), "bits"),
        Column(
            "loss_zero", _("loss, zeros"), _("Change of the loss (nats a token, 500 sentences) when this head alone writes zeros."), change
        ),
        Column(
            "loss_mean",
            _("loss, mean"),
            _("Change of the loss when this head alone writes its mean over the corpus, whatever it reads."),
            change,
        ),
    ]


def referent_columns() -> list[Column]:
    share, portion = "share", "portion"
    return [
        Column(
            "noun",
            _("looks at the noun"),
            _("Weight on the noun the pronoun stands for, from the row of it (encoder) or the row that writes il or elle (decoder)."),
            share,
        ),
        Column("rival", _("looks at the rival"), _("Weight on the other noun."), share),
        Column("itself", _("looks at “it”"), _("Weight on the English pronoun itself. The decoder asks it, not the nouns."), share),
        Column("prefers", _("prefers the noun"), _("How often the noun gets more weight than its rival. A coin would reach half."), share),
        Column(
            "turned_zero",
            _("turned, zeros"),
            _("The test: pronouns that turn to the other gender when this head alone writes zeros. Bars are drawn to the largest."),
            portion,
        ),
        Column("turned_mean", _("turned, mean"), _("The same when it writes its mean over the corpus."), portion),
        Column("lost", _("lead lost"), _("By how many nats the right pronoun's lead over the other one shrinks."), "change"),
    ]


def name_of(attention: str, head: int) -> str:
    """`encoder.0.self`, 3 as a table names it: encoder 1.4."""
    kind, layer = short_name(attention).split(".")
    return f"{_short_names()[f'{kind}_short']} {int(layer) + 1}.{head + 1}"


def long_name_of(attention: str, head: int) -> str:
    """As a sentence names it."""
    kind, layer = short_name(attention).split(".")
    where = {"encoder": _("the encoder"), "decoder": _("the decoder"), "cross": _("cross-attention")}[kind]
    return _("head {head} of layer {layer} in {where}").format(head=head + 1, layer=int(layer) + 1, where=where)

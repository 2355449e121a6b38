"""Every word the components show, in the visitor's language. Holes in braces are filled in the browser."""

from __future__ import annotations

from ui.words import _


def component_words() -> dict[str, str]:
    """Names are what the scripts in `parts/` ask for."""
    return _looking() | _computing() | _telling()


def _looking() -> dict[str, str]:
    return {
        "attention": _("Attention"),
        "encoder": _("Encoder"),
        "decoder": _("Decoder"),
        "cross": _("Decoder to encoder"),
        "encoder_long": _("Encoder self-attention"),
        "decoder_long": _("Decoder self-attention"),
        "cross_long": _("Cross-attention"),
        "title": _("{attention}, layer {layer}, head {head}"),
        "layer": _("Layer {layer}"),
        "map_label": _("Layer {layer}, head {head}"),
        "previous": _("Previous head"),
        "next": _("Next head"),
        "view": _("View"),
        "matrix": _("Matrix"),
        "lines": _("Lines"),
        "more": _("More"),
        "table": _("Show as a table"),
        "download": _("Download"),
        "row_names": _("A row is named by the word"),
        "rows_produced": _("produced"),
        "rows_fed": _("fed in"),
        "rows_both": _("both"),
        "reading": _("reads"),
        "read": _("is read"),
        "read_by": _("is read by"),
    }


def _computing() -> dict[str, str]:
    return {
        "step": _("Step of the computation"),
        "step_products": _("Products"),
        "step_scores": _("Scores"),
        "step_mask": _("Mask"),
        "step_weights": _("Weights"),
        "step_all": _("Unfold"),
        "panel_products": _("products q·k"),
        "panel_masked": _("scaled and masked"),
        "panel_scaled": _("scaled, nothing masked"),
        "panel_softmax": _("weights"),
        "queries": _("queries"),
        "keys": _("keys"),
        "values": _("values"),
        "outputs": _("output"),
        "masked": _("masked"),
        "score": _("score"),
        "weight": _("weight"),
        "not_scaled": _("not scaled"),
        "nothing_masked": _("Nothing is masked here: every word may be read."),
        "word_start": _("\u2581 marks where a word starts; where every token starts one it is left out."),
        "allowed": _("may be read: the score stays"),
        "masked_because": _("{column} comes later: the row of {row} may not read it"),
        "sum_of": _("a sum over {count} dimensions"),
    }


def _telling() -> dict[str, str]:
    return {
        "told_encoder": _("{row} puts {share} of its weight on {column}."),
        "told_produced": _("The row that writes {row} puts {share} of its weight on {column}."),
        "told_fed": _("The row that has just been given {row} puts {share} of its weight on {column}."),
        "told_most": _("Most of it goes to {top}: {most}."),
        "numbers": _("Where this number comes from"),
        "numbers_of": _("Where this number comes from: {model}"),
        "numbers_label": _(
            "Query of {row} times key of {column}, dimension by dimension: product {product}, score {score}, weight {weight}"
        ),
        "product": _("q × k"),
        "softmax": _("softmax"),
        "comes_back": _("what comes back to the query"),
        "output_of": _("output"),
        "over_all": _("sum over all keys"),
    }

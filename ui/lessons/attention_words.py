"""Every word the head's picture shows, in the visitor's language. Holes in braces are filled in the browser."""

from __future__ import annotations

from ui.words import _


def head_words() -> dict[str, str]:
    return _controls() | _parts() | _told() | _spelled()


def plate_names() -> dict[str, str]:
    """What a screen reader calls each matrix."""
    return {
        "x": _("X, one row of numbers for each word"),
        "query": _("Q, the queries"),
        "key": _("K, the keys"),
        "value": _("V, the values"),
        "products": _("products of queries and keys"),
        "scores": _("scores"),
        "weights": _("weights"),
        "output": _("outputs"),
    }


def _controls() -> dict[str, str]:
    return {
        "book": _("What is computed"),
        "book_pencil": _("By pencil"),
        "book_sentence": _("Your sentence"),
        "heads": _("Heads of the encoder"),
        "layer": _("Layer {layer}"),
        "map_label": _("Layer {layer}, head {head}"),
        "path": _("Steps of the computation"),
        "step_back": _("One step back"),
        "step_next": _("Next"),
        "unfold": _("Unfold"),
        "table": _("Show as a table"),
        "path_lookup": _("look-up"),
        "path_x": _("x"),
        "path_qkv": _("q, k, v"),
        "path_products": _("products"),
        "path_scores": _("scores"),
        "path_weights": _("weights"),
        "path_output": _("output"),
    }


def _parts() -> dict[str, str]:
    return {
        "panel_products": _("products q·k"),
        "panel_scores": _("scores"),
        "panel_weights": _("weights"),
        "outputs": _("output"),
        "values_bar": _("V, output"),
        "plate": _("{name}: {rows} rows, {columns} columns"),
        "dimension": _("number {number}"),
        "not_scaled": _("not scaled"),
        "softmax": _("softmax"),
        "masked": _("masked"),
        "asks": _("This word asks:"),
        "asking": _("The word that asks"),
        "query_is": _("with the query"),
        "answering": _("How the table answers"),
        "hard": _("the best row alone"),
        "soft": _("a share of every row"),
        "lookup_label": _("A look-up table of three rows"),
        "key": _("key"),
        "value": _("value"),
        "match": _("match: query · key"),
        "share": _("share"),
        "told_hard": _(
            "A look-up table answers with one row: {row} matches {top} best and gets its value, whole. "
            "The smallest change of a key may flip the answer, and in between nothing changes: there is nothing to learn from."
        ),
        "told_soft": _(
            "Attention answers with a share of every row: {share} of the value of {top}, the rest from the others. "
            "A small change of a key changes the answer a little, so it can be learned. The next steps show where keys, values and "
            "shares come from."
        ),
    }


def _told() -> dict[str, str]:
    return {
        "told_x": _(
            "Each of your {count} tokens comes in as a row of {width} numbers: what it is (embedding) plus where it stands (position)."
        ),
        "told_x_later": _("Each of your {count} tokens comes in as a row of {width} numbers, as layer {layer} left them."),
        "told_x_pencil": _(
            "Three words, a row of {width} whole numbers each. They are made up, so that a pencil is enough; the steps are the real ones."
        ),
        "told_qkv": _(
            "Three learned matrices turn every row into three: a query (what {row} looks for), a key (what it offers), a value (what it "
            "hands over)."
        ),
        "told_products": _(
            "The query of {row} meets every key, number by number, and the products are added up. The largest sum is {product}, with {top}."
        ),
        "told_scores": _(
            "Divided by √{d_k} = {divisor}, so that their size does not grow with the {d_k} numbers added up. The largest score of "
            "{row} is {largest}."
        ),
        "told_unscaled": _("This model was built without the division by √d_k: its scores are its products."),
        "told_weights": _("Softmax: e to the score, divided by the sum of the row. {row} puts {share} of its weight on {column}."),
        "told_output": _("Every value times its weight, added up: this is what {row} takes home, {share} of it from {column}."),
    }


def _spelled() -> dict[str, str]:
    return {
        "score": _("score"),
        "weight": _("weight"),
        "more_terms": _("{count} smaller terms"),
        "bias": _("bias"),
        "embedding": _("embedding"),
        "position": _("position"),
        "x_pencil": _("made up for the pencil"),
        "x_from_layer": _("written by layer {layer}"),
        "not_sent": _("this model's matrices are too large to send to your browser"),
        "numbers": _("Where this number comes from"),
        "product": _("product"),
        "matrix_column": _("column {number} of W, {letter}"),
        "weights_row": _("weights"),
        "value_column": _("V, column {number}"),
        "exponential": _("e to the score"),
        "sum": _("sum"),
        "follow": _("One query followed through: {row}"),
    }


def scaling_words() -> dict[str, str]:
    return {
        "width": _("Numbers in a key"),
        "width_axis": _("numbers in a query and a key, dₖ"),
        "variance": _("Variance of what softmax gets"),
        "entropy": _("Entropy of the weights, bits"),
        "gradient": _("Gradient of softmax"),
        "without": _("not divided"),
        "with": _("divided by √dₖ"),
        "even": _("all keys alike"),
        "variance_label": _("At dₖ = {width} products have a variance of {without}, divided by √dₖ {with}."),
        "entropy_label": _("At dₖ = {width} the weights have {without} bits of entropy, with the division {with}."),
        "gradient_label": _("At dₖ = {width} the gradient of softmax is {without}, with the division {with}."),
        "head_title": _("Layer {layer}, head {head}, {side}: {value}"),
        "twin": _("{side}: the largest of {keys} weights is {largest}"),
        "twin_label": _("One random row of weights, {side}: the largest of {keys} is {largest}."),
        "told_random": _(
            "Random queries and keys of {width} numbers have products with a variance of {variance}. Undivided, the weights keep "
            "{entropy} bits of entropy (divided: {entropy_with}; 0 is one key alone) and a gradient of {gradient} (divided: "
            "{gradient_with})."
        ),
        "told_model": _(
            "Rings: the heads of this model on your sentence. The large one, layer {layer}, head {head}: variance {variance} (random "
            "ones: {own}), {entropy} bits divided, {entropy_without} undivided."
        ),
        "table": _("Show as a table"),
        "table_label": _("Variance, entropy and gradient for every width"),
    }


def shuffle_words() -> dict[str, str]:
    return {
        "positions": _("What happens to the positions"),
        "travel": _("Words carry their positions along"),
        "stay": _("Positions stay where they are"),
        "shuffle": _("Shuffle"),
        "reset": _("Put back"),
        "table": _("Show as a table"),
        "difference": _("difference"),
        "before": _("Outputs, in your order"),
        "after": _("Outputs, in the new order"),
        "move_label": _("{word}, place {place} of {count}. Arrow keys move it."),
        "weights_before": _("weights, your order"),
        "weights_after": _("weights, new order"),
        "unmoved": _(
            "Largest difference between a word's two outputs. Drag a word of the right column, or focus it and press an arrow key."
        ),
        "equal": _(
            "Largest difference between a word's two outputs: none. Every output has moved with its word, rows and columns of the "
            "weights with it. The head has no idea of order."
        ),
        "changed": _(
            "Largest difference between a word's two outputs. The words now stand on other positions, so their vectors are others, and "
            "so is what the head makes of them."
        ),
    }

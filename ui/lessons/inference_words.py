"""Every word the pictures of lesson 15 show, in the visitor's language. Holes in braces are filled in the browser."""

from __future__ import annotations

from ui.words import _


def step_words() -> dict[str, str]:
    """For the steps and the draw."""
    return _moving() | _steps() | _draw()


def tree_words() -> dict[str, str]:
    return _moving() | _tree() | _path()


def cache_words() -> dict[str, str]:
    return _moving() | {
        "without": _("Without a cache"),
        "with": _("With a cache of keys and values"),
        "triangle_label": _("After step {step}: {now} cells in this step, {cells} in all"),
        "sums": _("This step: {now} cells of a head. So far: {cells} cells, {multiplications} multiplications."),
        "told_cache": _(
            "After step {step} the same words have cost {ratio} times as many multiplications without the cache: {saved} of them "
            "computed what was known already. Grey cells over the diagonal are computed and then masked."
        ),
        "together": _("together"),
        "cells_without": _("cells, without"),
        "cells_with": _("cells, with"),
        "products_without": _("multiplications, without"),
        "products_with": _("multiplications, with"),
        "cache_table": _("Cells of one head's self-attention and multiplications of the whole model, step by step"),
    }


def _moving() -> dict[str, str]:
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "back": _("One step back"),
        "on": _("One step on"),
        "steps": _("Steps of decoding"),
        "step": _("step"),
        "step_of": _("step {step} of {count}"),
        "table": _("Show as a table"),
        "probability": _("probability"),
        "log": _("log"),
    }


def _steps() -> dict[str, str]:
    return {
        "flow": _("The words read, the words written, and what the current step reads"),
        "counted": _("encoder run {encoder} time, decoder run {decoder} times"),
        "read_once": _("English, read once by the encoder"),
        "written_now": _("French, one token a step"),
        "candidates": _("What the next word may be"),
        "candidates_label": _("The most probable next words: {list}"),
        "others": _("{count} others"),
        "chosen": _("chosen"),
        "word_start": _("\u2581 marks where a word starts; alone, it starts one whose letters come next."),
        "second": _("second choice"),
        "reads": _("reads most"),
        "cross_of": _("Cross-attention of"),
        "layer_mean": _("layer {layer}, mean of {heads} heads"),
        "layer_head": _("layer {layer}, head {head}"),
        "told_step": _("Fed in: “{fed}”. Chosen: “{word}”, with {share}; second comes “{second}” with {second_share}."),
        "told_cross": _("To choose it, this row reads “{source}” most: {read}."),
        "told_sum": _("Log-probability of all {count} so far: {total}, a probability of {product}."),
        "told_end": _("The end token was the most probable: here the loop stops."),
    }


def _draw() -> dict[str, str]:
    return {
        "temperature": _("temperature"),
        "top_k": _("top-k"),
        "top_p": _("top-p"),
        "all": _("all"),
        "seed": _("Seed"),
        "draw": _("Draw"),
        "draw_many": _("Draw 200"),
        "reset": _("Reset"),
        "before": _("model"),
        "after": _("drawn from"),
        "drawn": _("drawn"),
        "token": _("token"),
        "up_to": _("added up to"),
        "chances": _("What is drawn from at this step"),
        "draw_label": _("Chances after temperature, top-k and top-p: {list}"),
        "told_bars": _("{left} tokens can be drawn. {word}: the model gives {before}, the draw {after}."),
        "told_press": _("Press Draw: a point falls on the bar of all chances, laid end to end."),
        "told_drawn": _("Draw {count}: u = {u} lands between {from} and {to}: {word}."),
        "told_far": _("Draw {count}: u = {u} lands in the tail, on one of the tokens too improbable to be listed."),
    }


def _tree() -> dict[str, str]:
    return {
        "tree": _("The beam as a tree"),
        "prefix": _("prefix"),
        "sum": _("sum of logs"),
        "score": _("score"),
        "fate": _("fate"),
        "fate_kept": _("kept"),
        "fate_dropped": _("dropped"),
        "fate_finished": _("finished"),
        "fate_cut": _("cut for its length"),
        "fate_beaten": _("beaten"),
        "node_title": _("{token}: {fate}, probability {share}, sum of logs {total}, score {score}"),
        "key_numbers": _("number in a box: sum of logs; width of a line: probability of the token"),
        "greedy": _("greedy"),
        "greedys": _("greedy's"),
        "greedys_path": _("greedy's path"),
        "greedy_left": _("greedy falls out here"),
        "over_by": _("Over by step {step}: {count}, best score first"),
        "none_over": _("No prefix has taken the end token yet."),
        "translation": _("translation"),
        "tokens": _("tokens |Y|"),
        "best_score": _("best score"),
        "best_sum": _("best sum"),
        "empty": _("(nothing at all)"),
    }


def _path() -> dict[str, str]:
    return {
        "told_root": _("Every path begins with the start token, probability 1, logarithm 0."),
        "told_path": _("{text}: {fate}, {count} tokens."),
        "multiplied": _("Multiplied:"),
        "added": _("Logs added:"),
        "normalized": _("Score:"),
        "why_logs": _(
            "Why add logs: at this rate (a mean of {mean} a token) the product of {tokens} tokens is smaller than any number a float32 "
            "can hold and becomes 0, and all paths would look alike. The sum stays an ordinary number, and ranks them in the same order."
        ),
    }

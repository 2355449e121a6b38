"""Every word the pictures of lesson 6 show, in the visitor's language. Holes in braces are filled in the browser."""

from __future__ import annotations

from ui.lessons.tokens_facts import PARTS
from ui.words import _


def shared_texts() -> dict[str, str]:
    return {
        "table": _("Show as a table"), "steps": _("Steps"), "first": _("To the start"), "back": _("One step back"), "play": _("Play"),
        "on": _("One step on"), "last": _("To the end"),
    }  # fmt: skip


def cuts_texts() -> dict[str, str]:
    return shared_texts() | {
        "vocabulary": _("Vocabulary"),
        "pieces_asked": _("up to {count} pieces"),
        "legend_reserved": _("reserved: special pieces, bytes"),
        "legend_used": _("learnt"),
        "legend_unused": _("row its text never uses"),
        "legend_here": _("in your sentence"),
        "piece": _("piece"),
        "pieces": _("pieces"),
        "kind": _("tokenizer"),
        "rows": _("rows"),
        "cost": _("{rows} rows × {width} = {numbers}"),
        "point": _("Point at a piece: its number and how often its tokenizer has met it."),
        "told_piece": _("{piece} is row {id} of {rows} ({kind}); it stands {count} times in the text it was learnt from."),
        "told_unseen": _("{piece} is row {id} of {rows} ({kind}); the text it was learnt from never uses it."),
        "told_byte": _("{piece} has no piece of its own: a byte, row {id} of {rows} ({kind}), used {count} times in the text."),
        "table_caption": _("Your sentence in four vocabularies"),
        "pieces_and_ids": _("pieces and their ids"),
    }


def merges_texts() -> dict[str, str]:
    return shared_texts() | {
        "merge": _("Merge"),
        "step": _("step"),
        "step_of": _("{step} of {count}"),
        "merges_label": _("Merges of your sentence"),
        "ledger": _("Merges your sentence uses, in the order they were learnt"),
        "number_learnt": _("learnt as number"),
        "joined": _("joined"),
        "times": _("times together in the text"),
        "joint": _("merge number {rank}"),
        "picture": _("Pieces now: {pieces}"),
        "told_start": _("{pieces} characters to begin with (\u2581 marks where a word starts). Step on, or play."),
        "told_none": _("{pieces} pieces: no merge of this vocabulary fits your sentence."),
        "told_merge": _(
            "{left} + {right} → {piece}: merge number {rank}, learnt when the two stood together {count} times. {pieces} pieces now."
        ),
    }


def lattice_texts() -> dict[str, str]:
    return shared_texts() | {
        "word": _("Word"),
        "lattice_label": _("Every piece that fits into the word"),
        "lattice_picture": _("{count} pieces fit into {word}; the best path is {best}."),
        "told_lattice": _("{arcs} pieces fit into {word}, {ways} ways lead through. The most probable: {best}."),
        "told_arc": _("{piece}: log-probability {score}; {share} of the probability of all spellings goes through it."),
        "told_price": _(
            "{piece}: log-probability {score}, {share} of all spellings. Pruning it would cost the text {price} "
            "of log-likelihood: it uses the piece {count} times."
        ),
        "told_letter": _("{piece} has no piece of its own: it would be spelt in bytes, at the price of {score}."),
        "ways_title": _("The best spellings: log-probabilities add up"),
        "ladder": _("What pruning leaves of it: vocabulary, best path"),
        "rung": _("Vocabulary of {size}: {pieces}"),
        "piece_one": _("piece"),
        "log_probability": _("log-probability"),
        "share": _("share of all spellings"),
        "on_best": _("on the best path"),
        "price": _("cost of pruning it"),
        "yes": _("yes"),
        "no": _("no"),
    }


def rows_texts() -> dict[str, str]:
    return shared_texts() | {
        "stage": _("What enters the encoder"),
        "stage_row": _("row of E"),
        "stage_scaled": _("× √d_model"),
        "stage_sum": _("+ position"),
        "label": _("Rows of the vocabulary's matrix"),
        "picture": _("{tokens} tokens pick their rows out of a matrix of {rows} rows."),
        "matrix": _("E: {rows} × {width}"),
        "token": _("token"),
        "id": _("id"),
        "size": _("size"),
        "size_row": _("size of the row"),
        "size_scaled": _("times √d_model"),
        "size_position": _("size of its position"),
        "numbers": _("first numbers of the row"),
        "says_row": _("a parameter, learnt"),
        "says_scaled": _("as it enters"),
        "says_sum": _("the encoder's input"),
    }


def map_texts() -> dict[str, str]:
    return shared_texts() | {
        "side": _("Whose vocabulary"),
        "colour_by": _("Colour by"),
        "by_part": _("part of speech"),
        "by_gender": _("French gender"),
        "moment": _("Training"),
        "untrained": _("untrained"),
        "after_steps": _("step {step}"),
        "find": _("Find a word"),
        "here": _("Words of your sentence"),
        "picture": _("Map of {count} rows, {moment}"),
        "told_near": _("Most like {word} after training: {first} and {second}; the cosine to the first is {cosine}."),
        "before": _("before training"),
        "after": _("after training"),
        "word": _("word"),
        "part": _("part of speech"),
        "gender": _("French gender"),
        "across": _("across"),
        "up": _("up"),
    }


def part_names() -> tuple[str, ...]:
    names = {
        "noun": _("nouns"), "verb": _("verbs"), "adjective": _("adjectives"), "name": _("names"), "small word": _("small words"),
        "not used": _("rows this side never uses"),
    }  # fmt: skip
    return tuple(names[part] for part in PARTS)


def gender_names() -> tuple[str, ...]:
    return (_("no noun"), _("feminine in French"), _("masculine in French"))


def kind_names() -> dict[str, tuple[str, str]]:
    """Label and one line for each kind of tokenizer."""
    return {
        "word": (_("Words"), _("the most frequent ones")),
        "bpe": (_("Byte pair"), _("merges what often meets")),
        "unigram": (_("Unigram"), _("keeps what explains most")),
        "character": (_("Characters"), _("every letter")),
    }

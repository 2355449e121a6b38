"""Lesson 9, what was measured beforehand: heads over 500 sentences, one head against four, who finds the referent. Knows no torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from figures.heads import short_name, table_payload
from ui import bets, stage
from ui.address import Stage
from ui.components.heads import head_table
from ui.lessons import heads
from ui.lessons import heads_data as data
from ui.lessons import heads_words as words
from ui.prose import Said, as_part, heading, percent, say
from ui.shipped import Facts
from ui.words import _

FAR = 0.25  # share of the weight beyond chance from which a habit is called plain


def rows_of(facts: Facts) -> list[dict[str, Any]]:
    """The heads of a model as rows of a table, attention by attention."""
    return [
        {
            "label": words.name_of(name, head),
            "name": short_name(name),
            "kind": short_name(name).split(".")[0],
            "layer": int(name.split(".")[1]),
            "head": head,
        }
        for name in facts.about["attentions"]
        for head in range(facts.arrays["entropy"].shape[1])
    ]


def whose(model: str, asked: str) -> None:
    """One line where the stage's model has no counts of its own."""
    if model != asked:
        st.caption(_("Counted for the {model}: the stage's own model has not been counted.").format(model=stage.model_title(model)))


# What heads do


@as_part
def behaviour(at: Stage) -> None:
    """The table that sorts."""
    model, facts = data.facts_of(at.model)
    heading(_("What heads do, counted"))
    say(
        _(
            "A map of one sentence is an anecdote. Here every head is counted over {sentences} sentences the model "
            "never saw. Click a column to sort by it; the tick in a cell is where a head that looks everywhere alike "
            "would be."
        ),
        "heads_behaviour_lead",
        sentences=facts.about["sentences"],
    )
    whose(model, at.model)
    values, chance = behaviour_table(facts)
    head_table(
        table_payload(
            rows_of(facts),
            words.behaviour_columns(),
            values,
            chance,
            words.table_words(_("What every head does, over 500 sentences")),
            sort="subject",
        ),
        "heads_behaviour",
    )
    _behaviour_said(facts)


def behaviour_table(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Values and chance [heads, columns] in the order of `words.behaviour_columns`."""
    arrays, names = facts.arrays, list(facts.about["behaviours"])
    count, each = arrays["entropy"].shape
    columns = []
    for column in words.behaviour_columns():
        if column.name in names:
            place = names.index(column.name)
            columns.append((arrays["behaviour"][:, :, place], np.broadcast_to(arrays["chance"][:, place, None], (count, each))))
        elif column.name == "entropy":
            columns.append((arrays["entropy"], np.broadcast_to(arrays["even_entropy"][:, None], (count, each))))
        else:
            columns.append((arrays[column.name] - facts.about["loss"], np.full((count, each), np.nan)))
    values, chance = (np.stack([column[part].reshape(-1) for column in columns], axis=1) for part in (0, 1))
    return values, chance


def _behaviour_said(facts: Facts) -> None:
    """The strongest habit of each kind of attention."""
    names, arrays = list(facts.about["behaviours"]), facts.arrays
    subject, same = names.index("subject"), names.index("same")
    decoder = [place for place, name in enumerate(facts.about["attentions"]) if name.startswith("decoder") and name.endswith("self")]
    cross = [place for place, name in enumerate(facts.about["attentions"]) if name.endswith("cross")]
    beyond = arrays["behaviour"] - arrays["chance"][:, None]
    verb = _best(beyond[:, :, subject], decoder)
    word = _best(beyond[:, :, same], cross)
    plain = _(
        "Some habits are plain. {verb} gives {share} of a verb's weight to its subject, where chance would give {chance}. {word} reads "
        "the English word it is translating with {aligned} of its weight (chance: {by_chance}). Others have no name a grammar would "
        "know, and most heads do a little of everything."
    )
    faint = _(
        "{word} reads the English word it is translating with {aligned} of its weight (chance: {by_chance}). A verb's look at its "
        "subject is faint here: of the decoder's heads {verb_inside} goes furthest beyond chance, with {share} against {chance}. Most "
        "heads do a little of everything."
    )
    say(
        plain if beyond[(*verb, subject)] >= FAR else faint,
        "heads_behaviour_said",
        verb_inside=_name(facts, verb),
        by_chance=percent(arrays["chance"][word[0], same]),
        verb=_capital(_name(facts, verb)),
        share=percent(arrays["behaviour"][(*verb, subject)]),
        chance=percent(arrays["chance"][verb[0], subject]),
        word=_capital(_name(facts, word)),
        aligned=percent(arrays["behaviour"][(*word, same)]),
    )


def _best(values: np.ndarray, attentions: list[int]) -> tuple[int, int]:
    part = values[attentions]
    place, head = np.unravel_index(int(part.argmax()), part.shape)
    return attentions[int(place)], int(head)


def _name(facts: Facts, head: tuple[int, int]) -> str:
    return words.long_name_of(facts.about["attentions"][head[0]], head[1])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# Who finds the referent?


@as_part
def referent(at: Stage, bet: str | None) -> None:
    """Weights against ablation, over every pronoun that English leaves open; the bet's answer."""
    model, facts = data.facts_of(at.model)
    heading(_("Who finds the referent?"))
    if bet is None:
        say(_("Your bet at the top of the page is still open. Make it first; then the count answers it."), "heads_referent_closed")
        return
    if not facts.about["referents"]:
        st.caption(_("This model writes no sentence with such a pronoun, so nothing can be counted."))
        return
    say(
        _(
            "Two ways to ask. Which head looks at the noun? And which head's silence turns the pronoun? The "
            "first is a weight, the second a test. Over {count} sentences, all of which the whole model gets right:"
        ),
        "heads_referent_lead",
        count=facts.about["referents"],
    )
    whose(model, at.model)
    values = referent_table(facts)
    chance = np.full_like(values, np.nan)
    chance[:, 3] = 0.5
    head_table(
        table_payload(
            rows_of(facts),
            words.referent_columns(),
            values,
            chance,
            words.table_words(_("Who looks at the referent, and whose silence turns the pronoun")),
            sort="turned_zero",
        ),
        "heads_referent",
    )
    _verdict(facts, bet)


def settled(at: Stage) -> str:
    """The bet's answer in a few words, to stand beside the bet."""
    _model, facts = data.facts_of(at.model)
    if not facts.about["referents"]:
        return ""
    right = heads.bet_choices()[where_it_turns(facts)]
    if bets.bet_on("heads.where") == right:
        return _("So it is. The count stands under “Who finds the referent?”.")
    return _("Counted, it is: {answer}. See “Who finds the referent?”.").format(answer=right[:1].lower() + right[1:])


def referent_table(facts: Facts) -> np.ndarray:
    """Values [heads, columns] in the order of `words.referent_columns`."""
    own = np.array([name.startswith("decoder") and name.endswith("self") for name in facts.about["attentions"]])
    itself = np.where(own[:, None], np.nan, facts.arrays["itself"])  # the decoder's own keys are French
    arrays = dict(facts.arrays) | {"itself": itself, "lost": facts.about["margin"] - facts.arrays["margin_zero"]}
    return np.stack([arrays[column.name].reshape(-1) for column in words.referent_columns()], axis=1)


def _verdict(facts: Facts, bet: str) -> None:
    """The bet, then what the two columns say to each other."""
    arrays, about = facts.arrays, facts.about
    looks, tests = (np.unravel_index(int(arrays[name].argmax()), arrays[name].shape) for name in ("noun", "turned_zero"))
    where = where_it_turns(facts)
    right = heads.bet_choices()[where]
    told = _(
        "You bet: {bet}. {verdict} Of {count} heads silenced alone, {turners} turn any pronoun at all, and "
        "{most} does it most, in {share} of the sentences."
    )
    say(
        told,
        "heads_verdict",
        bet=Said(bet),
        verdict=_("The count agrees.") if bet == right else _("The count says: {answer}.").format(answer=right[:1].lower() + right[1:]),
        count=arrays["turned_zero"].size,
        turners=int((arrays["turned_zero"] > 0).sum()),
        most=_name(facts, (int(tests[0]), int(tests[1]))),
        share=_tenths(arrays["turned_zero"].max()),
    )
    say(
        _(
            "Looking is not doing. The head that looks hardest at the right noun, {looker}, gives it {weight} of its "
            "weight, and its silence turns {turned} of the pronouns. To the other noun it gives "
            "{rival}."
        ),
        "heads_looking",
        looker=_name(facts, (int(looks[0]), int(looks[1]))),
        weight=percent(arrays["noun"].max()),
        turned=_tenths(arrays["turned_zero"][looks]),
        rival=percent(arrays["rival"][looks]),
    )
    kinds = about["kinds"]
    say(
        _(
            "The row that writes the pronoun does not ask the nouns: {reader} gives {itself} of its weight to “it”. So what "
            "tells the nouns apart must have reached “it” before, in the encoder. Yet there is no one place: the three heads "
            "that matter most turn {three} together, and without any head of the encoder {right} are still right, since the "
            "decoder can then look up adjective and nouns by itself. Without the decoder's own heads {decoder} turn."
        ),
        "heads_places",
        three=percent(about["turned_together"]),
        right=percent(1 - kinds["encoder.self"]["wrong"]),
        decoder=percent(kinds["decoder.self"]["turned"]),
        itself=percent(arrays["itself"].max()),
        reader=_name(facts, _most(arrays["itself"])),
    )


def where_it_turns(facts: Facts) -> int:
    """Which choice of the bet is right: the kind of attention whose single heads turn most pronouns."""
    order = {"encoder.self": heads.ENCODER, "decoder.cross": heads.CROSS, "decoder.self": heads.DECODER}
    place = int(facts.arrays["turned_zero"].max(axis=1).argmax())
    side, _layer, part = facts.about["attentions"][place].split(".")
    return order[f"{side}.{part}"]


def _most(values: np.ndarray) -> tuple[int, int]:
    place, head = np.unravel_index(int(values.argmax()), values.shape)
    return int(place), int(head)


def _tenths(share: float) -> Said:
    return Said(f"{100 * share:.1f}\u202f%" if share else _("none"))

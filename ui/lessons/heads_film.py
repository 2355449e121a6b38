"""Lesson 9, one head against four: the film of two small models, and what three seeds say. Knows no torch."""

from __future__ import annotations

import streamlit as st

from figures.heads import film_payload
from ui import lesson
from ui.address import Stage
from ui.components.heads import head_film
from ui.lessons import heads_data as data
from ui.lessons import heads_words as words
from ui.prose import Said, as_part, grouped, heading, say
from ui.shipped import Facts
from ui.words import _


@as_part
def one_against_four(at: Stage) -> None:
    """The film, and what three seeds say."""
    facts = data.film_facts()
    heading(_("One head against four"), small=True)
    st.caption(_("The experiment is “trained without it”: a model that never had it."))
    one, several = facts.about["runs"]
    source = "".join(one["source"]).replace("\u2581", " ").strip()
    if at.model != data.SHIPPED or at.source != source:
        say(
            _(
                "Here are two small models of their own, of the toy's recipe ({width} numbers wide, {layers} layers). They translate "
                "“{source}”."
            ),
            "heads_film_whose",
            width=one["heads"] * one["d_k"],
            layers=facts.arrays["1.encoder.self"].shape[1],
            source=Said(source, "source"),
        )
    say(
        _(
            "The same recipe twice, from one seed: one head of width {wide}, or {heads} of width {narrow}. Both have "
            "{parameters} parameters; only the number of questions a word may ask differs."
        ),
        "heads_film_lead",
        wide=one["d_k"],
        heads=several["heads"],
        narrow=several["d_k"],
        parameters=grouped(one["parameters"]),
    )
    head_film(
        film_payload(facts.about["runs"], facts.arrays, words.film_words(), steps=facts.about["steps"], good=facts.about["good"]),
        "heads_film",
    )
    say(film_told(), "heads_film_said", **film_values(facts))
    lesson.race_link("one head", _("Race it yourself: one head against four"))


def film_told() -> str:
    return _(
        "One head is no catastrophe here: the toy's language is small. Over {seeds} seeds it ends at {one} of exact "
        "matches, four heads at {several}. The paper saw the same: one head cost 0.9 BLEU against eight, and too "
        "many cost as well (Table 3, row A)."
    )


def film_values(facts: Facts) -> dict[str, Said | str | int]:
    one, several = ([run["exact"] for run in runs["seeds"]] for runs in facts.about["runs"])
    return {"seeds": len(one), "one": _span(one), "several": _span(several)}


def _span(shares: list[float]) -> Said:
    return Said(_("{low} to {high}\u202f%").format(low=f"{100 * min(shares):.1f}", high=f"{100 * max(shares):.1f}"))

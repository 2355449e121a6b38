"""Lesson 13, masks: a later word changed (mask removed now), and two worlds learnt without the mask (trained without)."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile

import numpy as np
import streamlit as st

from figures import masks as figures
from figures.payload import Tokens, matrix_payload
from model.changes import Changes
from model.corpora import stories
from model.reading import Reading
from ui import lesson
from ui.address import Stage
from ui.bets import bet_on
from ui.components.labels import component_words
from ui.components.masks import picture
from ui.components.pictures import matrix
from ui.lessons import masks_words as words
from ui.lessons.masks_changes import changes_of
from ui.prose import Said, number, percent, say
from ui.shipped import Facts, shipped
from ui.words import _, language

TRAINED = "toy"  # the films belong to no sentence: they are shipped with this model
SENTENCES_OF_A_STORY = 5
COUNTED = 200  # stories whose chances are added up
WRITTEN_CHARACTERS = 240  # of a sample; what a model writes before it has learnt anything may go on for ever

# Removed now


def change_a_word(stage: Stage, shown: Reading) -> None:
    """Proof from outside: which rows move when a word is changed."""
    with lesson.breaking("removed now", _("change a later word")):
        if len(shown.target_in) < 2:
            st.markdown(_("This target has no word to change: give the decoder some French, or choose another sentence."))
            return
        changes = changes_of(stage, shown)
        if not len(changes.positions):
            st.markdown(_("This model knows no other word to put in the place of one of these."))
            return
        picture(_change_payload(changes, shown), "masks_change")
    _said_of_changes(changes, shown)


def _change_payload(changes: Changes, shown: Reading) -> bytes:
    """Opens with a change in the middle of the sentence."""
    first = int(np.abs(changes.positions - (len(shown.target_in) + 1) // 2).argmin())
    return figures.change_payload(
        changes.positions, changes.pieces, changes.masked, changes.unmasked,
        shown.target_in, shown.target_out, first, words.change_words(),
    )  # fmt: skip


def _said_of_changes(changes: Changes, shown: Reading) -> None:
    earlier = np.arange(changes.masked.shape[1])[None] < changes.positions[:, None]
    kept, moved = float(changes.masked[earlier].max(initial=0)), float(changes.unmasked[earlier].max(initial=0))
    say(
        _(
            "{count} changes, {cells} rows before them: with the mask the largest difference of any of their {width} numbers is {kept}; "
            "with the mask removed it is {moved}. What is 0 here is 0 to the last bit: a weight of 0 times any value adds nothing. "
            "Seen from outside, that empty triangle is the mask."
        ),
        "masks_change_said", count=len(changes.positions), cells=int(earlier.sum()), width=shown.config.d_model,
        kept="0" if kept == 0 else number(kept), moved="0" if moved == 0 else number(moved),
    )  # fmt: skip
    say(
        _(
            "The removed mask does not help this model either, for it never learnt to use what it now sees: fed the whole target, it "
            "gives the "
            "right words {masked} on average with the mask and {unmasked} without. On its own it writes {written}: a word at a time, "
            "there is "
            "nothing later to be seen."
        ),
        "masks_removed_said", masked=percent(float(changes.labels_masked.mean())), unmasked=percent(float(changes.labels_unmasked.mean())),
        written=Said(f"“{changes.unmasked_translation}”", "target"),
    )  # fmt: skip


# Trained without


def trained_without() -> None:
    """Two worlds, each learnt with the mask and without: films of four trainings."""
    with lesson.breaking("trained without", _("the leak")):
        worlds = films()
        if worlds is None:
            st.markdown(
                _("The films of these trainings are not here: `python -m ui.first toy leak-stories-open` and its sisters make them.")
            )
            return
        st.markdown(
            _(
                "Same model, same batches, same start; one of the two may read the next word. In **translation** the English fixes "
                "the French. "
                "In **stories**, read by a decoder alone, nothing says how one goes on."
            )
        )
        picture(_leak_payload(TRAINED, language(), tuple(world.name for world in worlds), bet_on("mask.leak") is not None), "masks_leak")
    _verdict(*worlds)
    _peek()
    with st.container(horizontal=True):
        lesson.race_link("no mask", _("Race it yourself, live: with the mask against without"))
        lesson.race_link("no mask", _("And in stories: a decoder alone"), "stories")


@lru_cache(maxsize=8)
def _leak_payload(model: str, _language: str, _names: tuple[str, ...], at_end: bool) -> bytes:
    """`at_end`: the film opens on its last moment; on its first while the bet is open, which the last one answers."""
    return figures.leak_payload(films() or (), words.leak_words(), at_end)


def film_facts(world: str, kind: str) -> Facts | None:
    return shipped(f"leak-{world}-{kind}", TRAINED)


def films() -> tuple[figures.World, figures.World] | None:
    """Translation and stories; None where a film is not shipped for this model. Judging their samples takes 20 ms: once a language."""
    return _films(language())


@lru_cache(maxsize=8)
def _films(_language: str) -> tuple[figures.World, figures.World] | None:
    found = {(world, kind): film_facts(world, kind) for world in ("translation", "stories") for kind in ("masked", "open")}
    if any(facts is None for facts in found.values()):
        return None
    given = {key: facts for key, facts in found.items() if facts is not None}
    translation = _world(
        "translation", _("Translation"), _("Exactly right, on its own (%)"), 1, given["translation", "masked"], given["translation", "open"]
    )
    told = _world(
        "stories", _("Stories"), _("Sentences that fit, of 5, on its own"), SENTENCES_OF_A_STORY,
        given["stories", "masked"], given["stories", "open"],
    )  # fmt: skip
    return translation, told


def _world(name: str, title: str, good: str, most: float, masked: Facts, opened: Facts) -> figures.World:
    about = masked.about
    return figures.World(
        name, title, about["floor"], good, most, about["sources"], about["references"], _film(name, masked), _film(name, opened)
    )


def _film(world: str, facts: Facts) -> figures.LeakFilm:
    about, arrays = facts.about, facts.arrays
    samples = [list(zip(about["sources"], about["references"], map(_short, row), strict=True)) for row in about["written"]]
    good = arrays["good"] if world == "translation" else arrays["fitting"]
    return figures.LeakFilm(
        arrays["loss"].astype(np.float64), arrays["moments"], arrays["held_out"], good,
        [[written for _source, _reference, written in row] for row in samples],
        [[_judged(world, *sample) for sample in row] for row in samples],
        [[_right(world, *sample) for sample in row] for row in samples],
    )  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= WRITTEN_CHARACTERS else text[:WRITTEN_CHARACTERS].rsplit(" ", 1)[0] + " …"


def _judged(world: str, source: str, reference: str, written: str) -> str:
    if world == "translation":
        return _("right, word for word") if written == reference else _("not right: {reference}").format(reference=reference)
    fitting = stories.sentences_that_fit(f"{source} {written}")
    if fitting == 1:
        return _("nothing fits after the beginning")
    whole = stories.is_story(f"{source} {written}")
    return _("a whole story, all of it fits") if whole else _("{count} sentences fit, the beginning among them").format(count=fitting)


def _right(world: str, source: str, reference: str, written: str) -> int:
    """How many characters, from the beginning, are right: those the reference has too, or those of the sentences that fit."""
    if world == "translation":
        pairs = zip(written.split(), reference.split(), strict=False)
        same = list(takewhile(lambda pair: pair[0] == pair[1], pairs))
        return len(" ".join(word for word, _same in same))
    fitting = re.split(r"(?<=\.) ", written)[: stories.sentences_that_fit(f"{source} {written}") - 1]
    return len(" ".join(fitting))


def _end(loss: np.ndarray) -> float:
    """The training loss at the end, as it is drawn."""
    return float(figures.smoothed(loss)[-1])


def _verdict(translation: figures.World, told: figures.World) -> None:
    """The bet against what was measured."""
    bet = bet_on("mask.leak")
    if bet is None:
        say(
            _("Your bet at the top of the page is still open. Make it, and what was measured stands here."),
            "masks_verdict",
        )
        return
    right = bet == _("Loss no higher, worse French")
    say(_("Your bet: {bet}. It is what happens.") if right else _("Your bet: {bet}. Look:"), "masks_verdict", bet=bet)
    say(
        _(
            "In translation the loss hardly tells: {masked} with the mask, {open} without, above a floor of {floor}. Yet on their own one "
            "translates {good} of what it has not seen, the other {bad}: it has learnt to copy the next word, and there is none."
        ),
        "masks_translation_said", masked=_two(_end(translation.masked.loss)), open=_two(_end(translation.open.loss)),
        floor=_two(translation.floor), good=percent(float(translation.masked.good[-1])), bad=percent(float(translation.open.good[-1])),
    )  # fmt: skip
    say(
        _(
            "In stories the loss dives: {open} without the mask, {gap} above the floor, where no model that cannot see ahead comes; "
            "with the "
            "mask {masked}. And of five sentences {good} fit with it, {bad} without: the beginning it was given."
        ),
        "masks_stories_said", masked=_two(_end(told.masked.loss)), open=_two(_end(told.open.loss)),
        gap=_two(_end(told.open.loss) - told.floor), good=number(float(told.masked.good[-1])), bad=number(float(told.open.good[-1])),
    )  # fmt: skip
    say(
        _(
            "Testing on unseen stories is no safeguard, for the next word can be read there too: {held} nats a token without the mask, "
            "{fair} with it. Such a story holds {chance} nats of chance a token, drawn word by word: who is below that has seen the future."
        ),
        "masks_held_out_said", held=_two(float(told.open.held_out[-1])), fair=_two(float(told.masked.held_out[-1])), chance=_two(chance()),
    )  # fmt: skip


@lru_cache(maxsize=1)
def chance() -> float:
    """What is up to chance in a story, in nats a token (the end token among them)."""
    return stories.nats_a_token(COUNTED)


def _two(value: float) -> Said:
    return Said(f"{value:.2f}".replace("-", "\u2212"))


def _peek() -> None:
    """The head that looks ahead, as it stands at the end of the training."""
    facts = film_facts("translation", "open")
    if facts is None:
        return
    with st.expander(_("Caught: the head that reads the answer")):
        layer, head = facts.about["head"]
        say(
            _(
                "Layer {layer}, head {head} of the translator trained without the mask: a row puts {share} of its weight, on average, on "
                "the input one to the right: the very word it must write."
            ),
            "masks_peek", layer=layer + 1, head=head + 1, share=percent(float(facts.arrays["peek"][-1])),
        )  # fmt: skip
        matrix(_peek_payload(language()), "masks_peek_map")


@lru_cache(maxsize=8)
def _peek_payload(_language: str) -> bytes:
    facts = film_facts("translation", "open")
    assert facts is not None, "asked for where the film is there"
    pieces = facts.about["pieces"]
    labels, name = Tokens((*pieces[1:], "</s>")), _("weights, rows by the word they must write")
    return matrix_payload(facts.arrays["map"].astype(np.float32), labels, Tokens(tuple(pieces)), "weights", component_words(), name=name)

"""Lesson 6, broken: embeddings without their factor, and a word the vocabulary lacks. Needs torch, once a switch is thrown."""

from __future__ import annotations

import math
from dataclasses import dataclass

import streamlit as st

from figures.tokens import Cut, Kind, cuts_payload
from model import limits
from model.config import SPECIAL_PIECES, UNKNOWN
from model.errors import LabError
from model.reading import Reading
from model.text import check_tokens, clean_sentence
from ui import lesson, readings, wording
from ui.components import tokens as pictures
from ui.lessons import tokens, tokens_data
from ui.lessons import tokens_words as texts
from ui.lessons.tokens_facts import KINDS
from ui.lessons.tokens_missing import MADE_UP, both_translations, replaced
from ui.prose import Said, escaped, heading, number, say
from ui.shipped import shipped
from ui.words import _

OTHER_MADE_UP = "Plinko"


# Without the factor


def without_factor(model: str, shown: Reading) -> None:
    """The rows enter as they are: what the model writes then, and what becomes of its own translation's probability."""
    if not lesson.break_it("removed now", _("Without the factor √d_model"), "tokens_factor"):
        return
    broken = broken_readings(model, shown)
    lesson.before_and_after(_("Mean probability of a piece of its translation"), _share(shown), _share(broken.forced))
    row, position = (tokens_data.size(broken.forced.arrays[f"encoder.{name}"]) for name in ("embedding", "position"))
    say(
        _(
            "The rows now have size {row} beside positions of {position}: where a word stands is louder than which word it is. "
            "The model writes {after}; whole, it writes {before}."
        ),
        "factor_said", row=number(row), position=number(position), after=Said(broken.free.target or _("nothing"), "target"),
        before=Said(shown.target, "target"),
    )  # fmt: skip


def _share(shown: Reading) -> str:
    """The geometric mean of the probabilities of the pieces produced."""
    mean = math.exp(shown.log_probability / len(shown.target_out))
    return f"{100 * mean:.0f} %" if mean > 0.01 else f"{100 * mean:.2g} %"


@dataclass(frozen=True)
class Broken:
    """One sentence without the factor: the whole model's translation forced, and what the broken one writes by itself."""

    forced: Reading
    free: Reading


def broken_readings(model: str, shown: Reading) -> Broken:
    return _broken(model, shown.source, shown.target, readings._stamp(model))


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _broken(model: str, source: str, target: str, stamp: int) -> Broken:
    from model.interventions import Interventions
    from model.read import read

    saved, without = readings.loaded(model), Interventions(drop_embedding_scale=True)
    return Broken(read(saved, source, target, without), read(saved, source, None, without))


# A word the vocabulary lacks


@st.fragment
def missing_word(model: str, shown: Reading) -> None:
    """A made-up word in the learner's sentence: how each vocabulary spells it, and what the model makes of it."""
    heading(_("A word the vocabulary lacks"), small=True)
    start, end = replaced(shown.source)
    label = _("A made-up name in place of “{words}”").replace("{words}", escaped(shown.source[start:end]))
    word = st.text_input(label, MADE_UP, key="tokens_word", max_chars=24, width=320)
    try:
        word = clean_sentence(word).split(" ")[0]
        source = clean_sentence(shown.source[:start] + word + shown.source[end:])
        check_tokens(readings.tokenizer(model).encode(source))
    except LabError as error:
        wording.show(error, "tokens_word_error")
        return
    pictures.cuts(spelt_payload(word, shown.config.d_model), "spelt")
    with st.spinner(_("The model reads the sentence."), show_time=False):
        said = translated(model, source, (start, start + len(word)))
    _tell_missing(word, source, said)


def _tell_missing(word: str, source: str, said: dict[str, str]) -> None:
    copied = word.casefold() in said["bytes"].casefold()
    whole = _("Spelt in pieces, {source} becomes {translation}: the letters are there to be copied, one by one.")
    nearly = _("Spelt in pieces, {source} becomes {translation}: the letters are there to be copied, if not all of them arrive.")
    say(
        whole if copied else nearly,
        "missing_bytes", source=Said(source, "source"), translation=Said(said["bytes"] or _("nothing"), "target"),
    )  # fmt: skip
    say(
        _(
            "With one row for everything unknown it becomes {translation}, and would with {other} too: what tells {word} from any other "
            "word is gone before the first layer. (Removed now: this model was never trained with an unknown word.)"
        ),
        "missing_unknown", translation=Said(said["unknown"] or _("nothing"), "target"), word=Said(word, "source"),
        other=Said(OTHER_MADE_UP, "source"),
    )  # fmt: skip


def spelt_payload(word: str, width: int) -> bytes:
    """One word in five vocabularies, the fifth with a single row for all it does not know."""
    names = texts.kind_names()
    names["word"] = (_("Words, with bytes"), _("spelt, a byte at a time"))
    kinds = []
    for kind in KINDS:
        tokenizer = tokens_data.tokenizer_of(kind, tokens.BET_SIZE)
        kinds.append(Kind(kind, *names[kind], (tokens_data.cut(word, tokenizer, tokens_data.counts_of(kind, tokens.BET_SIZE)),)))
    used = tokens_data.counts_of("word", tokens.BET_SIZE) > 0
    known = len(kinds[0].cuts[0].pieces) == 1
    unknown = kinds[0].cuts[0] if known else Cut(((0, len(word), UNKNOWN, 0, SPECIAL_PIECES[UNKNOWN]),), used)
    kinds.insert(1, Kind("unknown", _("Words, no bytes"), _("one row for the unknown"), (unknown,)))
    return cuts_payload(word, kinds, (tokens.BET_SIZE,), 0, width, texts.cuts_texts())


def translated(model: str, source: str, unknown: tuple[int, int]) -> dict[str, str]:
    """What the model writes: `bytes`, from the pieces, and `unknown`, with one unknown token for the characters `unknown`."""
    own = shipped(tokens_data.NAME, model)
    known: dict[str, str] | None = own.about["missing"].get(source) if own else None
    return known or dict(zip(("bytes", "unknown"), _translated(model, source, unknown, readings._stamp(model)), strict=True))


@st.cache_resource(show_spinner=False, max_entries=limits.READINGS)
def _translated(model: str, source: str, unknown: tuple[int, int], stamp: int) -> tuple[str, str]:
    return both_translations(readings.loaded(model), source, unknown)

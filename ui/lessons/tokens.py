"""Lesson 6, the bet, four cuts side by side, and what they show."""

from __future__ import annotations

import hashlib

import streamlit as st

from figures.tokens import Kind, cuts_payload
from model.reading import Reading
from ui import bets, lesson
from ui.components import tokens as pictures
from ui.lessons import tokens_data as data
from ui.lessons import tokens_words as texts
from ui.lessons.tokens_data import CutWord
from ui.lessons.tokens_facts import KINDS, SIZES
from ui.prose import Said, escaped, grouped, say
from ui.words import _, many

BET_SIZE = 600
MOST = 4  # pieces named in the bet; more is "or more"


# The bet


def bet(shown: Reading) -> str | None:
    """How many pieces one of the learner's words becomes, before anything is shown. A bet for each word."""
    word = cut_most(shown.source)
    question = _("A byte-pair tokenizer has read {lines} lines and may keep {size} pieces. How many pieces does it cut “{word}” into?")
    asked = question.format(lines=grouped(len(data.course_lines())), size=BET_SIZE, word=escaped(word.text))
    name = f"embeddings.pieces_{hashlib.sha256(word.text.encode()).hexdigest()[:8]}"
    right = count_text(len(word.pieces))
    verdict = _("So it is.") if bets.bet_on(name) == right else _("It becomes {count}.").format(count=_count(len(word.pieces)))
    return lesson.bet(name, asked, [count_text(count) for count in range(1, MOST + 1)], verdict)


def count_text(count: int) -> str:
    if count >= MOST:
        return _("{count} or more").format(count=MOST)
    return many("{count} piece", "{count} pieces", count).format(count=count)


def cut_most(source: str) -> CutWord:
    """The word of the sentence that byte-pair cuts into the most pieces, the first of them."""
    words = data.words_cut(source, "bpe", BET_SIZE)
    return max(words, key=lambda word: len(word.pieces) if any(map(str.isalpha, word.text)) else 0)


def kept_whole(source: str, other: CutWord) -> CutWord | None:
    """A word that stays in one piece and is no shorter than the other; else the longest that stays whole."""
    whole = [word for word in data.words_cut(source, "bpe", BET_SIZE) if len(word.pieces) == 1 and word.times > 0]
    return max(whole, key=lambda word: len(word.text), default=None)


# Try it


def four_cuts(shown: Reading, made: str | None, own: Kind | None) -> None:
    """The centrepiece: the sentence in four vocabularies, and in the model's `own`. What the bet is about is covered until it is made."""
    names, found = texts.kind_names(), data.cuts_of(shown.source)
    cover = _("Bet first: this line answers it.") if made is None else ""
    kinds = [Kind(kind, *names[kind], found[kind], cover if kind in ("bpe", "unigram") else "") for kind in KINDS]
    kinds += [own] if own else []
    with lesson.try_it():
        pictures.cuts(cuts_payload(shown.source, kinds, SIZES, SIZES.index(BET_SIZE), shown.config.d_model, texts.cuts_texts()), "cuts")
        st.caption(_("The strip under each line is that vocabulary laid out, a tick for every row; the dark ones your sentence uses."))


def what_you_see(shown: Reading, made: str | None) -> None:
    if made is None:
        lesson.what_you_see(lambda: _two_ends(shown))
        return
    word = cut_most(shown.source)
    whole = kept_whole(shown.source, word)
    lesson.what_you_see(lambda: _answer(word, made), lambda: _frequency(word, whole), lambda: _trade(shown))


def _two_ends(shown: Reading) -> None:
    """What may be said before the bet: words and characters, the two ends between which sub-words stand."""
    found = data.cuts_of(shown.source)
    words, characters = (found[kind][SIZES.index(BET_SIZE)] for kind in ("word", "character"))
    whole = _(
        "Words make {few} tokens, and every word needs a row of its own. Characters make {many} and get by with {rows} rows. Byte pair "
        "and unigram stand between the two: bet, and see where they cut."
    )
    spelt = _(
        "Words make {few} tokens: a word without a row of its own is spelt in bytes. Characters make {many} and get by with {rows} rows. "
        "Byte pair and unigram stand between the two: bet, and see where they cut."
    )
    say(
        spelt if any(4 <= piece[2] < 260 for piece in words.pieces) else whole,
        "seen_ends", few=Said(str(len(words.pieces))), many=Said(str(len(characters.pieces))), rows=Said(str(len(characters.used))),
    )  # fmt: skip


def _answer(word: CutWord, made: str) -> None:
    cut = Said(" · ".join(word.pieces), "source")
    right = made == count_text(len(word.pieces))
    template = (
        _("You bet {bet}, and so it is. {word} becomes {count}: {cut}.") if right else _("You bet {bet}; {word} becomes {count}: {cut}.")
    )
    say(template, "seen_answer", bet=Said(made), word=Said(word.text, "source"), count=Said(_count(len(word.pieces))), cut=cut)


def _count(count: int) -> str:
    return many("{count} piece", "{count} pieces", count).format(count=count)


def _frequency(word: CutWord, whole: CutWord | None) -> None:
    """Frequency decides, and not length: a word kept whole beside one that is cut."""
    values: dict[str, Said | str] = {
        "word": Said(word.text, "source"),
        "times": Said(str(word.times)),
        "lines": grouped(len(data.course_lines())),
    }
    if whole is None or len(word.pieces) == 1:
        template = _("What often stands together becomes a piece. In the {lines} lines it has read, {word} stands {times} times.")
        say(template, "seen_frequency", **values)
        return
    say(
        _(
            "What counts is how often, not how long: in the {lines} lines the tokenizer has read, {whole} ({letters} letters) stands "
            "{often} times and stays whole, {word} stands {times} times."
        ),
        "seen_frequency", whole=Said(whole.text, "source"), letters=len(whole.text), often=Said(str(whole.times)), **values,
    )  # fmt: skip


def _trade(shown: Reading) -> None:
    """Short sentences cost a large vocabulary, a small vocabulary long sentences; attention pays for length squared."""
    stop = SIZES.index(BET_SIZE)
    found = data.cuts_of(shown.source)
    characters, bpe = (len(found[kind][stop].pieces) for kind in ("character", "bpe"))
    rows = {kind: len(found[kind][stop].used) for kind in ("character", "bpe")}
    say(
        _(
            "Characters need {few} rows and make {long} tokens: every head would compare {long} × {long} = {dear} pairs. "
            "Byte pair takes {rows} rows and makes {short}: {cheap} pairs. That is the trade: rows against length."
        ),
        "seen_trade", few=Said(str(rows["character"])), long=Said(str(characters)), dear=Said(grouped(characters**2)),
        rows=Said(str(rows["bpe"])), short=Said(str(bpe)), cheap=Said(grouped(bpe**2)),
    )  # fmt: skip


def place_of(shown: Reading, word: str) -> int:
    """Where the first piece of a word stands among the tokens; 0 where it does not."""
    start = shown.source.find(word)
    return next((place for place, (begin, end) in enumerate(shown.source_spans) if begin >= start and end > begin), 0)

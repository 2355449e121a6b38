"""Lesson 6, the workshop: a sub-word tokenizer trained on the spot, its merges one by one or its lattice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from figures.tokens import Joint, lattice_payload, merges_payload
from model.errors import LabError
from model.reading import Reading
from model.tokenizers import WORD_START
from model.tokenizers.base import FIRST_LEARNT
from model.tokenizers.steps import Lattice, lattice, merges, price_of_dropping, times_joined
from model.tokenizers.subword import SMALLEST
from ui import wording
from ui.components import tokens as pictures
from ui.lessons import tokens, tokens_data
from ui.lessons import tokens_words as texts
from ui.lessons.tokens_data import Trained
from ui.lessons.tokens_facts import SIZES
from ui.prose import Said, as_part, grouped, heading, number, say
from ui.words import _

OWN_TEXT = 20_000  # characters: learnt from in well under a third of a second
LONGEST = 24  # characters of a word whose lattice is drawn
RUNGS = (300, 350, 400, 500, 600, 800)  # sizes the ladder shows


@as_part
def workshop(shown: Reading, made: str | None) -> None:
    """Covered until the bet is made: its merges would answer it."""
    heading(_("Train one yourself"))
    if made is None:
        st.markdown(_("Bet first, at the top of the page: the merges of your sentence would give the answer away."))
    else:
        _open(shown)


@st.fragment
def _open(shown: Reading) -> None:
    """Kind, text and size, and at once a tokenizer learnt from them."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        labels = {"bpe": _("Byte pair"), "unigram": _("Unigram")}
        kind = st.segmented_control(
            _("Kind"), tuple(labels), format_func=labels.__getitem__, default="bpe", key="tokens_kind", required=True, width="content"
        )
        text = _own_text()
        size = _size(kind or "bpe", text)
    if size is None:
        return
    with st.spinner(_("Learning from the text."), show_time=False):
        trained = tokens_data.train(kind or "bpe", text, size)
        drawn = lattice_of(shown.source, trained, text) if kind == "unigram" else merges_of(shown.source, trained)
    _learnt(trained)
    if kind == "unigram":
        pictures.lattice(drawn, "lattice")
        st.caption(
            _(
                "Unigram has no merges. It begins with far too many pieces and prunes those whose loss the text feels least, a quarter at "
                "a time, until the vocabulary is small enough; then every text takes its most probable path."
            )
        )
    else:
        pictures.merges(drawn, "merges")
        st.caption(
            _(
                "Byte pair begins with characters and merges the pair that meets most often, again and again. A new word is cut by the "
                "same merges in the same order."
            )
        )


def _own_text() -> str:
    with st.popover(_("Text to learn from"), width="content"):
        return st.text_area(
            _("Your own text; empty for the course's {lines} lines").format(lines=grouped(len(tokens_data.course_lines()))),
            key="tokens_text", max_chars=OWN_TEXT, height=180, placeholder=_("Paste a page of anything, in any language."),
        ).strip()  # fmt: skip


def _size(kind: str, text: str) -> int | None:
    """The slider, between what the bytes need and what the text allows; None, and a sentence, where it allows nothing."""
    try:
        most = tokens_data.most_pieces(kind, text)
    except LabError as error:
        wording.show(error, "tokens_error")
        return None
    if most <= SMALLEST:
        st.caption(_("This text allows no more than {most} pieces.").format(most=most))
        return SMALLEST
    label = _("Vocabulary: this text allows {least} to {most} pieces").format(least=SMALLEST, most=grouped(most))
    return st.slider(label, SMALLEST, most, min(tokens.BET_SIZE, most), key=f"tokens_size_{most}", width=380)


def _learnt(trained: Trained) -> None:
    used = sum(1 for number_ in trained.counts[FIRST_LEARNT:] if number_)
    byte_rows = sum(1 for number_ in trained.counts[4:FIRST_LEARNT] if number_)
    say(
        _(
            "Learnt from {lines} lines in {time} ms: {all} rows. {four} are special pieces and {bytes} are bytes, of which the text needs "
            "{needed}; of the {learnt} learnt ones it uses {used}."
        ),
        "tokens_learnt", lines=grouped(len(trained.lines)), time=number(trained.milliseconds), all=Said(grouped(len(trained.counts))),
        four=4, bytes=256, needed=Said(str(byte_rows)), learnt=grouped(len(trained.counts) - FIRST_LEARNT), used=Said(grouped(used)),
    )  # fmt: skip


def marked_words(source: str) -> list[str]:
    return [WORD_START + word for word in source.split(" ")]


# Byte pair


@st.cache_data(show_spinner=False, max_entries=tokens_data.TRAINED_ENTRIES)
def _times_joined(fingerprint: str, _trained: Trained) -> Mapping[str, int]:
    words = Counter(WORD_START + word for line in _trained.lines for word in line.split())
    return times_joined(words, [piece for piece in _trained.tokenizer.pieces[FIRST_LEARNT:] if len(piece) > 1])


def merges_of(source: str, trained: Trained) -> bytes:
    """Every merge of the sentence's words, one joint for all places it joins, in the order of learning."""
    return merges_payload(marked_words(source), joints_of(source, trained), texts.merges_texts())


def joints_of(source: str, trained: Trained) -> list[Joint]:
    """The merges of all words together. A merge learnt once joins everywhere, so a rank is a step."""
    words, scores = marked_words(source), trained.tokenizer.scores
    times = _times_joined(trained.tokenizer.fingerprint, trained)
    now = {place: list(word) for place, word in enumerate(words)}
    steps = sorted((step.rank, word, order, step) for word, text in enumerate(words) for order, step in enumerate(merges(text, scores)))
    joints: list[Joint] = []
    for rank, word, _order, step in steps:
        left, right = now[word][step.place : step.place + 2]
        now[word][step.place : step.place + 2] = [step.piece]
        last = joints[-1] if joints else None
        if last is not None and (last.rank, last.left) == (rank, left):
            joints[-1] = Joint(left, right, rank, last.count, (*last.joins, (word, step.place)))
        else:
            joints.append(Joint(left, right, rank, times.get(step.piece, 0), ((word, step.place),)))
    return joints


# Unigram


def lattice_of(source: str, trained: Trained, text: str) -> bytes:
    """The lattices of the sentence's words at the chosen size, and at the rungs of the ladder."""
    words = list(dict.fromkeys(word for word in marked_words(source) if 2 < len(word) <= LONGEST)) or marked_words(source)[:1]
    words = [word[:LONGEST] for word in words]
    stages = {len(trained.counts): trained}
    most = trained.most
    for size in (*(rung for rung in RUNGS if rung < most), most):
        stage = tokens_data.train("unigram", text, size) if text else _course_stage(size, most)
        stages.setdefault(len(stage.counts), stage)
    sizes = sorted(stages, reverse=True)
    found = [[lattice_data(lattice(word, stages[size].tokenizer.scores), stages[size]) for size in sizes] for word in words]
    start = max(range(len(words)), key=lambda place: (len({stage["spellings"][0]["pieces"] for stage in found[place]}), -place))
    return lattice_payload(words, found, sizes, start, sizes.index(len(trained.counts)), texts.lattice_texts())


def _course_stage(size: int, most: int) -> Trained:
    """As shipped where it is, so that nothing is trained for a ladder."""
    shipped = next((stop for stop in SIZES if stop >= size), SIZES[-1]) if size == most else size
    if shipped not in SIZES:
        return tokens_data.train("unigram", "", size)
    tokenizer = tokens_data.tokenizer_of("unigram", shipped)
    counts = tuple(map(int, tokens_data.counts_of("unigram", shipped)))
    return Trained(tokenizer, counts, tokens_data.course_lines(), 0.0, most)  # type: ignore[arg-type]


def lattice_data(found: Lattice, stage: Trained) -> dict[str, Any]:
    """A lattice as plain values, with the price of pruning each learnt piece of more than a letter."""
    scores, counts = stage.tokenizer.scores, dict(zip(stage.tokenizer.pieces, stage.counts, strict=True))
    arcs = []
    for arc in found.arcs:
        count = counts.get(arc.piece, 0)
        price = price_of_dropping(arc.piece, scores, count) if arc.known and len(arc.piece) > 1 else None
        arcs.append({**asdict(arc), "count": count, "price": price})
    unknown = min(arc.score for arc in found.arcs)
    spellings = [
        {"pieces": way.pieces, "score": way.score, "share": way.share, "scores": [scores.get(piece, unknown) for piece in way.pieces]}
        for way in found.spellings
    ]
    return {"arcs": arcs, "spellings": spellings, "ways": found.ways}

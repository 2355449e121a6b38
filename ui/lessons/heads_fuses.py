"""Fuses: silence the fewest heads that turn il into elle. Levels, their par and their maps are shipped; a try runs the model.

The address carries the level and the silenced heads, so that a link shows a solution, or sets a level for somebody else.
"""

from __future__ import annotations

import re
from math import comb
from typing import Any

import streamlit as st

from figures.heads import Axes, board_payload, long_name, names_of, short_name
from figures.payload import Tokens
from model import limits
from model.errors import LabError
from model.pronouns import OTHER, is_turned, pronoun_written
from model.reading import KINDS
from ui import address, wording
from ui.address import Stage
from ui.components.heads import board
from ui.lessons import heads_data as data
from ui.lessons import heads_words as words
from ui.lessons.heads_measured import whose
from ui.prose import Said, as_part, grouped, heading, say
from ui.shipped import Facts
from ui.words import _

PARAMETER = "fuses"
_GAME = "heads_fuses"  # in the session: level -> silenced heads
_BEST = "heads_fuses_best"  # in the session: level -> fewest heads that solved it
_LEVEL = "heads_fuses_level"
_LETTERS = {"encoder": "e", "decoder": "d", "cross": "c"}
_HEAD = re.compile(r"([edc])([0-9]{1,2})h([0-9]{1,2})")


@as_part
def fuses(at: Stage) -> None:
    model, facts = data.facts_of(at.model)
    heading(_("Fuses"))
    levels = facts.about["levels"]
    if not levels:
        st.caption(_("This model has no level that could be solved."))
        return
    say(
        _(
            "Every head is a fuse. Take out the fewest that turn the pronoun of the sentence to its other gender. "
            "All {sets} sets of up to {most} heads were tried beforehand, so every level can be solved, and its par "
            "is the least there is."
        ),
        "heads_fuses_lead",
        **sets_tried(facts.arrays["turned_zero"].size),
    )
    whose(model, at.model)
    _from_link(facts)
    _game(model, facts)


def sets_tried(heads: int) -> dict[str, str]:
    """How many sets of heads were tried for a level (model/fuses.py), and how large they were at most."""
    sizes = [size for size in (1, 2, 3) if comb(heads, size) <= limits.SETS_OF_HEADS]
    return {"sets": grouped(sum(comb(heads, size) for size in sizes)), "most": str(max(sizes))}


@st.fragment
def _game(model: str, facts: Facts) -> None:
    levels = facts.about["levels"]
    number = st.session_state.setdefault(_LEVEL, 0)
    level, heads = levels[number], _tried(number)
    try:
        found = data.without(model, level["source"], level["translation"], heads, "zero") if heads else None
    except LabError as error:
        wording.show(error, "heads_fuses_error")
        found, heads = None, ()
    solved = found is not None and is_turned(level["translation"], found.translation, level["ordinal"])
    if solved:
        best = st.session_state.setdefault(_BEST, {})
        best[number] = min(len(heads), best.get(number, len(heads)))
    address.keep_own(PARAMETER, link_of(number, heads))
    st.segmented_control(_("Level"), range(len(levels)), format_func=lambda place: _title(place, levels[place]), key=_LEVEL, required=True)
    say(_told(), "heads_fuses_level_said", source=Said(level["source"], "source"), **_pronouns(level))
    board(_payload(number, level, facts, heads, found, solved), "heads_fuses_board", lambda asked: _keep(number, asked, facts))
    st.caption(_("A link opens this page at this level, with your fuses out or as a challenge."))
    if solved and len(heads) == level["par"]:
        _all_solutions(level)


def _title(number: int, level: dict[str, Any]) -> str:
    best = st.session_state.get(_BEST, {}).get(number)
    name = _("{number} · par {par}").format(number=number + 1, par=level["par"])
    return name if best is None else _("{name} · yours {best}").format(name=name, best=best)


def _told() -> str:
    return _("“{source}”: the model writes {before}. Make it write {after}.")


def _pronouns(level: dict[str, Any]) -> dict[str, Said]:
    written = pronoun_written(level["translation"], level["ordinal"])
    assert written is not None
    return {"before": Said(written, "target"), "after": Said(OTHER[written], "target")}


def _payload(
    number: int, level: dict[str, Any], facts: Facts, heads: tuple[data.Head, ...], found: data.Without | None, solved: bool
) -> bytes:
    maps = {
        short_name(f"{side}.0.{part}").split(".")[0]: facts.arrays[f"level.{number}.{side}.{part}"]
        for side, part in (kind.split(".") for kind in KINDS)
    }
    axes = Axes(Tokens(tuple(level["pieces"])), Tokens(tuple(level["fed"])), Tokens(tuple(level["produced"])))
    return board_payload(
        maps,
        axes,
        words.board_words(),
        identity=f"fuses {number} {level['source']}",
        mode="fuses",
        causal=True,
        kinds=["zero"],
        silent=names_of(heads),
        kind="zero",
        before=level["translation"],
        after=None if found is None else found.translation,
        verdict=verdict(level, len(heads), found, solved),
        won=solved,
        hint=_("A click takes a fuse out, another puts it back. The small maps show what each head looks at in this sentence."),
        nothing=_("No fuse is out yet."),
    )


def verdict(level: dict[str, Any], count: int, found: data.Without | None, solved: bool) -> str | None:
    """The score in a sentence; None before the first fuse is out."""
    if found is None:
        return None
    if not solved:
        written = pronoun_written(found.translation, level["ordinal"])
        if written == pronoun_written(level["translation"], level["ordinal"]):
            return _("The pronoun holds.")
        return _("The pronoun is gone, but not turned.")
    if count == level["par"]:
        ways = len(level["solutions"])
        return (
            _("Turned with {count}: par, nobody can do it with fewer.").format(count=count)
            + " "
            + (_("It is the only set of that size.") if ways == 1 else _("There are {ways} such sets.").format(ways=ways))
        )
    return _("Turned with {count}. It can be done with {par}.").format(count=count, par=level["par"])


def _all_solutions(level: dict[str, Any]) -> None:
    """All sets of the least size, once one of them is found."""
    with st.expander(_("All solutions of this level"), key=f"heads_fuses_all_{level['source']}"):
        for heads in level["solutions"]:
            st.markdown("- " + " + ".join(words.name_of(name, head) for name, head in heads))


def _tried(number: int) -> tuple[data.Head, ...]:
    found: tuple[data.Head, ...] = st.session_state.setdefault(_GAME, {}).get(number, ())
    return found


def _keep(number: int, asked: object, facts: Facts) -> None:
    found = data.asked_heads(asked, tuple(facts.about["attentions"]), facts.arrays["entropy"].shape[1])
    if found is not None and isinstance(asked, dict) and str(asked.get("of", "")).startswith(f"fuses {number} "):
        st.session_state.setdefault(_GAME, {})[number] = found[0]


# The link


def link_of(number: int, heads: tuple[data.Head, ...]) -> str | None:
    """`5.e1h4.e2h4`; nothing for the first level untouched, so that the address stays clean."""
    if number == 0 and not heads:
        return None
    named = ([*short_name(name).split("."), str(head)] for name, head in sorted(heads))
    return ".".join([str(number + 1), *(f"{_LETTERS[kind]}{int(layer) + 1}h{int(head) + 1}" for kind, layer, head in named)])


def read_link(text: str, facts: Facts) -> tuple[int, tuple[data.Head, ...]] | None:
    """Level and heads of a link; None for a level there is not. Heads there are not are left out."""
    first, *rest = text[:400].split(".")
    if not (first.isascii() and first.isdigit()) or not 1 <= int(first[:4]) <= len(facts.about["levels"]):
        return None
    kinds = {letter: kind for kind, letter in _LETTERS.items()}
    heads = []
    for part in rest:
        match = _HEAD.fullmatch(part)
        name = long_name(f"{kinds[match[1]]}.{int(match[2]) - 1}") if match and int(match[2]) else ""
        if match and name in facts.about["attentions"] and 1 <= int(match[3]) <= facts.arrays["entropy"].shape[1]:
            heads.append((name, int(match[3]) - 1))
    return int(first) - 1, tuple(dict.fromkeys(heads))


def _from_link(facts: Facts) -> None:
    """What a link carries becomes the state of the game: in a session's first run, and after back or forward."""
    if "heads_fuses_seen" in st.session_state and not address.moved():
        return
    st.session_state["heads_fuses_seen"] = True
    found = read_link(address.read_own(PARAMETER) or "", facts)
    if found is not None:
        st.session_state[_LEVEL], heads = found[0], found[1]
        st.session_state.setdefault(_GAME, {})[found[0]] = heads

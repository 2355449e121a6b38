"""The scripts of the components: every word comes from Python, nothing goes to the server, nothing is parsed as markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.components import library, registry
from ui.components.labels import component_words
from ui.components.registry import DRAWING

PARTS = sorted((Path(__file__).resolve().parents[2] / "ui" / "components" / "parts").glob("*.js"))
SHARED = {
    *DRAWING,
    "single",
    "heads",
    "telling",
    "explorer",
    "entries",
}  # their words come from labels.py, a lesson's from the lesson
STEMS = ("step_", "rows_")  # names the scripts put together from what is chosen
PUT_TOGETHER = {"encoder", "decoder", "cross", "encoder_long", "decoder_long", "cross_long", "matrix", "lines"}


def asked() -> set[str]:
    shared = [part for part in PARTS if part.stem in SHARED]
    return {name for part in shared for name in re.findall(r"\bwords\.([a-z_]+)", part.read_text(encoding="utf-8"))}


def test_every_word_asked_for_exists() -> None:
    assert asked() <= component_words().keys()


def test_no_word_is_idle() -> None:
    idle = {name for name in component_words() if not name.startswith(STEMS)} - asked() - PUT_TOGETHER
    assert not idle


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.stem)
def test_scripts_keep_to_the_browser(part: Path) -> None:
    text = part.read_text(encoding="utf-8")
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "setStateValue",
        "setTriggerValue",
        "fetch(",
        "XMLHttp",
    ):
        assert forbidden not in text
    assert len(text.splitlines()) < 300


def test_the_library_has_every_script_and_no_name_twice_in_one_scope() -> None:
    shared, *scopes = re.split(r"^ENTRIES\.", registry.library(), flags=re.MULTILINE)
    for scope in (shared, *scopes):
        names = re.findall(r"^(?:function|const|let) (\w+)", scope, re.MULTILINE)
        assert len(names) == len(set(names))
    assert all(part.read_text(encoding="utf-8") in registry.library() for part in PARTS)
    assert len(scopes) >= len(library.FAMILIES)


ORDER = """
import streamlit as st
from ui.components import registry

drawn = st.session_state.setdefault("drawn", [])

def draw(name, size):
    registry._place(lambda data, key: drawn.append(key), data=bytes(size), key=name)

with registry.first_things_first():
    draw("first", 90_000)
    draw("large", 90_000)
    draw("small", 9)
    st.fragment(draw)("of a fragment", 90_000)
draw("after the page", 90_000)
"""


def test_large_pictures_after_the_first_are_sent_last() -> None:
    app = AppTest.from_string(ORDER).run()
    assert not app.exception
    assert app.session_state["drawn"] == ["first", "small", "of a fragment", "large", "after the page"]

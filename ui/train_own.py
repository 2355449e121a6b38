"""The learner's own text: a table, two files or what others publish; what cleaning did to it, and the first pairs that are left."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lab import CorpusSource
from lab.spec import NAME_CHARACTERS
from model import limits
from model.errors import LabError
from model.text import clean_text
from ui import prose, train_fetch, wording
from ui.prose import Said
from ui.train_memory import keep, recall
from ui.train_models import open_laboratory
from ui.visitor import visitor_key
from ui.words import _, many

_KEPT, SHOWN = "train_own_text", 4
PATIENCE = 90  # seconds a preview may take
MEGABYTE = 2**20


@dataclass
class Text:
    """A text that is kept, and what is known of it once it has been read; `error` where it cannot be learnt from."""

    source: CorpusSource
    preview: Future[dict[str, Any]]
    found: dict[str, Any] | None = None
    error: LabError | None = None


def source() -> CorpusSource | None:
    """The text of this session, where there is one that can be learnt from."""
    text = _text()
    return text.source if text and text.found else None


def choose_text() -> None:
    """Three ways to bring it; what was kept of it; another one."""
    text = _text()
    if text is None:
        _ask()
        return
    if text.found is None and text.error is None:
        _wait(text)
    if text.error is not None:
        wording.show(text.error, "train_own_error")
    elif text.found is not None:
        _report(text.source.name, text.found)
    st.button(_("Take another text"), on_click=_forget, key="train_own_again")


def _text() -> Text | None:
    text: Text | None = st.session_state.get(_KEPT)
    return text


def _forget() -> None:
    st.session_state.pop(_KEPT, None)


def _ask() -> None:
    key = recall("train_own_kind", "published" if train_fetch.is_going() else "pairs")
    titles = {"pairs": _("One table"), "aligned": _("Two files"), "published": _("Published by others")}
    kind = keep(key, st.segmented_control(_("It comes as"), list(titles), format_func=titles.__getitem__, required=True, key=key))
    if kind == "published":
        train_fetch.offer(_read)
        return
    if kind == "aligned":
        st.caption(_("Line 5 of the second file is what line 5 of the first shall become. Plain text in UTF-8, gzip is fine."))
        left, right = st.columns(2)
        files = [_file(left, _("From"), "train_own_from"), _file(right, _("To"), "train_own_to")]
    else:
        st.caption(_(
            "Each line: a sentence, a tabulator, what it shall become; or a translation memory (TMX). Plain text in UTF-8, gzip is fine."
        ))  # fmt: skip
        files = [_file(st, _("Table"), "train_own_table")]
    if all(file is not None for file in files):
        _take(files)


def _file(place: Any, label: str, key: str) -> Any:
    """Of any name: text ends in whatever its language is called, and what is in it is looked at anyway."""
    return place.file_uploader(label, key=key, max_upload_size=limits.UPLOAD_BYTES // MEGABYTE)


def _take(files: list[Any]) -> None:
    """Keep the files and have them read."""
    lab, name = open_laboratory(), clean_text(files[0].name.split(".")[0])[:NAME_CHARACTERS]
    try:
        kept = lab.keep_text(visitor_key(), name or _("own text"), *(file.getvalue() for file in files))
    except LabError as error:
        wording.show(error, "train_own_error")
        return
    _read(kept)


def _read(kept: CorpusSource) -> None:
    """Have a kept text read; then draw the page with what is found."""
    try:
        st.session_state[_KEPT] = Text(kept, open_laboratory().preview(visitor_key(), kept))
    except LabError as error:
        wording.show(error, "train_own_error")
        return
    st.rerun()


def _wait(text: Text) -> None:
    with st.spinner(_("Reading your text")):
        try:
            text.found = text.preview.result(PATIENCE)
        except LabError as error:
            text.error = error
        except TimeoutError:
            text.error = LabError("task_too_long", "This took more than {limit} seconds and was given up.", None, limit=PATIENCE)


def _report(name: str, found: dict[str, Any]) -> None:
    held_out = sum(size for split, size in found["sizes"].items() if split != "train")
    template = _("{name}: {kept} of {lines} lines kept; {train} to learn from, {held_out} to test it on.")
    numbers = {"kept": found["kept"], "lines": found["lines"], "train": found["sizes"]["train"], "held_out": held_out}
    prose.say(template, "train_own_said", name=Said(name), **{key: Said(f"{value:,}") for key, value in numbers.items()})
    removed = [_rule(rule, count) for rule, count in found["removed"].items() if count]
    st.caption(_("Left out: {rules}.").format(rules=", ".join(removed)) if removed else _("Nothing had to be left out."))
    for number, (ours, theirs) in enumerate(found["pairs"][:SHOWN]):
        prose.say(_("{source} → {target}"), f"train_own_pair_{number}", source=Said(ours, "source"), target=Said(theirs, "target"))


def _rule(rule: str, count: int) -> str:
    """What cleaning left out, and how often."""
    return {
        "not_utf8": many("{count} line that is no UTF-8", "{count} lines that are no UTF-8", count),
        "wrong_columns": many("{count} line without two columns", "{count} lines without two columns", count),
        "empty_side": many("{count} with an empty side", "{count} with an empty side", count),
        "too_long": many("{count} that is too long", "{count} that are too long", count),
        "length_ratio": many("{count} of very unlike lengths", "{count} of very unlike lengths", count),
        "duplicate": many("{count} that is there twice", "{count} that are there twice", count),
    }.get(rule, "{count} " + rule).format(count=f"{count:,}")

"""Parallel text that others publish: what it is, from where and on what terms, before anything is fetched; then how far it is.

The laboratory fetches behind the page. The panel looks at it every half second, and hands on the text once it is there.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lab import CorpusSource, data_sets
from lab.data_sets import DataSet
from lab.fetching import Fetching, size_of
from model import limits
from model.errors import LabError
from ui import wording
from ui.train_models import open_laboratory
from ui.visitor import visitor_key
from ui.words import _

TICK_SECONDS = 0.5
KILOBYTE, MEGABYTE = 2**10, 2**20
_MISTAKE = "train_fetch_mistake"

Take = Callable[[CorpusSource], None]


def is_going() -> bool:
    """Something of the visitor's is on its way or has come, and waits to be taken."""
    return _now() is not None


def offer(take: Take) -> None:
    """All there is to fetch. `take` is given the text that has come, and draws the page anew."""
    now = _now()
    if now is not None and now.source is not None:
        open_laboratory().forget_fetching(visitor_key())
        take(now.source)
        return
    going = now is not None and now.going
    st.caption(_(
        "Text that others publish. Nothing is fetched before you press a button; then this server, not your browser, gets the file "
        "from the address that stands there."
    ))  # fmt: skip
    st.fragment(_panel, run_every=TICK_SECONDS if going else None)(going)


def _panel(going: bool) -> None:
    """`going` is what the page knew when it was drawn: once that is no longer so, the page is drawn anew."""
    now = _now()
    if (now is not None and now.going) != going:
        st.rerun()
    mistake = st.session_state.pop(_MISTAKE, None)
    for wanted in data_sets.DATA_SETS:
        with st.container(border=True, key=f"train_fetch_{wanted.name}", gap="small"):
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                st.markdown(f"**{_(wanted.title)}**", width="content")
                _button(wanted, now)
            _about(wanted)
            _state(wanted, now)
    with st.container():
        if mistake is not None:
            wording.show(mistake, "train_fetch_notice")


def _about(wanted: DataSet) -> None:
    st.markdown(_(wanted.about))
    addresses = (f"`{file.address}`" for file in wanted.files)
    st.caption("  \n".join((_(wanted.terms), *addresses, _size(wanted))))


def _size(wanted: DataSet) -> str:
    size = size_of(wanted)
    if size is None:
        return _("Its size is not known beforehand; more than {most} is not taken.").format(most=amount(limits.UPLOAD_BYTES))
    return _("{size} in all.").format(size=amount(size))


def _button(wanted: DataSet, now: Fetching | None) -> None:
    if now is not None and now.going and now.name == wanted.name:
        st.button(_("Cancel"), on_click=_cancel, key=f"train_fetch_cancel_{wanted.name}")
        return
    busy = now is not None and now.going
    st.button(_("Fetch from the network"), on_click=_start, args=(wanted,), disabled=busy, key=f"train_fetch_start_{wanted.name}")


def _state(wanted: DataSet, now: Fetching | None) -> None:
    """How far it is, what went wrong the last time, or what of it is here."""
    mine = now if now is not None and now.name == wanted.name else None
    if mine is not None and mine.going:
        _progress(mine)
        return
    if mine is not None and mine.error is not None:
        wording.show(mine.error, f"train_fetch_error_{wanted.name}")
    if here := open_laboratory().fetched_bytes(wanted):
        st.caption(_("{size} of it are on this server already; fetching goes on from there.").format(size=amount(here)))


def _progress(now: Fetching) -> None:
    if now.state == "reading" or (now.total is not None and now.received >= now.total):
        st.progress(1.0, _("{size} are here; checking and reading them.").format(size=amount(now.received)))
    elif now.total is None:
        told = _("{size} so far; the server does not say how much it is.") if now.received else _("Asking the server.")
        st.progress(0.0, told.format(size=amount(now.received)))
    else:
        told = _("{size} of {total}").format(size=amount(now.received), total=amount(now.total))
        st.progress(now.received / max(1, now.total), told)


def _start(wanted: DataSet) -> None:
    try:
        open_laboratory().fetch(visitor_key(), wanted)
    except LabError as error:
        st.session_state[_MISTAKE] = error


def _cancel() -> None:
    open_laboratory().cancel_fetching(visitor_key())


def _now() -> Fetching | None:
    return open_laboratory().fetching(visitor_key())


def amount(size: int) -> str:
    """A few words: 556 kB, 1.1 MB."""
    if size < 0.9995 * MEGABYTE:
        return _("{count} kB").format(count=max(1, round(size / KILOBYTE)))
    return _("{count} MB").format(count=f"{size / MEGABYTE:.{0 if size >= 9.95 * MEGABYTE else 1}f}")

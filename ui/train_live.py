"""A run as it goes: its state, curves, samples and the attention of the watched sentence, drawn anew every tick.

Specifications of the charts, their keys and their alternative texts (part of the specification for the browser) never change
during a run, so the browser keeps every picture and moves it.
"""

from __future__ import annotations

import streamlit as st

from figures.theme import PALETTES, Palette
from figures.training import curve_rows, loss_curves, share_curves
from lab import RunView
from ui import prose, train_film
from ui.prose import Said
from ui.train_actions import REDRAW, act
from ui.train_after import after_run
from ui.train_log import Log, log_of
from ui.train_models import open_laboratory
from ui.train_words import state_sentence
from ui.words import _

TICK_SECONDS = 0.8
SAMPLES = 3


def live(run: str, going: bool, mine: bool) -> None:
    """One tick. `going` is what the page knew when it was drawn: once that is no longer so, the page is drawn anew."""
    view = open_laboratory().get(run)
    if view.going != going or st.session_state.get(REDRAW):
        st.rerun()
    log = log_of(run)
    _state(view, mine)
    if log.loss:
        _curves(view, log)
    if log.loss or train_film.has_film(run):
        _pictures(view, log)


def _state(view: RunView, mine: bool) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="train_state"):
        prose.say("{name} " + state_sentence(view), "train_said", name=Said(view.name))
        with st.container(horizontal=True, width="content"):
            if mine:
                _controls(view)
            if not view.going:
                after_run(view, mine)
    if not mine:
        st.caption(_("This is somebody else's run: you can look at it and use it, not change it."))
    if view.state in ("running", "paused", "queued"):
        st.progress(view.step / max(1, view.steps))


def _controls(view: RunView) -> None:
    """The buttons of this state."""
    if view.going:
        st.button(_("Pause"), on_click=act, args=("pause", view.id), key="train_pause")
        st.button(_("Stop"), on_click=act, args=("stop", view.id), key="train_stop")
    if view.state in ("paused", "stopped", "failed"):
        st.button(_("Resume"), on_click=act, args=("resume", view.id), key="train_resume")


def _curves(view: RunView, log: Log) -> None:
    palette = PALETTES["dark" if st.context.theme.type == "dark" else "light"]
    left, right = st.columns(2)
    with left:
        _losses(view, log, palette)
    with right:
        _shares(view, log, palette)


def _losses(view: RunView, log: Log, palette: Palette) -> None:
    names = (_("training"), _("held out, not smoothed"), _("floor of training"))
    spec = loss_curves(view.steps, names, (_("step"), _("loss, nats per token")), palette)
    floor = [(float(view.steps), log.floor), (0.0, log.floor)]  # named at its left end, where no other curve comes
    st.vega_lite_chart(
        curve_rows(dict(zip(names, (log.loss, log.held_out_loss, floor), strict=True))), spec, theme=None, key="train_losses",
        alt=_("Loss by step, of the batches and of sentences held out, above its floor; the newest values stand below."),
    )  # fmt: skip
    told = _("Loss {loss}, its floor {floor}; learning rate {rate}")
    st.caption(told.format(loss=f"{log.loss[-1][1]:.2f}", floor=f"{log.floor:.2f}", rate=f"{log.rate[-1]:.2g}"))


def _shares(view: RunView, log: Log, palette: Palette) -> None:
    names = (_("tokens right"), _("whole sentences right"))
    spec = share_curves(view.steps, names, (_("step"), _("of what it has never seen, %")), palette)
    st.vega_lite_chart(
        curve_rows(dict(zip(names, (log.tokens, log.exact), strict=True))), spec, theme=None, key="train_shares",
        alt=_("Share by step of held-out tokens and of whole held-out sentences that are right; the newest values stand below."),
    )  # fmt: skip
    if log.exact:
        exact, tokens = f"{log.exact[-1][1]:.0f}", f"{log.tokens[-1][1]:.0f}"
        st.caption(_("Exact match {exact} %, tokens {tokens} %").format(exact=exact, tokens=tokens))
    else:
        st.caption(_("Its first test comes at step {step}.").format(step=view.spec.members[0].training.evaluate_every))


def _pictures(view: RunView, log: Log) -> None:
    left, right = st.columns([3, 2])
    with left:
        if view.going:
            train_film.newest(view)
        else:
            train_film.film(view)
    with right:
        st.subheader(_("What it writes"), anchor=False)
        if not log.samples:
            st.caption(_("Nothing yet: sentences it has never seen are put to it from time to time."))
        for number, sample in enumerate(log.samples[:SAMPLES]):
            _sample(sample, number)


def _sample(sample: dict[str, str], number: int) -> None:
    right = sample["translation"] == sample["reference"]
    template = _("{source} → {translation} (right)") if right else _("{source} → {translation} (it should be: {reference})")
    written = sample["translation"] or _("(nothing)")
    prose.say(
        template, f"train_sample_{number}", source=Said(sample["source"], "source"),
        translation=Said(written, "value" if right else "key"), reference=Said(sample["reference"], "target"),
    )  # fmt: skip

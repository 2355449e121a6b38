"""A run or a race as it goes: its state, curves, what it writes and the film so far, drawn anew every tick.

Specifications of the charts, their keys and their alternative texts (part of the specification for the browser) never change
during a run, so the browser keeps every picture and moves it.
"""

from __future__ import annotations

from time import monotonic, sleep

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from figures.theme import PALETTES, Palette
from figures.training import SHARES, loss_curves, named_rows, race_losses, race_rows, race_shares, share_curves
from lab import RunView
from ui import prose, terms, train_begin, train_film, train_race
from ui.pace import PACE
from ui.prose import Said
from ui.train_actions import REDRAW, act
from ui.train_after import after_run
from ui.train_log import Log, logs_of
from ui.train_models import is_usable, open_laboratory
from ui.train_samples import samples
from ui.train_words import percent, state_sentence
from ui.words import _

TICK_SECONDS = 0.5


def live(run: str, going: bool, mine: bool) -> None:
    """One tick. `going` is what the page knew when it was drawn: once that is no longer so, the page is drawn anew."""
    if st.session_state.get(REDRAW):  # the run may have been deleted
        st.rerun()
    view = open_laboratory().get(run)
    if view.going != going:
        st.rerun()
    _state(view, mine)
    view = _with_first_numbers(view)
    if view.kind == "import":
        _tell(view)
        return
    logs = logs_of(view)
    if view.going or any(log.loss for log in logs):  # empty at first, so that nothing moves down once there are numbers
        _curves(view, logs)
    if any(log.loss for log in logs) or train_film.has_film(view):
        _pictures(view, logs)


def _with_first_numbers(view: RunView) -> RunView:
    """A run that has just begun has its first loss in a moment: waiting that long here spares waiting for the next tick."""
    end = monotonic() + PACE.numbers
    while view.state == "running" and view.step == 0 and monotonic() < end:
        sleep(PACE.numbers / 20)
        view = open_laboratory().get(view.id)
    return view


def _pictures(view: RunView, logs: list[Log]) -> None:
    """One model's film beside what it writes; the columns of a race need the whole width."""
    if view.kind == "race":
        samples(view, logs)
        _tell(view)
        train_film.show(view)
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        train_film.show(view)
    with right:
        samples(view, logs)
        _tell(view)


def _tell(view: RunView) -> None:
    """What a model that goes on with texts has in place of the stage."""
    if view.spec.continues and is_usable(view):
        train_begin.begin_a_story(view)


def _state(view: RunView, mine: bool) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="train_state"):
        prose.say("{name} " + state_sentence(view), "train_said", name=Said(view.name))
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            if mine:
                _controls(view)
            after_run(view, mine)
    if view.kind == "race":
        st.caption(train_race.told_of(view.spec))
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


def _curves(view: RunView, logs: list[Log]) -> None:
    palette = PALETTES["dark" if st.context.theme.type == "dark" else "light"]
    left, right = st.columns(2)
    if view.kind == "race":
        _race(view, logs, palette, left, right)
        return
    with left:
        _losses(view, logs[0], palette)
    with right:
        _shares(view, logs[0], palette)


def _losses(view: RunView, log: Log, palette: Palette) -> None:
    names = (_("training"), _("held out"), _("floor of training"))
    spec = loss_curves(view.steps, names, (_("step"), _("loss, nats per token")), palette)
    floor = [(float(view.steps), log.floor), (0.0, log.floor)] if log.loss else []  # named at its left end, where no other curve comes
    st.vega_lite_chart(
        named_rows(dict(zip(names, (log.loss, log.held_out_loss, floor), strict=True)), view.steps), spec, theme=None, key="train_losses",
        alt=_("Loss by step, of the batches and of sentences held out, above its floor; the newest values stand below."),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="train_told"):
        st.caption(_loss_told(log), width="content")
        terms.explain("nats")
        terms.explain("learning rate")
    if view.spec.members[0].training.label_smoothing > 0:
        st.caption(
            _(
                "Training smooths its labels: it punishes certainty, so its loss cannot fall below the floor. The held-out loss is "
                "measured without that, and may."
            )
        )


def _loss_told(log: Log) -> str:
    if not log.rate:
        return _("Its first numbers come with its first steps.")
    told = _("Loss {loss}, its floor {floor}; learning rate {rate}")
    loss = f"{log.loss[-1][1]:.2f}" if log.loss else "\u2013"
    return told.format(loss=loss, floor=f"{log.floor:.2f}", rate=plain_rate(log.rate[-1]))


def plain_rate(rate: float) -> str:
    """Two digits that count, written out: 0.00003."""
    return f"{float(f'{rate:.2g}'):.8f}".rstrip("0").rstrip(".")


def _shares(view: RunView, log: Log, palette: Palette) -> None:
    names = (_("tokens right"), good_title(view))
    spec = share_curves(view.steps, names, (_("step"), _("of what it has never seen, %")), palette)
    st.vega_lite_chart(
        named_rows(dict(zip(names, (log.tokens, log.good), strict=True)), view.steps, SHARES[1]), spec, theme=None, key="train_shares",
        alt=_("Share by step of held-out tokens that are right, and: {what}; the newest values stand below.").format(what=names[1]),
    )  # fmt: skip
    if log.good:
        good, tokens = percent(log.good[-1][1]), percent(log.tokens[-1][1])
        told = _("Sentences that fit {good} %, tokens {tokens} %") if view.spec.continues else _("Exact match {good} %, tokens {tokens} %")
        st.caption(told.format(good=good, tokens=tokens))
    else:
        st.caption(_("Its first test comes at step {step}.").format(step=view.spec.members[0].training.evaluate_every))


def good_title(view: RunView) -> str:
    """What is counted of what it writes on its own."""
    return _("own sentences that fit") if view.spec.continues else _("whole sentences right")


def _race(view: RunView, logs: list[Log], palette: Palette, left: DeltaGenerator, right: DeltaGenerator) -> None:
    """All members on one chart for each of the two numbers."""
    names, steps = tuple(member.name for member in view.members), view.members[0].steps
    losses = dict(zip(names, (log.loss for log in logs), strict=True))
    shares = dict(zip(names, (log.good for log in logs), strict=True))
    left.vega_lite_chart(
        race_rows(losses, steps), race_losses(steps, names, (_("step"), _("loss of training, nats per token")), palette), theme=None,
        key="train_race_losses", alt=_("Loss by step, a curve for each model; the newest values stand in the table below."),
    )  # fmt: skip
    right.vega_lite_chart(
        race_rows(shares, steps, 100), race_shares(steps, names, (_("step"), _("{what}, %").format(what=good_title(view))), palette),
        theme=None, key="train_race_shares", alt=_("{what}, in percent by step, a curve for each model.").format(what=good_title(view)),
    )  # fmt: skip

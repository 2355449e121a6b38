"""Lesson 15, what a learner touches: the moment of training, the steps, the beam, the draw. Its counts and costs stand beside it."""

from __future__ import annotations

import math
from textwrap import shorten

import numpy as np
import streamlit as st

from figures.inference import SENT, SHOWN, log_softmax, steps_payload, tree_payload
from figures.payload import Tokens
from model.reading import Reading
from model.search_tree import FATES, SearchTree
from ui import bets, lesson, readings
from ui import stage as the_stage
from ui.address import Stage
from ui.components import inference as pictures
from ui.lessons import inference_data as data
from ui.lessons import inference_moments as moments
from ui.lessons.inference_data import View
from ui.lessons.inference_settings import NEVER, PAPER_ALPHA, PAPER_WIDTH, WIDTHS, BeamSettings
from ui.lessons.inference_words import step_words, tree_words
from ui.prose import Said, as_part, escaped, grouped, heading, percent, say
from ui.words import _

NOW = "now"
BET = "inference.beam"


def choose_view(stage: Stage) -> View:
    """The stage, and the moment of its model's training that is looked at: one that hesitates, unless another is asked for."""
    known = moments.moments(stage.model)
    if not known:
        return View(stage.model, None, stage.source)
    last, usual = moments.last_step(stage.model), moments.usual_moment(stage.model)
    names = {**{str(step): grouped(step) for step in known}, NOW: _("{steps}: trained").format(steps=grouped(last))}
    with st.container(key="moment_line", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(_("The stage's model as it was earlier, when it still hesitated; after so many steps of training:"), width="content")
        chosen = st.segmented_control(
            _("Steps of training"),
            list(names),
            default=str(usual),
            format_func=names.__getitem__,
            key="moment",
            label_visibility="collapsed",
            bind="query-params",
            required=True,
        )
    return View(stage.model, None if chosen == NOW else int(chosen or usual or 0), stage.source)


def place_bet(view: View, reading: Reading) -> str | None:
    """Whether a beam of four beats greedy on this sentence."""
    choices = (*_outcomes(), _("no bet: show me"))
    return lesson.bet(BET, _question(view), choices, "" if bets.bet_on(BET) is None else _settled(view, reading))


def _question(view: View) -> str:
    """What is bet on: one bet serves the lesson, so its question names the sentence and the model it was about."""
    question = _(
        "“{sentence}”, {model}: a beam of {width} keeps {width} translations alive. Against always taking the most probable word, it finds"
    )
    sentence = escaped(shorten(view.source, 90, placeholder=" …"))
    return question.format(sentence=sentence, model=escaped(the_stage.model_title(view.model)), width=PAPER_WIDTH)


def _outcomes() -> tuple[str, str, str]:
    return _("a more probable one"), _("the same one"), _("a less probable one")


def _settled(view: View, reading: Reading) -> str:
    """What the paper's beam finds here, beside the bet: its verdict where it was about this sentence."""
    found = data.tree(view, BeamSettings())
    over = found.over()
    if not over:
        return ""
    right = _outcomes()[1 - compared(float(found.totals[over[0]]), reading.log_probability)]
    if bets.question_of(BET) != _question(view):
        return _("On the sentence above now: {right}.").format(right=right)
    return _("So it is.") if bets.bet_on(BET) == right else _("Here it is: {right}.").format(right=right)


def steps_of(view: View, reading: Reading, most: int = SHOWN) -> bytes:
    """The payload of the steps; with more candidates that of the draw."""
    arrays = reading.arrays
    cross = np.stack([arrays[f"{name}.weights"] for name in cross_names(reading)])
    memory = arrays["memory"].shape
    return steps_payload(
        arrays["logits"],
        data.produced_ids(reading),
        cross,
        Tokens(reading.source_pieces),
        readings.tokenizer(view.model).pieces,
        NEVER,
        (memory[0], memory[1]),
        step_words(),
        most=most,
    )


def cross_names(reading: Reading) -> tuple[str, ...]:
    return tuple(f"decoder.{layer}.cross" for layer in range(reading.config.layers) if f"decoder.{layer}.cross.weights" in reading.arrays)


def what_steps_say(view: View, reading: Reading) -> None:
    """Two to four sentences with the numbers of this sentence."""
    logs = log_softmax(reading.arrays["logits"])
    ids = list(data.produced_ids(reading))
    own = logs[np.arange(len(ids)), ids]
    rivals = logs.copy()
    rivals[np.arange(len(ids)), ids] = -np.inf
    rivals[:, list(NEVER)] = -np.inf
    open_row = int((own - rivals.max(axis=1)).argmin())
    pieces = readings.tokenizer(view.model).pieces
    lesson.what_you_see(
        lambda: _once(reading),
        lambda: say(
            _(
                "Where it hesitates most is step {step}: {word} has {share}, {second} has {other}. Every later word is chosen "
                "given that one."
            ),
            "inference_open",
            step=str(open_row + 1),
            word=_piece(pieces[ids[open_row]]),
            share=_share(math.exp(own[open_row])),
            second=_piece(pieces[int(rivals[open_row].argmax())]),
            other=_share(math.exp(rivals[open_row].max())),
        ),
        lambda: _certainty(view, own, reading.config.dropout > 0),
    )


def _once(reading: Reading) -> None:
    rows, width = reading.arrays["memory"].shape
    end = _("and stopped because the end token won") if reading.finished else _("and was cut off: the end token never won")
    say(
        _(
            "The encoder ran {once}: it turned your {tokens} tokens into the memory, {shape} numbers. The decoder ran {runs} "
            "times on it, {end}."
        ),
        "inference_once",
        once=Said(_("once")),
        tokens=Said(str(rows), "source"),
        shape=f"{rows} × {width}",
        runs=Said(str(len(reading.target_out)), "target"),
        end=end,
    )


def _certainty(view: View, own: np.ndarray, dropped: bool) -> None:
    """Why a trained model stops near nine tenths, or, where it learnt with dropout, goes past that; or how much surer it will be."""
    mean = math.exp(own.mean())
    if view.moment is None:
        template = _(
            "A word gets {mean} on average (geometric mean of the steps). Trained with label smoothing 0.1, a model is "
            "taught to stop near 90 %: the bars of a well trained one end there."
        )
        if dropped:
            template = _(
                "A token gets {mean} on average (geometric mean of the steps). Label smoothing 0.1 asks for 90 % and no more; this model "
                "learnt that with dropout on, and now that it is off, it is surer where it knows its way."
            )
        say(template, "inference_sure", mean=percent(mean))
        return
    sure = readings.reading(view.model, view.source)
    later = math.exp(sure.log_probability / max(1, len(sure.target_out)))
    say(
        _(
            "You look at the model after {step} of {last} steps, while it still hesitates: a word of its choice gets {mean} on average. "
            "Fully trained it gets {later}, and label smoothing taught it to stop near 90 %; then every way to search finds the same."
        ),
        "inference_sure",
        step=Said(grouped(view.moment)),
        last=grouped(moments.last_step(view.model)),
        mean=percent(mean),
        later=percent(later),
    )


def _share(value: float) -> Said:
    """With a decimal where there are few per cent."""
    return percent(value) if value >= 0.1 else Said(f"{100 * value:.1f}\u202f%")


def _piece(piece: str) -> Said:
    return Said(piece.removeprefix("\u2581") or "\u2423", "target")


@st.fragment
def beam_search(view: View, bet: str | None) -> None:
    """Width and length penalty ask the server once; the tree itself is the browser's."""
    heading(_("Keep several: beam search"))
    if bet is None:
        st.markdown(
            _("Greedy takes the best word and never looks back. A beam keeps several beginnings alive. Your bet first: it stands above.")
        )
        return
    settings = _settings()
    reading, found = data.greedy_reading(view), data.tree(view, settings)
    pieces = readings.tokenizer(view.model).pieces
    told = {"width": settings.width, "alpha": settings.alpha, "kind": settings.kind}
    pictures.tree(tree_payload(found.as_arrays(), FATES, pieces, told, tree_words()), key="inference_tree")
    _verdict(view, settings, found, reading, bet)


def _settings() -> BeamSettings:
    with st.container(key="beam_line", horizontal=True, vertical_alignment="bottom", gap="medium"):
        width = st.segmented_control(_("Width of the beam"), WIDTHS, default=PAPER_WIDTH, key="beam_width", required=True, width="content")
        alpha = st.slider(_("Length penalty α"), 0.0, 2.0, PAPER_ALPHA, 0.1, key="beam_alpha", width=220)
        kinds = {"wu": _("Wu et al.: ((5 + |Y|) / 6)^α"), "power": _("power: |Y|^α")}
        kind = st.selectbox(_("Divide by"), list(kinds), format_func=kinds.__getitem__, key="beam_kind", width=260)
    return BeamSettings(int(width or PAPER_WIDTH), round(float(alpha), 1), "power" if kind == "power" else "wu")


def _verdict(view: View, settings: BeamSettings, found: SearchTree, reading: Reading, bet: str) -> None:
    """The beam's answer against greedy's, by the log-probability of each; the bet was about the paper's beam."""
    over = found.over()
    if not over:
        return
    best, greedy = over[0], reading.log_probability
    total, pieces = float(found.totals[best]), readings.tokenizer(view.model)
    templates = {
        1: _("The beam of {width} finds {text}, log-probability {beam}: more probable than greedy's {greedy}."),
        0: _("The beam of {width} ends with greedy's own translation: log-probability {beam}, and no other of its paths scores better."),
        -1: _("The beam of {width} ends with {text}, log-probability {beam}: less probable than greedy's {greedy}."),
    }
    say(
        templates[compared(total, greedy)],
        "inference_verdict",
        width=Said(str(settings.width)),
        text=Said(pieces.decode(found.words(best)) or _("(nothing at all)"), "target"),
        beam=_log(total),
        greedy=_log(greedy),
    )
    known = data.facts(view.model)
    if compared(total, greedy) == 0 and known is not None and known.about.get("scenes"):
        st.caption(_("This model is sure of this sentence. Two on which the beam wins and loses wait under “Does the beam win? Counted”."))
    lost = greedys_end(found)
    if lost is not None:
        say(
            _(
                "Greedy's path falls out of this beam at step {step}: {width} others were more probable there. That they stay so "
                "is not promised."
            ),
            "inference_lost",
            step=Said(str(lost)),
            width=str(settings.width),
        )
    if settings == BeamSettings() and bets.question_of(BET) == _question(view):
        right = _outcomes()[1 - compared(total, greedy)]
        if bet in _outcomes():
            st.markdown(
                _("Your bet holds.") if bet == right else _("Your bet was: {bet}. Here it is: {right}.").format(bet=bet, right=right)
            )


def compared(total: float, greedy: float) -> int:
    """1, 0, -1: more, equally, less probable; sums of float32 taken in another order count as equal."""
    return 0 if abs(total - greedy) <= 1e-3 else 1 if total > greedy else -1


def greedys_end(found: SearchTree) -> int | None:
    """The step at which greedy's path is dropped; None where it stays to its end."""
    dropped = np.flatnonzero(found.greedy & (found.fates == FATES.index("dropped")))
    return int(found.steps[dropped[0]]) if len(dropped) else None


def _log(value: float) -> Said:
    return Said(f"{value:.2f}".replace("-", "\u2212"))


@as_part
def sampling(view: View, reading: Reading) -> None:
    """Temperature, top-k and top-p act on the bars in the browser."""
    heading(_("Or throw dice: sampling"))
    st.markdown(
        _(
            "A story may go on in many ways, and always the most probable word makes it dull. Then a word is *drawn*: "
            "temperature divides the "
            "logits, top-k keeps the k most probable, top-p the fewest that reach that share. The mark on a bar is the model's "
            "own probability."
        )
    )
    pictures.draw(steps_of(view, reading, SENT), key="inference_draw")

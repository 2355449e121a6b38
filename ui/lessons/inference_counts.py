"""Strategies side by side on the learner's sentence, and beam against greedy counted over a corpus."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from figures.inference import Bars, table_payload
from ui import stage as the_stage
from ui.components import inference as pictures
from ui.lessons import inference_data as data
from ui.lessons.inference_data import View
from ui.lessons.inference_settings import COUNTED, USUAL
from ui.prose import Said, grouped, heading, percent, say
from ui.shipped import Facts
from ui.words import _

EQUAL = 1e-4  # as model/search_counts.py, which needs torch


def side_by_side(view: View) -> None:
    """Eight strategies on one sentence; run when the fold is opened."""
    fold = st.expander(_("Eight strategies on your sentence, side by side"), key="strategies", on_change="rerun")
    if fold.open:
        with fold:
            _strategies(view)


@st.fragment
def _strategies(view: View) -> None:
    seed = int(st.session_state.get("inference_seed", 0))
    found = data.strategies(view, seed)
    gold = reference(view.source)
    rows = [
        [
            name,
            one.text or _("(nothing at all)"),
            f"{one.log_probability:.2f}".replace("-", "\u2212"),
            str(one.tokens),
            *([] if gold is None else [_("the same") if one.text == gold else _("different")]),
        ]
        for name, one in zip(strategy_names().values(), (found[name] for name in strategy_names()), strict=True)
    ]
    head = [_("strategy"), _("translation"), _("sum of logs"), _("tokens"), *([] if gold is None else [_("against our own translation")])]
    caption = _("Seed {seed}. The sum of logs is the model's own log-probability, whatever the draw was taken from.").format(seed=seed)
    pictures.table(table_payload(head, rows, caption), key="inference_strategies")
    st.button(_("Draw again"), on_click=_next_seed)


def _next_seed() -> None:
    st.session_state["inference_seed"] = int(st.session_state.get("inference_seed", 0)) + 1


def strategy_names() -> dict[str, str]:
    return {
        "greedy": _("greedy"),
        "beam": _("beam of 4, α 0.6"),
        "wide": _("beam of 8, α 0.6"),
        "plain": _("beam of 8, α 0"),
        "sample": _("sampling"),
        "cool": _("sampling, temperature 0.5"),
        "top_k": _("sampling, top-k 3"),
        "top_p": _("sampling, top-p 0.9"),
    }


def reference(source: str) -> str | None:
    """Our own translation, by the grammar; None for a sentence that is not of the grammar."""
    from model.corpora import grammar

    pair = grammar.recognize(source)
    return None if pair is None else pair.target


@st.fragment
def over_the_corpus(view: View) -> None:
    """How often a beam wins, draws, loses: at every moment of the toy model's training."""
    known = data.counted()
    if known is None or "sentences" not in known.about:
        return
    heading(_("Does the beam win? Counted"))
    st.markdown(
        _("Beam search is **not** guaranteed to beat greedy: it may drop, early on, the very path that greedy follows to a better end.")
    )
    _over_scenes(view)
    st.markdown(
        _("Counted for the toy model at six moments of its training, over {count} sentences it was not trained on:").format(
            count=known.about["sentences"]
        )
    )
    names = {name: _("width {width}, α {alpha}").format(width=width, alpha=f"{alpha:g}") for name, (width, alpha) in COUNTED.items()}
    chosen = st.segmented_control(_("Beam"), list(names), default=USUAL, format_func=names.__getitem__, key="counted_beam", required=True)
    pictures.table(counts_table(known, str(chosen or USUAL), _moment(view, known)), key="inference_counts")
    _told(known, str(chosen or USUAL), _moment(view, known))
    _examples(known, _moment(view, known))


def _over_scenes(view: View) -> None:
    """A model that has no film, over sentences of ours: how often the beam wins, and two sentences to put on the stage."""
    known = data.facts(view.model)
    scenes = known.about.get("scenes") if known is not None else None
    if not scenes:
        return
    wins, draws, losses = scenes["verdicts"]
    say(
        _(
            "With this model, over {count} sentences of ours that it has never read, the beam of 4 finds a more probable translation "
            "for {wins}, the same for {draws}, a less probable one for {losses}."
        ),
        "inference_scenes", count=scenes["count"], wins=Said(str(wins)), draws=Said(str(draws)), losses=Said(str(losses)),
    )  # fmt: skip
    titles = {kind: title for kind, title in (("win", _("A win")), ("loss", _("A loss"))) if kind in scenes["examples"]}
    if not titles:
        return
    tables = [_scene(title, scenes["examples"][kind]) for kind, title in titles.items()]
    pictures.table({"tables": tables}, key="inference_scenes_table")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(_("Put on the stage:"), width="content")
        for kind, title in titles.items():
            source = scenes["examples"][kind]["source"]
            if st.button(title, key=f"inference_scene_{kind}", on_click=the_stage.show, args=(source,), width="content"):
                st.rerun()  # the stage stands outside this fragment


def _scene(title: str, one: dict[str, Any]) -> dict[str, Any]:
    rows = [[_("greedy"), one["greedy"], _figure(one["greedy_sum"])], [_("beam of 4"), one["beam"], _figure(one["beam_sum"])]]
    caption = _("{title}: {source}").replace("{title}", title).replace("{source}", one["source"])
    return table_payload(["", _("translation"), _("sum of logs")], rows, caption)


def _moment(view: View, known: Facts) -> str:
    """The moment looked at, where it was counted; else the first whose beam both wins and loses."""
    moment = "now" if view.moment is None else str(view.moment)
    if view.model == "toy" and moment in known.about["moments"]:
        return moment
    return str(known.about["moments"][0])


def verdicts(known: Facts, moment: str, beam: str, field: str) -> tuple[int, int, int]:
    """(wins, draws, losses) of a beam against greedy, by `log_probabilities` or by `bleu`."""
    ours = known.arrays[f"counts.{moment}.{beam}.{field}"].astype(np.float64)
    gain = ours - known.arrays[f"counts.{moment}.greedy.{field}"].astype(np.float64)
    wins, losses = int((gain > EQUAL).sum()), int((gain < -EQUAL).sum())
    return wins, len(gain) - wins - losses, losses


def counts_table(known: Facts, beam: str, moment: str) -> dict[str, Any]:
    """A row for every moment, with a bar of wins, draws and losses by log-probability."""
    rows, counts = [], []
    for name in known.about["moments"]:
        counts.append(verdicts(known, name, beam, "log_probabilities"))
        better, _same, worse = verdicts(known, name, beam, "bleu")
        values = {field: [_mean(known, name, which, field) for which in ("greedy", beam)] for field in ("exact", "bleu", "lengths")}
        step = known.about["last"] if name == "now" else int(name)
        rows.append(
            [
                grouped(step),
                _pair(values["exact"], 100, "\u202f%"),
                _pair(values["bleu"], 1, "", 1),
                _pair(values["lengths"], 1, "", 1),
                f"{better} / {worse}",
                " / ".join(map(str, counts[-1])),
            ]
        )
    head = [
        _("step of training"),
        _("exact, greedy | beam"),
        _("BLEU, greedy | beam"),
        _("tokens, greedy | beam"),
        _("BLEU better / worse"),
        _("wins / draws / losses"),
    ]
    bars = Bars(_("by log-probability"), (_("wins"), _("draws"), _("losses")), counts)
    caption = _("Beam against greedy, {count} sentences; BLEU is the mean of the sentences'").format(count=known.about["sentences"])
    return table_payload(head, rows, caption, [known.about["moments"].index(moment)], bars)


def _mean(known: Facts, moment: str, search: str, field: str) -> float:
    return float(known.arrays[f"counts.{moment}.{search}.{field}"].astype(np.float64).mean())


def _pair(values: list[float], factor: float, unit: str, digits: int = 0) -> str:
    return " | ".join(f"{factor * value:.{digits}f}" for value in values) + unit


def _told(known: Facts, beam: str, moment: str) -> None:
    first = known.about["moments"][0]
    wins, draws, losses = verdicts(known, moment, beam, "log_probabilities")
    say(
        _(
            "At the marked moment the beam finds a more probable translation {wins} times, the same {draws} times, a less "
            "probable one {losses} times."
        ),
        "inference_counted",
        wins=Said(str(wins)),
        draws=Said(str(draws)),
        losses=Said(str(losses)),
    )
    early, _draws, _losses = verdicts(known, first, "8.0.6", "log_probabilities")
    lengths = [_mean(known, first, which, "lengths") for which in ("greedy", "8.0.6")]
    bleu = [_mean(known, first, which, "bleu") for which in ("greedy", "8.0.6")]
    say(
        _(
            "More probable is not better: after {step} steps, when the model only babbles, a beam of 8 finds a more probable "
            "text in {share} of "
            "the sentences, and the texts shrink from {long} to {short} tokens and BLEU from {good} to {bad}. Search can only "
            "find what the "
            "model believes."
        ),
        "inference_curse",
        step=str(first),
        share=percent(early / known.about["sentences"]),
        long=f"{lengths[0]:.1f}",
        short=Said(f"{lengths[1]:.1f}"),
        good=f"{bleu[0]:.1f}",
        bad=Said(f"{bleu[1]:.1f}"),
    )


def _examples(known: Facts, moment: str) -> None:
    """A sentence of each kind, at the moment looked at; a kind it has not, at a moment that has it."""
    titles = {
        "win": _("A win"),
        "loss": _("A loss"),
        "draw": _("A draw"),
        "worse": _("More probable, and worse"),
    }
    order = [moment, *[name for name in ("160", "284", *known.about["moments"]) if name in known.about["moments"]]]
    found = {kind: next((name for name in order if kind in known.about["examples"].get(name, {})), None) for kind in titles}
    shown = {kind: (at, known.about["examples"][at][kind]) for kind, at in found.items() if at is not None}
    pictures.table({"tables": [_example(known, titles[kind], at, one) for kind, (at, one) in shown.items()]}, key="inference_examples")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(_("Put on the stage:"), width="content")
        for kind, (at, one) in shown.items():
            if st.button(titles[kind], key=f"inference_stage_{kind}", on_click=_show, args=(one["source"], at), width="content"):
                st.rerun()  # the stage stands outside this fragment


def _example(known: Facts, title: str, moment: str, one: dict[str, Any]) -> dict[str, Any]:
    """One sentence: what greedy and the beam make of it, and the reference."""
    step = known.about["last"] if moment == "now" else int(moment)
    rows = [
        [_("greedy"), one["greedy"], _figure(one["greedy_sum"]), f"{one['greedy_bleu']:.0f}"],
        [_("beam of 4"), one["beam"], _figure(one["beam_sum"]), f"{one['beam_bleu']:.0f}"],
        [_("reference"), one["reference"], "", ""],
    ]
    caption = _("{title}, after {step} steps: {source}")
    for hole, value in (("{title}", title), ("{step}", grouped(step)), ("{source}", one["source"])):
        caption = caption.replace(hole, value)
    return table_payload(["", _("translation"), _("sum of logs"), _("BLEU")], rows, caption)


def _figure(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")


def _show(source: str, moment: str) -> None:
    """Onto the stage with it, at the moment it was counted."""
    if the_stage.propose(source=source, model="toy") is None:
        st.session_state["moment"] = moment

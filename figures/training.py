"""Curves of a training as Vega-Lite specifications without data: while a run goes on, only the data changes, so nothing flickers.

The data is one table with the columns step, value, curve and label; `label` is the curve's name in its last row and empty
in all others, so that every curve is named at its end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from figures.theme import FONT, Palette

HEIGHT = 220  # px
POINTS = 240  # of one curve, at most
Point = tuple[float, float]
PLACES = (("over", "right"), ("over", "left"), ("under", "right"), ("under", "left"))


@lru_cache(maxsize=32)
def loss_curves(steps: int, names: tuple[str, str, str], titles: tuple[str, str], palette: Palette) -> dict[str, Any]:
    """Loss of the batches, loss on what is held out, and the floor under the first. `names` in that order; `titles`: step, loss."""
    return _curves(steps, names, titles, palette, (palette.query, palette.key, palette.floor), alt.Scale(zero=True, nice=True))


@lru_cache(maxsize=32)
def share_curves(steps: int, names: tuple[str, str], titles: tuple[str, str], palette: Palette) -> dict[str, Any]:
    """Two shares in percent, the larger first: of tokens, and of sentences that are right to the last one. `titles`: step, share."""
    return _curves(
        steps, names, titles, palette, (palette.text, palette.value), alt.Scale(domain=[-14, 112], nice=False), [0, 25, 50, 75, 100]
    )


def _curves(
    steps: int,
    names: Sequence[str],
    titles: tuple[str, str],
    palette: Palette,
    colours: Sequence[str],
    scale: alt.Scale,
    ticks: Sequence[float] = (),
) -> dict[str, Any]:
    across = alt.X("step:Q", title=titles[0], scale=alt.Scale(domain=[0, steps], nice=False), axis=_axis(palette))
    up = alt.Y("value:Q", title=titles[1], scale=scale, axis=_axis(palette, grid=True, **({"values": list(ticks)} if ticks else {})))
    colour = alt.Color("curve:N", scale=alt.Scale(domain=list(names), range=list(colours)), legend=None)
    dashes = alt.StrokeDash("curve:N", scale=alt.Scale(domain=list(names), range=[[1, 0], [6, 3], [2, 3]][: len(names)]), legend=None)
    base = alt.Chart()
    chart = alt.layer(
        base.mark_line(strokeWidth=2, interpolate="monotone").encode(x=across, y=up, color=colour, strokeDash=dashes),
        *([base.mark_point(size=24, filled=True, opacity=1).encode(x=across, y=up, color=colour)] if ticks else []),
        *(_names(base, place, names, steps).encode(x=across, y=up, color=colour, text="label:N") for place in PLACES),
    ).properties(height=HEIGHT, background="transparent")
    return _without_data(chart.to_dict(validate=False))


def _without_data(spec: dict[str, Any]) -> dict[str, Any]:
    """Altair writes an empty table where it is given none; here the table comes with the page."""
    spec.pop("datasets", None)
    for part in (spec, *spec["layer"]):
        part.pop("data", None)
    return spec


def _names(base: alt.Chart, place: tuple[str, str], names: Sequence[str], steps: int) -> alt.Chart:
    """The names at one place: under the end of the last curve, over those of the others; to its right while it is short."""
    height, side = place
    which = f"datum.curve {'!=' if height == 'over' else '=='} {json.dumps(names[-1])}"
    early = f"datum.step {'<' if side == 'right' else '>='} {0.4 * steps}"
    text = base.mark_text(
        align="left" if side == "right" else "right", baseline="middle", dx=6 if side == "right" else 0,
        dy=-10 if height == "over" else 12, fontSize=12, fontWeight=600, font=FONT,
    )  # fmt: skip
    return text.transform_filter(f"datum.label != '' && {which} && {early}")


def curve_rows(curves: Mapping[str, Sequence[Point]]) -> dict[str, list[Any]]:
    """The table of the curves, column by column. Long ones are thinned out; the last point always stays."""
    table: dict[str, list[Any]] = {"step": [], "value": [], "curve": [], "label": []}
    for name, points in curves.items():
        kept = thinned(points)
        for place, (step, value) in enumerate(kept, 1):
            table["step"].append(float(step))
            table["value"].append(float(value))
            table["curve"].append(name)
            table["label"].append(name if place == len(kept) else "")
    return table


def thinned(points: Sequence[Point], most: int = POINTS) -> list[Point]:
    """At most `most` points, each the mean of its neighbours', so that a noisy curve stays readable."""
    if len(points) <= most:
        return list(points)
    groups = np.array_split(np.asarray(points, dtype=float), most)
    means = [(float(group[-1, 0]), float(group[:, 1].mean())) for group in groups]
    return [*means[:-1], (float(points[-1][0]), means[-1][1])]


def _axis(palette: Palette, *, grid: bool = False, **options: Any) -> alt.Axis:
    return alt.Axis(
        grid=grid, gridColor=palette.line, domainColor=palette.line, tickColor=palette.line, tickCount=5,
        labelFont=FONT, titleFont=FONT, labelColor=palette.muted, titleColor=palette.muted, titleFontWeight="normal", **options,
    )  # fmt: skip

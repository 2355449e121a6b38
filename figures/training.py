"""Curves of a training as Vega-Lite specifications without data: while a run goes on, only the data changes, so nothing flickers.

The data is one table with the columns step, value, curve and label; `label` is the curve's name in its last row and empty
in all others, so that every curve is named at its end, at a `place` of its own where several end close together. No layer filters
its rows: one without any has no extent, and the browser complains of it at every tick.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from figures.theme import FONT, Palette

HEIGHT = 220  # px
POINTS = 240  # of one curve, at most
RACE_HEIGHT, LINE = 260, 17  # px: of the chart of a race, of a name in it
ROOM = 0.34  # of the steps, to the right of the last one, for the names of the curves
DASHES = [[1, 0], [7, 3], [2, 3], [9, 3, 2, 3]]
Point = tuple[float, float]
EMPTY_TOP = 6.0  # nats: the axis of a loss before there is one
SHARES = (-14.0, 112.0)  # percent: room for a name over 100 and under 0


@lru_cache(maxsize=32)
def loss_curves(steps: int, names: tuple[str, str, str], titles: tuple[str, str], palette: Palette) -> dict[str, Any]:
    """Loss of the batches, loss on what is held out, and the floor under the first. `names` in that order; `titles`: step, loss."""
    return _curves(steps, names, titles, palette, (palette.query, palette.key, palette.floor), alt.Scale(zero=True, nice=True))


@lru_cache(maxsize=32)
def share_curves(steps: int, names: tuple[str, str], titles: tuple[str, str], palette: Palette) -> dict[str, Any]:
    """Two shares in percent, the larger first: of tokens, and of sentences that are right to the last one. `titles`: step, share."""
    return _curves(
        steps, names, titles, palette, (palette.text, palette.value), alt.Scale(domain=list(SHARES), nice=False), [0, 25, 50, 75, 100]
    )


@lru_cache(maxsize=32)
def race_losses(steps: int, names: tuple[str, ...], titles: tuple[str, str], palette: Palette) -> dict[str, Any]:
    """Loss of the batches of two to four models. `titles`: step, loss."""
    return _race(steps, names, titles, palette, alt.Scale(zero=True, nice=False))


@lru_cache(maxsize=32)
def race_shares(steps: int, names: tuple[str, ...], titles: tuple[str, str], palette: Palette) -> dict[str, Any]:
    """Share of whole sentences that are right of two to four models, in percent. `titles`: step, share."""
    return _race(steps, names, titles, palette, alt.Scale(domain=[0, 104], nice=False), [0, 25, 50, 75, 100])


def _race(
    steps: int, names: Sequence[str], titles: tuple[str, str], palette: Palette, scale: alt.Scale, ticks: Sequence[float] = ()
) -> dict[str, Any]:  # fmt: skip
    """Names stand to the right of the ends of their curves, at heights of their own (`place`), so that none covers another."""
    marks = sorted({round(steps * part) for part in (0, 0.25, 0.5, 0.75, 1)})
    domain = alt.Scale(domain=[0, steps * (1 + ROOM)], nice=False)
    across = alt.X("step:Q", title=titles[0], scale=domain, axis=_axis(palette, values=marks))
    height = alt.Y("value:Q", title=titles[1], scale=scale, axis=_axis(palette, grid=True, **({"values": list(ticks)} if ticks else {})))
    colours = alt.Scale(domain=list(names), range=[palette.query, palette.key, palette.value, palette.target][: len(names)])
    dashes = alt.Scale(domain=list(names), range=DASHES[: len(names)])
    colour = alt.Color("curve:N", scale=colours, legend=None)
    base = alt.Chart()
    chart = alt.layer(
        base.mark_line(strokeWidth=2, interpolate="monotone").encode(
            x=across, y=height, color=colour, strokeDash=alt.StrokeDash("curve:N", scale=dashes, legend=None)
        ),
        *([base.mark_point(size=24, filled=True, opacity=1).encode(x=across, y=height, color=colour)] if ticks else []),
        base.mark_text(align="left", baseline="middle", dx=6, fontSize=12, fontWeight=600, font=FONT).encode(
            x=across, y=alt.Y("place:Q", scale=scale), color=colour, text="label:N"
        ),
    ).properties(height=RACE_HEIGHT, background="transparent")
    return _without_data(chart.to_dict(validate=False))


def race_rows(curves: Mapping[str, Sequence[Point]], steps: int, most: float = 0.0) -> dict[str, list[Any]]:
    """As `curve_rows`, and the height each name stands at (`place`). `most`: the top of the axis, 0 for the largest value there is."""
    table = curve_rows({name: [point for point in points if math.isfinite(point[1])] for name, points in curves.items()})
    if not table["step"] and not most:
        table = {"step": [0.0], "value": [EMPTY_TOP], "curve": [next(iter(curves))], "label": [""]}
    top = most or max(table["value"], default=1.0)
    table["place"] = list(table["value"])
    ends = [row for row, label in enumerate(table["label"]) if label]
    for row, place in zip(ends, spread([table["value"][row] for row in ends], top, LINE * top / RACE_HEIGHT), strict=True):
        table["place"][row] = place
    return table


def spread(places: Sequence[float], most: float, apart: float) -> list[float]:
    """The same places in the same order, moved as little as it takes to be `apart` from one another, between 0 and `most`."""
    order = sorted(range(len(places)), key=places.__getitem__)
    found = [0.0] * len(places)
    lowest = 0.0
    for index in order:
        found[index] = lowest = max(places[index], lowest)
        lowest += apart
    highest = most
    for index in reversed(order):
        found[index] = highest = min(found[index], highest)
        highest -= apart
    return found


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
    place = alt.Y("place:Q", scale=scale)
    dashes = alt.StrokeDash("curve:N", scale=alt.Scale(domain=list(names), range=[[1, 0], [6, 3], [2, 3]][: len(names)]), legend=None)
    base = alt.Chart()
    chart = alt.layer(
        base.mark_line(strokeWidth=2, interpolate="monotone").encode(x=across, y=up, color=colour, strokeDash=dashes),
        *([base.mark_point(size=24, filled=True, opacity=1).encode(x=across, y=up, color=colour)] if ticks else []),
        _names(base, stroke=palette.background, strokeWidth=4).encode(x=across, y=place, text="label:N"),
        _names(base).encode(x=across, y=place, color=colour, text="label:N"),
    ).properties(height=HEIGHT, background="transparent")
    return _without_data(chart.to_dict(validate=False))


def _without_data(spec: dict[str, Any]) -> dict[str, Any]:
    """Altair writes an empty table where it is given none; here the table comes with the page."""
    spec.pop("datasets", None)
    for part in (spec, *spec["layer"]):
        part.pop("data", None)
    return spec


def _names(base: alt.Chart, **halo: Any) -> alt.Chart:
    """The names of the curves, or the halo that keeps curves from striking them through."""
    left = "datum.side === 'left'"
    return base.mark_text(
        align=alt.expr(f"{left} ? 'right' : 'left'"), dx=alt.expr(f"{left} ? 0 : 6"),
        baseline="middle", fontSize=12, fontWeight=600, font=FONT, **halo,
    )  # fmt: skip


def named_rows(curves: Mapping[str, Sequence[Point]], steps: int, most: float = 0.0) -> dict[str, list[Any]]:
    """As `curve_rows`, and where each name stands: its height (`place`) and the `side` of its curve's end.

    The highest end has its name above, the others below; a name at step 0 belongs to a level and has that end for itself.
    `most`: the top of the axis, 0 for the largest value there is.
    """
    table = curve_rows(curves)
    if not table["step"] and not most:  # an axis all the same, so that the picture has its place from the start
        table = {"step": [0.0], "value": [EMPTY_TOP], "curve": [next(iter(curves))], "label": [""]}
    values = table["value"]
    top = most or max(values)
    apart = 1.35 * LINE * top / HEIGHT  # the axis below takes its part of the height
    table["side"] = ["left" if step >= 0.4 * steps else "right" for step in table["step"]]
    table["place"] = list(values)
    named = [row for row, label in enumerate(table["label"]) if label]
    ends = [row for row in named if table["step"][row] > 0]
    highest = max(ends, key=values.__getitem__, default=None)
    for row in named:
        under = values[row] - 0.6 * apart
        table["place"][row] = under if row != highest and under > 0.4 * apart else values[row] + 0.6 * apart
    for row, place in zip(ends, spread([table["place"][row] for row in ends], top, apart), strict=True):
        table["place"][row] = place
    return table


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

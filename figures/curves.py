"""Curves and dots, drawn by Altair: at most four curves, named at their ends, the chance level in grey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from figures.theme import FONT, TYPE_SCALE, Palette

HEIGHT = 220  # px


def entropy_dots(
    entropies: np.ndarray, even: float, title: str, words: Mapping[str, str], palette: Palette
) -> alt.LayerChart | alt.FacetChart:
    """Entropy in bits of every head [layers, heads]: a dot each, its number beside it; the grey line is evenly spread weight.

    `words`: layer, head, entropy, even.
    """
    layers, heads = entropies.shape
    dots = [
        {"layer": str(layer + 1), "head": str(head + 1), "entropy": round(float(entropies[layer, head]), 3)}
        for layer in range(layers)
        for head in range(heads)
    ]
    top = max(even, float(entropies.max())) * 1.12
    base = alt.Chart(
        alt.Data(values=dots), title=alt.Title(title, anchor="start", color=palette.text, fontSize=TYPE_SCALE["small"], font=FONT)
    ).encode(
        x=alt.X("layer:N", title=words["layer"], axis=_axis(palette, labelAngle=0)),
        xOffset=alt.XOffset("head:N"),
        y=alt.Y("entropy:Q", title=words["entropy"], scale=alt.Scale(domain=[0, top]), axis=_axis(palette, grid=True)),
        tooltip=[
            alt.Tooltip("layer:N", title=words["layer"]),
            alt.Tooltip("head:N", title=words["head"]),
            alt.Tooltip("entropy:Q", title=words["entropy"]),
        ],
    )
    level = alt.Chart(alt.Data(values=[{"even": even, "name": words["even"]}]))
    return alt.layer(
        level.mark_rule(color=palette.floor, strokeDash=[4, 3]).encode(y="even:Q"),
        level.mark_text(color=palette.muted, align="left", baseline="bottom", dy=-3, fontSize=11, font=FONT).encode(
            y="even:Q", text="name:N", x=alt.value(4)
        ),
        base.mark_circle(size=90, color=palette.query, opacity=1),
        base.mark_text(color=palette.text, dx=9, align="left", fontSize=11, font=FONT).encode(text="head:N"),
    ).properties(height=HEIGHT, background="transparent")


def likeness_curves(
    curves: Mapping[str, Sequence[float]], steps: Sequence[str], title: str, words: Mapping[str, str], palette: Palette, role: str
) -> alt.LayerChart | alt.FacetChart:
    """Cosines along the stream, one curve for each name, named at its end. `words`: step, cosine. At most four curves."""
    if len(curves) > 4:
        raise ValueError("at most four curves in one picture")
    points = [
        {"step": step, "cosine": round(value, 3), "curve": name}
        for name, values in curves.items()
        for step, value in zip(steps, values, strict=True)
    ]
    low = min(0.0, *(min(values) for values in curves.values())) - 0.2  # room for a name under the lowest end
    ticks = [tick for tick in (-1, -0.5, 0, 0.5, 1) if tick >= low]
    shades = [getattr(palette, role), palette.text, palette.value, palette.key][: len(curves)]
    encoding: dict[str, Any] = {
        "x": alt.X("step:N", sort=list(steps), title=words["step"], axis=_axis(palette, labelAngle=-35)),
        "y": alt.Y("cosine:Q", title=words["cosine"], scale=alt.Scale(domain=[low, 1.15]), axis=_axis(palette, grid=True, values=ticks)),
        "color": alt.Color("curve:N", scale=alt.Scale(domain=list(curves), range=shades), legend=None),
    }
    heading = alt.Title(title, anchor="start", color=palette.text, fontSize=TYPE_SCALE["small"], font=FONT)
    base = alt.Chart(alt.Data(values=points), title=heading)
    dashes = alt.StrokeDash("curve:N", scale=alt.Scale(domain=list(curves), range=[[1, 0], [6, 3], [2, 2], [8, 2, 2, 2]]), legend=None)
    return alt.layer(
        base.mark_line(strokeWidth=2).encode(**encoding, strokeDash=dashes),
        base.mark_point(size=40, filled=True, opacity=1).encode(**encoding, tooltip=["curve:N", "step:N", "cosine:Q"]),
        *_names_at_ends(curves, steps[-1], encoding),
    ).properties(height=HEIGHT, background="transparent")


def _names_at_ends(curves: Mapping[str, Sequence[float]], step: str, encoding: Mapping[str, Any]) -> list[alt.Chart]:
    """The name of the curve that ends highest stands over its end, the others under theirs, so that two never meet."""
    highest = max(curves, key=lambda name: curves[name][-1])
    return [
        alt.Chart(alt.Data(values=[{"step": step, "cosine": round(values[-1], 3), "curve": name}]))
        .mark_text(align="right", dy=-12 if name == highest else 14, dx=6, fontSize=12, fontWeight=600, font=FONT)
        .encode(**encoding, text="curve:N")
        for name, values in curves.items()
    ]


def _axis(palette: Palette, *, grid: bool = False, **options: Any) -> alt.Axis:
    return alt.Axis(
        grid=grid, gridColor=palette.line, domainColor=palette.line, tickColor=palette.line, tickCount=4,
        labelFont=FONT, titleFont=FONT, labelColor=palette.muted, titleColor=palette.muted, titleFontWeight="normal", **options,
    )  # fmt: skip

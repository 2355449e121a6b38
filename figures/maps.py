"""Still maps of vectors, as plain dictionaries for Plotly (a dictionary reaches the browser faster than a Figure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from figures.measures import plane
from figures.theme import FONT, TYPE_SCALE, Palette

HEIGHT = 420  # px


def stream_map(
    stream: Sequence[np.ndarray], labels: Sequence[str], words: Mapping[str, str], palette: Palette, role: str
) -> dict[str, Any]:
    """Every token's way through the layers, in the plane of largest spread of all the vectors [steps][n, d].

    A grey ring is where a token enters, the dot with its name where it leaves. `words`: first, second (each with `{share}`), start.
    """
    steps, count = len(stream), len(labels)
    places, shares = plane(np.concatenate(stream))
    ways = places.reshape(steps, count, 2).round(4)
    colour = getattr(palette, role)
    lines = [
        {
            "type": "scatter", "mode": "lines", "x": ways[:, token, 0].tolist(), "y": ways[:, token, 1].tolist(),
            "line": {"color": colour, "width": 1.5, "shape": "spline"}, "opacity": 0.35, "hoverinfo": "skip", "showlegend": False,
        }
        for token in range(count)
    ]  # fmt: skip
    entering = _dots(ways[0], labels, {"symbol": "circle-open", "size": 8, "color": palette.floor}, words["start"] + ": %{hovertext}")
    leaving = _dots(ways[-1], labels, {"size": 9, "color": colour}, "%{hovertext}")
    leaving |= {
        "mode": "markers+text",
        "text": _apart(ways[-1], leaving["hovertext"]),
        "textposition": "top center",
        "textfont": {"color": palette.text, "size": TYPE_SCALE["small"]},
    }
    return {"data": [*lines, entering, leaving], "layout": _layout(words, shares, palette)}


def _dots(places: np.ndarray, labels: Sequence[str], marker: dict[str, Any], hover: str) -> dict[str, Any]:
    texts = [label.replace("<", "\u2039").replace(">", "\u203a") for label in labels]  # Plotly would take them for markup
    return {
        "type": "scatter", "mode": "markers", "x": places[:, 0].tolist(), "y": places[:, 1].tolist(), "hovertext": texts,
        "marker": marker, "hovertemplate": hover + "<extra></extra>", "showlegend": False,
    }  # fmt: skip


def _apart(places: np.ndarray, texts: Sequence[str]) -> list[str]:
    """The texts, empty where a name would run into one already written; hovering still tells every token."""
    room = float(np.ptp(places, axis=0).max()) * np.array([0.09, 0.05])
    written: list[int] = []
    for token, place in enumerate(places):
        if not any(np.all(np.abs(place - places[other]) < room) for other in written):
            written.append(token)
    return [text if token in written else "" for token, text in enumerate(texts)]


def _layout(words: Mapping[str, str], shares: np.ndarray, palette: Palette) -> dict[str, Any]:
    def axis(title: str, share: float) -> dict[str, Any]:
        return {
            "title": {"text": title.format(share=round(100 * share)), "font": {"color": palette.muted, "size": TYPE_SCALE["small"]}},
            "type": "linear", "showticklabels": False, "gridcolor": palette.line, "zerolinecolor": palette.line,
        }  # fmt: skip

    return {
        "height": HEIGHT, "font": {"family": FONT}, "margin": {"l": 40, "r": 16, "t": 16, "b": 40}, "dragmode": False,
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": axis(words["first"], float(shares[0])),
        "yaxis": axis(words["second"], float(shares[1])) | {"scaleanchor": "x"},
    }  # fmt: skip

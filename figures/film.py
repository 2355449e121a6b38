"""The film of one training, or of several side by side: the weights of every head at every moment that was kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from figures.payload import TOKENS, Tokens, pack
from figures.theme import PALETTES

KINDS = ("cross", "encoder", "decoder")


@dataclass(frozen=True)
class Film:
    """One training: `weights` by kind, uint8 [moments, layers, heads, n, m] (255 is 1), at the `steps` of those moments.

    A decoder alone has but one kind.
    `masked`: its decoder may not read later words. `note` stands beside the name, where something befell it.
    """

    name: str
    steps: tuple[int, ...]
    weights: Mapping[str, np.ndarray]
    masked: bool = True
    note: str = ""


def as_bytes(weights: np.ndarray) -> np.ndarray:
    """Weights from 0 to 1 as uint8: a picture needs no more, and a film has many. What is not a number becomes 0."""
    return np.round(255 * np.clip(np.nan_to_num(weights), 0, 1)).astype(np.uint8)


def film_payload(
    films: Sequence[Film], source: Tokens, fed: Tokens, produced: Tokens, words: Mapping[str, str], of: int, live: bool = False
) -> bytes:
    """All films have the same kinds of attention and the same tokens on their axes. `of` is the last step there will be; `live` asks
    for the newest moment.
    """
    kinds = [kind for kind in KINDS if kind in films[0].weights]
    if max(len(source.pieces), len(fed.pieces)) > TOKENS:
        raise ValueError(f"a film shows at most {TOKENS} tokens a side")
    header = {
        "films": [{"name": film.name, "steps": list(film.steps), "masked": film.masked, "note": film.note} for film in films],
        "steps": sorted({step for film in films for step in film.steps}),
        "kinds": kinds,
        "tokens": {"source": source.as_list(), "fed": fed.as_list(), "produced": produced.as_list()},
        "of": of,
        "live": live,
        "palettes": {name: palette.as_dict() for name, palette in PALETTES.items()},
        "words": dict(words),
    }
    return pack(header, {f"{number}.{kind}": film.weights[kind] for number, film in enumerate(films) for kind in kinds})

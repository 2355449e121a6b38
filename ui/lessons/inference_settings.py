"""What the searches of lesson 15 are set to, and the names of what is shipped. Plain values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from model.config import PADDING, START, UNKNOWN

NEVER = (PADDING, START, UNKNOWN)  # as model/decoding.py, which needs torch
WIDTHS = (1, 2, 3, 4, 6, 8)
PAPER_WIDTH, PAPER_ALPHA = 4, 0.6


@dataclass(frozen=True)
class BeamSettings:
    """The paper's values unless said (section 6.1)."""

    width: int = PAPER_WIDTH
    alpha: float = PAPER_ALPHA
    kind: Literal["wu", "power"] = "wu"


@dataclass(frozen=True)
class Strategy:
    """Greedy where neither a beam nor a temperature is given."""

    name: str
    beam: int = 0
    alpha: float = PAPER_ALPHA
    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0


STRATEGIES = (
    Strategy("greedy"),
    Strategy("beam", beam=4),
    Strategy("wide", beam=8),
    Strategy("plain", beam=8, alpha=0.0),
    Strategy("sample", temperature=1.0),
    Strategy("cool", temperature=0.5),
    Strategy("top_k", temperature=1.0, top_k=3),
    Strategy("top_p", temperature=1.0, top_p=0.9),
)
COUNTED = {f"{width}.{alpha:g}": (width, alpha) for width, alpha in ((2, 0.6), (4, 0.0), (4, 0.6), (8, 0.0), (8, 0.6))}
USUAL = f"{PAPER_WIDTH}.{PAPER_ALPHA:g}"


def key_of(moment: int | None, source: str) -> str:
    """The name of what is shipped for a moment and a sentence."""
    return f"{'now' if moment is None else moment}.{hashlib.sha256(source.encode()).hexdigest()[:8]}"

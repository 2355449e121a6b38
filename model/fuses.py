"""Fuses: the fewest heads whose silence turns *il* into *elle*. Every level is solved here before anybody is asked to.

All sets of heads are tried, the small ones first, each with a whole translation of the model's own, so the par of a level is the
least there is and not merely a way that somebody found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from model import limits
from model.ablation import heads_of, silencing
from model.corpora.grammar import recognize
from model.decoding import longest_translations, outcome
from model.interventions import NOTHING, Head, Interventions
from model.pronouns import is_turned, ordinal_of
from model.saved import SavedModel
from model.scorer import pad, scorer_for
from model.searches import greedy


@dataclass(frozen=True)
class Level:
    """A sentence, what the whole model writes, and every set of `par` heads that turns its pronoun; no smaller one does."""

    source: str
    translation: str
    ordinal: int
    par: int
    solutions: tuple[tuple[Head, ...], ...]


def translations(saved: SavedModel, sources: Sequence[str], interventions: Interventions = NOTHING) -> list[str]:
    """Greedy translations of several sentences in one batch."""
    rows = [saved.tokenizer.encode(source).ids for source in sources]
    longest = longest_translations(map(len, rows), saved.config)
    found = outcome(greedy(scorer_for(saved.translator, pad(rows), interventions), longest))
    return [saved.tokenizer.decode(hypothesis.words) for hypothesis in found]


def solve(saved: SavedModel, sources: Sequence[str], largest: int = 3) -> list[Level]:
    """The levels among these sentences that have a solution of at most `largest` heads, easiest first."""
    before = dict(zip(sources, translations(saved, sources), strict=True))
    ordinals = {source: _ordinal(source) for source in sources}
    open_, levels = list(sources), []
    for size in range(1, largest + 1):
        found: dict[str, list[tuple[Head, ...]]] = {source: [] for source in open_}
        for heads in _sets(heads_of(saved.config), size) if open_ else ():
            after = translations(saved, open_, silencing(heads))
            for source, text in zip(open_, after, strict=True):
                if is_turned(before[source], text, ordinals[source]):
                    found[source].append(heads)
        levels += [Level(source, before[source], ordinals[source], size, tuple(sets)) for source, sets in found.items() if sets]
        open_ = [source for source in open_ if not found[source]]
    return sorted(levels, key=lambda level: (level.par, -len(level.solutions)))


def _sets(heads: Sequence[Head], size: int) -> Iterator[tuple[Head, ...]]:
    """Every set of that size, none at all where there are too many to try."""
    sets: Iterable[tuple[Head, ...]] = combinations(heads, size) if comb(len(heads), size) <= limits.SETS_OF_HEADS else ()
    yield from sets


def _ordinal(source: str) -> int:
    pair = recognize(source)
    if pair is None or pair.gold is None or pair.gold.referent is None:
        raise ValueError(f"no pronoun with a known referent: {source}")
    return ordinal_of(pair.gold)

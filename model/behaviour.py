"""What heads do, counted: how much of its weight a head puts on the previous word, on a verb's subject, on a pronoun's referent.

For each behaviour a matrix [n, m] marks the keys a query would have to read; a row counts where at least one key is marked. The count
of a head is the mean over these rows of the weight on marked keys. `chance` is the same for a head that looks at all keys alike.
Decoder rows are named by the word *produced*; its own keys are the words *fed in*. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.corpora import Gold, Word
from model.reading import Reading

BEHAVIOURS = ("previous", "next", "same", "first", "end", "subject", "referent", "rival", "part_of_speech")
SUBSTANTIVE = frozenset({"noun", "name", "verb", "adjective"})  # parts of speech whose readers are looked for


@dataclass(frozen=True)
class Places:
    """Where each word of a sentence stands among the pieces: `of[piece]` is its word or -1, `pieces(word)` the way back."""

    of: tuple[int, ...]
    words: tuple[Word, ...]

    def pieces(self, word: int) -> list[int]:
        return [piece for piece, owner in enumerate(self.of) if owner == word]


def places(spans: Sequence[tuple[int, int]], words: Sequence[Word]) -> Places:
    """Pieces belong to the word they share characters with."""
    found = [next((k for k, word in enumerate(words) if max(start, word.start) < min(end, word.end)), -1) for start, end in spans]
    return Places(tuple(found), tuple(words))


def marks(reading: Reading, gold: Gold, attention: str) -> dict[str, np.ndarray]:
    """Behaviour -> bool [n, m] for one attention; behaviours that cannot be there (a later word in the decoder) are left out."""
    source, target = places(reading.source_spans, gold.source_words), places(reading.target_spans, gold.target_words)
    if attention.startswith("encoder"):
        return _in_encoder(source, gold)
    return _in_cross(source, target, gold) if attention.endswith("cross") else _in_decoder(target, gold)


def _in_encoder(source: Places, gold: Gold) -> dict[str, np.ndarray]:
    """Rows and columns are the source. First and last word count only where they are neither the word itself nor its neighbour."""
    n = len(source.of)
    offset = np.arange(n)[None, :] - np.arange(n)[:, None]
    column = np.arange(n)[None, :]
    found = {
        "previous": offset == -1,
        "next": offset == 1,
        "same": offset == 0,
        "first": (column == 0) & (offset < -1),
        "end": (column == n - 1) & (offset > 1),
        "subject": _links(source, source, gold.source_subjects, n),
        "part_of_speech": _same_part_of_speech(source, source) & (offset != 0),
    }
    if gold.referent:
        it = gold.referent.source_pronoun
        found["referent"] = _links(source, source, [(it, gold.referent.source_noun)], n)
        found["rival"] = _links(source, source, [(it, gold.referent.source_rival)], n)
    return found


def _in_decoder(target: Places, gold: Gold) -> dict[str, np.ndarray]:
    """Row i writes target word i; column j was fed word j - 1, column 0 the start token. What is later cannot be read."""
    n = len(target.of)
    fed = Places((-1, *target.of[:-1]), target.words)
    row, column = np.arange(n)[:, None], np.arange(n)[None, :]
    words = row < n - (target.of[-1] < 0)  # the row that writes the end token writes no word
    found = {
        "previous": (column == row) & words,
        "first": (column == 0) & (row > 0) & words,
        "subject": _links(target, fed, gold.target_subjects, n),
        "part_of_speech": _same_part_of_speech(target, fed),
    }
    if gold.referent:
        pronoun = gold.referent.target_pronoun
        found["referent"] = _links(target, fed, [(pronoun, gold.referent.target_noun)], n)
        found["rival"] = _links(target, fed, [(pronoun, gold.referent.target_rival)], n)
    return {name: mark & (column <= row) for name, mark in found.items()}


def _in_cross(source: Places, target: Places, gold: Gold) -> dict[str, np.ndarray]:
    """Rows write target words, columns are the source. *Same* is the word that is being translated, by the gold alignment."""
    m = len(source.of)
    same = _links(target, source, [(french, english) for english, french in gold.alignment], m)
    has = np.asarray(same.any(axis=1))[:, None]
    first, last = same.argmax(axis=1)[:, None], m - 1 - same[:, ::-1].argmax(axis=1)[:, None]
    column = np.arange(m)[None, :]
    word = np.array([owner >= 0 for owner in target.of])[:, None]
    english = {french: source_word for source_word, french in gold.alignment}
    subjects = [(verb, english[subject]) for verb, subject in gold.target_subjects if subject in english]
    found = {
        "previous": (column == first - 1) & has,
        "next": (column == last + 1) & has,
        "same": same,
        "first": (column == 0) & word & ~same,
        "end": (column == m - 1) & word & ~same,
        "subject": _links(target, source, subjects, m),
        "part_of_speech": _same_part_of_speech(target, source),
    }
    if gold.referent:
        pronoun = gold.referent.target_pronoun
        found["referent"] = _links(target, source, [(pronoun, gold.referent.source_noun)], m)
        found["rival"] = _links(target, source, [(pronoun, gold.referent.source_rival)], m)
    return found


def _links(rows: Places, columns: Places, links: Iterable[tuple[int, int]], width: int) -> np.ndarray:
    """All pieces of a row's word against all pieces of the word it is linked to."""
    found = np.zeros((len(rows.of), width), dtype=bool)
    for row_word, column_word in links:
        found[np.ix_(rows.pieces(row_word), columns.pieces(column_word))] = True
    return found


def _same_part_of_speech(rows: Places, columns: Places) -> np.ndarray:
    def parts(side: Places) -> np.ndarray:
        return np.array([side.words[owner].part_of_speech if owner >= 0 else "" for owner in side.of])

    row, column = parts(rows)[:, None], parts(columns)[None, :]
    return (row == column) & np.isin(row, sorted(SUBSTANTIVE))


# Counting


@dataclass
class Tally:
    """Sums over the rows of many sentences for one attention; the last of `sums` is the head that looks everywhere alike."""

    sums: dict[str, np.ndarray]
    rows: dict[str, int]

    def add(self, name: str, values: np.ndarray) -> None:
        """`values` [heads + 1, rows]."""
        self.sums[name] = self.sums.get(name, np.zeros(len(values))) + values.sum(axis=1)
        self.rows[name] = self.rows.get(name, 0) + values.shape[1]

    def mean(self, name: str) -> np.ndarray:
        """[heads + 1]; not a number where nothing was counted."""
        rows = self.rows.get(name, 0)
        return self.sums[name] / rows if rows else np.full(len(next(iter(self.sums.values()))), np.nan)


def count(tallies: Mapping[str, Tally], reading: Reading, gold: Gold) -> None:
    """Add one sentence, its target forced to the gold's, to the tallies of every attention."""
    for attention, tally in tallies.items():
        allowed = np.broadcast_to(reading.arrays[f"{attention}.allowed"], reading.arrays[f"{attention}.weights"].shape[1:])
        weights = np.concatenate([reading.arrays[f"{attention}.weights"], (allowed / allowed.sum(axis=1, keepdims=True))[None]])
        for name, mark in marks(reading, gold, attention).items():
            rows = mark.any(axis=1)
            if rows.any():
                tally.add(name, (weights * mark).sum(axis=2)[:, rows])
        choice = allowed.sum(axis=1) > 1  # a row with one key has no choice
        if choice.any():
            tally.add("entropy", bits(weights)[:, choice])


def bits(weights: np.ndarray) -> np.ndarray:
    """Entropy of each row in bits: [..., n, m] -> [..., n]."""
    safe = np.where(weights > 0, weights, 1.0)
    return np.asarray(-(weights * np.log2(safe)).sum(axis=-1))


def counted(pairs: Iterable[tuple[Reading, Gold]], attentions: Sequence[str]) -> dict[str, Tally]:
    tallies = {name: Tally({}, {}) for name in attentions}
    for reading, gold in pairs:
        count(tallies, reading, gold)
    return tallies

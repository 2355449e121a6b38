"""The pictures of lesson 6. Registered once, at import; payloads from figures/tokens.py; nothing of them goes back to the server."""

from __future__ import annotations

from ui.components.registry import component

_SHARED = ("dom", "colour", "tokens", "geometry", "table", "tokens_boxes")
_CUTS = component("lab_token_cuts", "createCuts", *_SHARED, "tokens_cuts", styles=("tokens",))
_MERGES = component("lab_token_merges", "createMerges", *_SHARED, "tokens_merges", styles=("tokens",))
_LATTICE = component("lab_token_lattice", "createLattice", *_SHARED, "tokens_lattice", styles=("tokens",))
_ROWS = component("lab_token_rows", "createRows", *_SHARED, "tokens_rows", styles=("tokens",))
_MAP = component("lab_token_map", "createMap", *_SHARED, "tokens_map", styles=("tokens",))


def cuts(payload: bytes, key: str) -> None:
    """Four tokenizers side by side on one sentence, with the size of the vocabulary as a slider."""
    _CUTS(key=key, data=payload)


def merges(payload: bytes, key: str) -> None:
    """Byte-pair's merges, one by one."""
    _MERGES(key=key, data=payload)


def lattice(payload: bytes, key: str) -> None:
    """Unigram's lattice of a word, its best path, and what pruning leaves of it."""
    _LATTICE(key=key, data=payload)


def rows(payload: bytes, key: str) -> None:
    """The sentence's rows picked out of the matrix of the vocabulary."""
    _ROWS(key=key, data=payload)


def vocabulary_map(payload: bytes, key: str) -> None:
    """The vocabulary from chance to the end of training, with the neighbours of a word."""
    _MAP(key=key, data=payload)

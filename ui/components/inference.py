"""The pictures of lesson 15: steps of decoding, a draw, the tree of a beam, the cache; and a table of plain texts.

Built from the same parts as the other pictures (ui/components/parts). Nothing in them speaks to the server.
"""

from __future__ import annotations

from typing import Any

from ui.components.registry import component

_SHARED = ("dom", "colour", "tokens", "table", "inference_parts")
_STEPS = component("lab_inference_steps", "createSteps", *_SHARED, "inference_steps", styles=("inference",))
_DRAW = component("lab_inference_draw", "createDraw", *_SHARED, "inference_draw", styles=("inference",))
_TREE = component("lab_inference_tree", "createTree", *_SHARED, "inference_tree", styles=("inference",))
_CACHE = component("lab_inference_cache", "createCache", *_SHARED, "inference_cache", styles=("inference",))
_TABLE = component("lab_inference_table", "createTextTable", *_SHARED, "inference_table", styles=("inference",))


def steps(payload: bytes, key: str) -> None:
    """Encoder once, then token by token. `payload` from `figures.inference.steps_payload`."""
    _STEPS(key=key, data=payload)


def draw(payload: bytes, key: str) -> None:
    """Temperature, top-k, top-p and a seeded draw at one step. The same payload as `steps`."""
    _DRAW(key=key, data=payload)


def tree(payload: bytes, key: str) -> None:
    """A beam as a tree. `payload` from `figures.inference.tree_payload`."""
    _TREE(key=key, data=payload)


def cache(payload: bytes, key: str) -> None:
    """Two growing triangles. `payload` from `figures.inference.cache_payload`."""
    _CACHE(key=key, data=payload)


def table(data: dict[str, Any], key: str) -> None:
    """Plain texts in rows. `data` from `figures.inference.table_payload`."""
    _TABLE(key=key, data=data)

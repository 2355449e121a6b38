"""The components of the self-attention lesson, registered once. Payloads from `figures.attention`."""

from __future__ import annotations

from ui.components.registry import component

_SHARED = ("dom", "colour", "cells", "tokens", "spell", "table")
_OF_HEAD = (*_SHARED, "heads", "attention_head", "attention_geometry")
_STYLES = ("attention", "attention_more")
_HEAD = component(
    "lab_attention", "createAttention", *_SHARED, "numbers", "heads", "attention_head", "attention_geometry", "attention_draw",
    "attention_paint", "attention_flow", "attention_tell", "attention_open", "attention_lookup", "attention", styles=_STYLES,
)  # fmt: skip
_SCALING = component("lab_attention_scaling", "createScaling", *_SHARED, "attention_scaling", styles=_STYLES)
_SHUFFLE = component("lab_attention_shuffle", "createShuffle", *_OF_HEAD, "attention_shuffle", styles=_STYLES)


def head(payload: bytes, key: str) -> None:
    """One head, step by step, of three words and of the learner's sentence. `payload` from `figures.attention.attention_payload`."""
    _HEAD(key=key, data=payload)


def scaling(payload: bytes, key: str) -> None:
    """Three curves over d_k with one cursor. `payload` from `figures.attention_scaling.scaling_payload`."""
    _SCALING(key=key, data=payload)


def shuffle(payload: bytes, key: str) -> None:
    """Words to drag into another order. `payload` from `figures.attention.shuffle_payload`."""
    _SHUFFLE(key=key, data=payload)

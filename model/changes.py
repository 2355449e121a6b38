"""What a change of one word of the decoder's input changes, as arrays. Computed by `model.causality`; knows no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Changes:
    """What happens to n rows when one input is changed, for c changes; with the mask and with it removed now.

    `positions` [c] says which input (never the start token), `pieces` what stands there instead. `masked` and `unmasked` [c, n]
    are the largest difference of any of a row's d_model numbers at the end of the decoder, to the row of the unchanged input.
    `labels_masked` and `labels_unmasked` [n] are the probabilities of the labels, unchanged. `unmasked_translation` is what the
    model writes on its own with its mask removed.
    """

    positions: np.ndarray
    pieces: tuple[str, ...]
    masked: np.ndarray
    unmasked: np.ndarray
    labels_masked: np.ndarray
    labels_unmasked: np.ndarray
    unmasked_translation: str


ARRAYS = ("positions", "masked", "unmasked", "labels_masked", "labels_unmasked")

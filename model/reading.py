"""A reading: what one pass saw, as arrays that never travel without the names of their rows and columns. Knows no torch.

The only bridge from the model to figures. Made by `model.read`, kept in `.npz` files (no pickle) for first views and downloads.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.config import ModelConfig
from model.errors import LabError

KINDS = ("encoder.self", "decoder.self", "decoder.cross")


@dataclass(frozen=True)
class Labelled:
    """A matrix and the names of its axes: rows are queries (or tokens), columns are keys (or dimensions)."""

    values: np.ndarray
    rows: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """One sentence through one model.

    `arrays` go by the public names of a trace (batch of one squeezed). `target_in` is the piece fed in at each decoder row
    (start first), `target_out` the piece produced there (the forced one for a forced target). `source_spans` are characters of
    `source` for each piece, `target_spans` of `target` for each `target_out` (the end token has an empty span at the end).
    `log_probability` is the natural logarithm of the probability of `target_out` given `source`.
    """

    arrays: Mapping[str, np.ndarray]
    source: str
    target: str
    forced: bool
    finished: bool
    source_pieces: tuple[str, ...]
    source_spans: tuple[tuple[int, int], ...]
    target_in: tuple[str, ...]
    target_out: tuple[str, ...]
    target_spans: tuple[tuple[int, int], ...]
    log_probability: float
    config: ModelConfig
    model_sha256: str

    def attention_names(self, kind: str) -> tuple[str, ...]:
        """Names of the attentions of a kind, first layer first: `encoder.self` → (`encoder.0.self`, ...)."""
        if kind not in KINDS:
            raise LabError(
                "unknown_attention",
                "There is no attention {value}; the kinds are {known}.",
                "attention",
                value=repr(kind),
                known=", ".join(KINDS),
            )
        side, part = kind.split(".")
        names = (f"{side}.{layer}.{part}" for layer in range(self.config.layers))
        return tuple(name for name in names if f"{name}.weights" in self.arrays)

    def axes(self, attention: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Row and column labels of an attention's matrices. Decoder rows carry the piece *produced*, its keys the piece *fed in*."""
        side, _, part = attention.split(".")
        if side == "encoder":
            return self.source_pieces, self.source_pieces
        return self.target_out, self.source_pieces if part == "cross" else self.target_in

    def matrix(self, attention: str, what: str, head: int) -> Labelled:
        """`what` is products, scores or weights of one head [n, m]."""
        rows, columns = self.axes(attention)
        return Labelled(self.arrays[f"{attention}.{what}"][head], rows, columns)

    def allowed(self, attention: str) -> Labelled:
        """Which key each query may see, bool [n, m]."""
        rows, columns = self.axes(attention)
        return Labelled(self.arrays[f"{attention}.allowed"], rows, columns)

    def stream(self, side: str) -> dict[str, Labelled]:
        """The residual vectors of `encoder` or `decoder` after each step of each layer [n, d_model], in order."""
        rows = self.source_pieces if side == "encoder" else self.target_out
        columns = tuple(str(number) for number in range(self.config.d_model))
        steps = [f"{side}.input"]
        for layer in range(self.config.layers):
            steps += [f"{side}.{layer}.{step}" for step in ("after_self", "after_cross", "after_feed_forward")]
        return {name: Labelled(self.arrays[name], rows, columns) for name in steps if name in self.arrays}

    def to_npz(self) -> bytes:
        """Every array under its name, the pieces as `source.pieces` and `target.pieces`, the rest as JSON in `reading`."""
        about = {
            "source": self.source, "target": self.target, "forced": self.forced, "finished": self.finished,
            "source_spans": self.source_spans, "target_spans": self.target_spans, "log_probability": self.log_probability,
            "config": self.config.as_dict(), "model_sha256": self.model_sha256,
        }  # fmt: skip
        texts = {"source.pieces": self.source_pieces, "target.pieces": self.target_in, "target.produced": self.target_out}
        strings = {name: np.array(pieces, dtype=np.str_) for name, pieces in texts.items()}
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **self.arrays, **strings, reading=np.array(json.dumps(about)))
        return file.getvalue()

    @classmethod
    def from_npz(cls, data: bytes) -> Reading:
        """The inverse of `to_npz`, for files this project wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            values = {name: file[name] for name in file.files}
        about: dict[str, Any] = json.loads(str(values.pop("reading")))
        texts = {name: tuple(map(str, values.pop(name))) for name in ("source.pieces", "target.pieces", "target.produced")}
        spans: dict[str, Any] = {name: tuple((start, end) for start, end in about.pop(name)) for name in ("source_spans", "target_spans")}
        return cls(
            arrays=values, source_pieces=texts["source.pieces"], target_in=texts["target.pieces"], target_out=texts["target.produced"],
            config=ModelConfig.from_dict(about.pop("config")), **spans, **about,
        )  # fmt: skip

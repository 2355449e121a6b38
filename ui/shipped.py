"""What was measured with a shipped model beforehand, by `python -m ui.first`: counts over a corpus, films of trainings. Knows no torch."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ui import first


@dataclass(frozen=True)
class Facts:
    """Measured arrays by name, read-only, and what JSON holds of it. Shared by all visitors: never changed."""

    arrays: Mapping[str, np.ndarray]
    about: dict[str, Any]


def shipped(name: str, model: str) -> Facts | None:
    """What is shipped under that name for a model; None where there is none, or where it was measured with another model."""
    path = first.measured_file(model, name)
    if path.parent != first.FIRST or not path.is_file() or not (first.MODELS / model).is_dir():
        return None
    facts = _read(path, path.stat().st_mtime_ns)
    return facts if facts.about.get("model_sha256") == first.sha256_of(model) else None


@lru_cache(maxsize=64)
def _read(path: Path, written_at: int) -> Facts:
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    for values in arrays.values():
        values.setflags(write=False)
    return Facts(arrays, json.loads(str(arrays.pop("about"))))

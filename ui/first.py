"""The shipped first readings: `python -m ui.first [MODEL]` computes them anew and writes `assets/first/`.

Each is stamped with the SHA-256 of the parameters it was computed with, so that a reading of another model is never shown.
Reading them needs no torch.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path

from model.reading import Reading
from ui import sentences

ASSETS = Path(__file__).parents[1] / "assets"
MODELS, FIRST = ASSETS / "models", ASSETS / "first"
SOURCES = tuple(sentences.RIDDLE.values())


def file_of(model: str, source: str) -> Path:
    return FIRST / f"{model}-{hashlib.sha256(source.encode()).hexdigest()[:12]}.npz"


@cache
def sha256_of(model: str) -> str:
    """The stamp of a shipped model's parameters."""
    return hashlib.sha256((MODELS / model / "model.safetensors").read_bytes()).hexdigest()


def load(model: str, source: str) -> Reading | None:
    """The shipped reading of a sentence; None where there is none, or where it is another model's."""
    path = file_of(model, source)
    if not path.is_file():
        return None
    reading = Reading.from_npz(path.read_bytes())
    return reading if reading.model_sha256 == sha256_of(model) else None


def write(model: str) -> list[Path]:
    """Compute and write the readings of a model's first sentences; its old ones go."""
    from model.read import read
    from model.saved import find_model, load_model

    saved = load_model(find_model(model))
    FIRST.mkdir(parents=True, exist_ok=True)
    for old in FIRST.glob(f"{model}-*.npz"):
        old.unlink()
    written = [file_of(model, source) for source in SOURCES]
    for path, source in zip(written, SOURCES, strict=True):
        path.write_bytes(read(saved, source).to_npz())
    return written


if __name__ == "__main__":
    for path in write(sys.argv[1] if len(sys.argv) > 1 else "toy"):
        print(f"{path.relative_to(ASSETS.parent)}  {path.stat().st_size:,} bytes")

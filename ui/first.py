"""What is shipped with a model: `python -m ui.first [MODEL] [NAME] [--run FOLDER]` computes it anew and writes `assets/first/`.

The first readings (NAME `readings`), and what lessons show that was counted over a corpus or came out of a training: each
under its name in `MEASURED`; those of `TRAININGS` train the toy's shape anew and are shipped with it alone. Every file is
stamped with the SHA-256 of the parameters it was computed with, so that what belongs to another model is never shown.
Reading them needs no torch (`ui.shipped` for the measured ones). With the folder of the run a model comes from, `film` too is
written: the maps of its examples at moments of the training (ui/inspect_film.py).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model.reading import Reading
from ui import sentences

if TYPE_CHECKING:
    from model.saved import SavedModel

ASSETS = Path(__file__).parents[1] / "assets"
MODELS, FIRST = ASSETS / "models", ASSETS / "first"
DEFAULT = "captions"  # the model of a stage nobody has set
SOURCES = tuple(sentences.RIDDLE.values())
READINGS, FILM = "readings", "film"

# Name -> "module:function" of what is measured with (saved: SavedModel) -> (arrays, facts that JSON can hold).
MEASURED: dict[str, str] = {
    "order": "model.order:measure",
    "order-trained": "model.order_trained:measure",
    "heads": "model.head_facts:measure",
    "heads_film": "model.head_film:measure",
    "tokens": "ui.lessons.tokens_facts:measured",
    "mask-changes": "ui.lessons.masks_changes:measured",
    "leak-translation-masked": "model.leak:translation_masked",
    "leak-translation-open": "model.leak:translation_open",
    "leak-stories-masked": "model.leak:stories_masked",
    "leak-stories-open": "model.leak:stories_open",
    "inference": "ui.lessons.inference_facts:measured",
}
TRAININGS = (
    "order-trained", "heads_film",
    "leak-translation-masked", "leak-translation-open", "leak-stories-masked", "leak-stories-open",
)  # fmt: skip


def names_of(model: str) -> tuple[str, ...]:
    """What is measured with a model."""
    return tuple(name for name in MEASURED if model == "toy" or name not in TRAININGS)


def file_of(model: str, source: str) -> Path:
    return FIRST / f"{model}-{hashlib.sha256(source.encode()).hexdigest()[:12]}.npz"


def measured_file(model: str, name: str) -> Path:
    return FIRST / f"{model}-{name}.npz"


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


def write(model: str, name: str | None = None, run: Path | None = None) -> Iterator[Path]:
    """Compute and write what is shipped with a model, all of it or what has that name; says each file when it is written."""
    from model.saved import find_model, load_model

    known = (READINGS, *names_of(model), *((FILM,) if run else ()))
    if name is not None and name not in known:
        raise SystemExit(f"Nothing is measured with {model} under {name!r}; there are {', '.join(known)}.")
    saved = load_model(find_model(model))
    FIRST.mkdir(parents=True, exist_ok=True)
    if name in (None, READINGS):
        yield from write_readings(model, saved)
    for measured in names_of(model):
        if name in (None, measured):
            yield write_measured(model, measured, saved)
    if run is not None and name in (None, FILM):
        from ui.inspect_film import measured as film

        yield _write(model, FILM, saved, *film(saved, run))


def write_readings(model: str, saved: SavedModel) -> Iterator[Path]:
    """The readings of the first sentences; a model's old ones go."""
    from model.read import read

    for old in FIRST.glob(f"{model}-*.npz"):
        if re.fullmatch(r"[0-9a-f]{12}", old.stem.removeprefix(f"{model}-")):
            old.unlink()
    for source in SOURCES:
        path = file_of(model, source)
        path.write_bytes(read(saved, source).to_npz())
        yield path


def write_measured(model: str, name: str, saved: SavedModel) -> Path:
    module, _, function = MEASURED[name].partition(":")
    return _write(model, name, saved, *getattr(importlib.import_module(module), function)(saved))


def _write(model: str, name: str, saved: SavedModel, arrays: dict[str, np.ndarray], about: dict[str, Any]) -> Path:
    path = measured_file(model, name)
    path.write_bytes(packed(arrays, {**about, "model_sha256": saved.sha256}))
    return path


def packed(arrays: dict[str, np.ndarray], about: dict[str, Any]) -> bytes:
    """Arrays and facts as NPZ, the facts as JSON in `about`; no pickle."""
    if "about" in arrays or any(values.dtype == object for values in arrays.values()):
        raise ValueError("arrays of plain numbers or strings, none of them named about")
    file = io.BytesIO()
    written: dict[str, Any] = {**arrays, "about": np.array(json.dumps(about, ensure_ascii=False, allow_nan=False))}
    np.savez_compressed(file, allow_pickle=False, **written)
    return file.getvalue()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m ui.first", description="Write what is shipped with a model.")
    parser.add_argument("model", nargs="?", default=DEFAULT)
    parser.add_argument("name", nargs="?", help="what alone is to be written; without it everything")
    parser.add_argument("--run", type=Path, help="the folder of the run the model comes from, for the film of its examples")
    asked = parser.parse_args()
    for path in write(asked.model, asked.name, asked.run):
        print(f"{path.relative_to(ASSETS.parent)}  {path.stat().st_size:,} bytes", flush=True)

"""What visitors bring: their own text, kept until a run copies it, and models, which must pass a check first. Knows no torch."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.folders import discard, new_id
from lab.spec import CorpusSource, clean_name
from model import limits
from model.errors import LabError
from model.files import write_whole

NAMES = {"pairs": ("pairs.tsv",), "aligned": ("source.txt", "target.txt")}  # of the files of a visitor's text
MODEL_FILES = {  # name -> most bytes
    "config.json": 2**20, "card.json": 2**20, "tokenizer.json": 8 * 2**20, "tokenizer.model": 8 * 2**20,
    "model.safetensors": limits.MODEL_BYTES,
}  # fmt: skip
KEPT_SECONDS, KEPT_EACH = 7 * 24 * 3600.0, 4  # of texts that wait for a run: how long, and how many of one visitor


def keep_text(uploads: Path, visitor: str, name: str, files: Sequence[bytes]) -> CorpusSource:
    """One table of pairs, or source and target. What is in them is checked when they are read (`preview`, or the run)."""
    kind = "pairs" if len(files) == 1 else "aligned"
    for data in files:
        if len(data) > limits.UPLOAD_BYTES:
            raise LabError(
                "upload_bytes", "The file has more than {limit} bytes, the most that is allowed.", kind, limit=limits.UPLOAD_BYTES
            )
    _make_room(uploads, visitor)
    upload = f"{visitor}-{new_id()}"
    folder = uploads / upload
    folder.mkdir(parents=True)
    for file, data in zip(NAMES[kind], files, strict=True):
        write_whole(folder / file, data)
    return CorpusSource(kind=kind, name=clean_name(name), upload=upload)  # type: ignore[arg-type]


def _make_room(uploads: Path, visitor: str) -> None:
    """The visitor's latest texts stay; a run has a copy of its own."""
    own = sorted(uploads.glob(f"{visitor}-*"), key=lambda folder: folder.stat().st_mtime)
    for folder in own[: max(0, len(own) - KEPT_EACH + 1)]:
        shutil.rmtree(folder, ignore_errors=True)


def folder_of(uploads: Path, visitor: str, source: CorpusSource) -> Path:
    """Where a kept text lies, for the visitor who brought it."""
    folder = uploads / source.upload
    if not source.upload.startswith(f"{visitor}-") or os.sep in source.upload or not folder.is_dir():
        raise LabError("unknown_upload", "This text is no longer here; upload it again.", "corpus")
    return folder


def copy_text(uploads: Path, visitor: str, source: CorpusSource, run: Path) -> None:
    """Into the folder of a run, which then needs nothing from outside."""
    target = run / "corpus"
    target.mkdir(parents=True)
    for file in folder_of(uploads, visitor, source).iterdir():
        os.link(file, target / file.name)


def keep_model(uploads: Path, visitor: str, files: Mapping[str, bytes]) -> Path:
    """The files of a saved model in a folder of their own, by name and size alone so far."""
    for name, data in files.items():
        if name not in MODEL_FILES:
            raise LabError(
                "unknown_file",
                "{file} is no file of a saved model; those are {known}.",
                "files",
                file=name[:80],
                known=", ".join(MODEL_FILES),
            )
        if len(data) > MODEL_FILES[name]:
            raise LabError("file_too_large", "{file} has more than {limit} bytes.", "files", file=name, limit=MODEL_FILES[name])
    folder = uploads / f"{visitor}-{new_id()}"
    folder.mkdir(parents=True)
    for name, data in files.items():
        write_whole(folder / name, data)
    return folder


def remove_old(data: Path, uploads: Path) -> None:
    for folder in uploads.iterdir():
        if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
            discard(data, folder)


def adopt(folder: Path, run: Path) -> None:
    """A checked model becomes the folder of a run."""
    shutil.move(folder, run)

"""Files that are whole or absent: written under another name, fsynced, then renamed. Knows no torch."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from model.errors import LabError


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` so that a crash or a full disk at any moment leaves the old file or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, value: Any) -> None:
    write_whole(path, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())


def read_json(path: Path, limit: int = 2**20) -> dict[str, Any]:
    """The object in a JSON file of at most `limit` bytes, or a `LabError` that names the file and what is wrong."""
    try:
        if path.stat().st_size > limit:
            raise LabError("file_too_large", "{file} has more than {limit} bytes.", path.name, file=path.name, limit=limit)
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise LabError("file_missing", "There is no {file} in the model's folder.", path.name, file=path.name) from None
    except (ValueError, RecursionError):
        raise LabError("not_json", "{file} is not JSON.", path.name, file=path.name) from None
    if not isinstance(value, dict):
        raise LabError("not_json", "{file} is not a JSON object.", path.name, file=path.name)
    return value

"""Reading metrics.jsonl while it grows: each line is parsed once for its step, then found again by its place. Knows no torch."""

from __future__ import annotations

import json
import os
import re
import threading
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILES, TAIL_BYTES = 64, 2**16
_STEP = re.compile(rb'\{"step": (\d+),')  # how `Step.as_dict` begins: most lines need no parsing to be found


@dataclass
class _Index:
    inode: int
    end: int = 0  # where the next line that is not indexed yet begins
    steps: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)


class MetricsReader:
    """Safe from any thread; remembers the places of lines of the `FILES` files read last."""

    def __init__(self) -> None:
        self._indices: OrderedDict[Path, _Index] = OrderedDict()
        self._lock = threading.Lock()

    def after(self, path: Path, step: int = 0) -> list[dict[str, Any]]:
        """The lines of the steps after `step`, in order. A half line at the end is left for the next time.

        A run that goes on after a crash repeats some steps: its file is then another one, and is indexed anew.
        """
        with self._lock:
            try:
                with path.open("rb") as file:
                    index = self._indexed(path, file)
                    place = bisect_right(index.steps, step)
                    if place == len(index.steps):
                        return []
                    file.seek(index.starts[place])
                    data = file.read(index.end - index.starts[place])
            except FileNotFoundError:
                return []
        return [value for line in data.split(b"\n") if (value := _parsed(line)) is not None]

    @staticmethod
    def last(path: Path) -> dict[str, Any] | None:
        """The newest whole line, from the end of the file alone."""
        try:
            with path.open("rb") as file:
                start = max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES)
                file.seek(start)
                *lines, _ = file.read().split(b"\n")
        except FileNotFoundError:
            return None
        return next((value for line in reversed(lines) if (value := _parsed(line)) is not None), None)

    def _indexed(self, path: Path, file: Any) -> _Index:
        status = os.fstat(file.fileno())
        index = self._indices.get(path)
        if index is None or index.inode != status.st_ino or status.st_size < index.end:
            index = self._indices[path] = _Index(status.st_ino)
        self._indices.move_to_end(path)
        while len(self._indices) > FILES:
            self._indices.popitem(last=False)
        file.seek(index.end)
        for line in file:
            if not line.endswith(b"\n"):
                break
            step = _step(line)
            if step is not None:
                index.steps.append(step)
                index.starts.append(index.end)
            index.end += len(line)
        return index


def _step(line: bytes) -> int | None:
    if (found := _STEP.match(line)) and line.endswith(b"}\n"):
        return int(found[1])
    value = _parsed(line)
    return None if value is None else int(value["step"])


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and isinstance(value.get("step"), int) else None

"""Data sets fetched behind the pages, in a thread of their own, and then kept as a visitor's text. Knows no torch.

A visitor fetches one at a time. Whoever asks for a data set that is already on its way joins: it comes once, and stops when
nobody wants it any more. What has come lies in a folder for all visitors, where the next try goes on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lab.data_sets import DataSet
from lab.fetch import Progress, bytes_here, fetch, fetched, is_checked
from lab.spec import CorpusSource
from model.errors import LabError

log = logging.getLogger(__name__)

State = Literal["coming", "reading", "done", "failed"]
REMEMBERED = 500  # ends nobody has looked at yet
LEAVE_SECONDS = 2.0

Keep = Callable[[str, str, list[bytes]], CorpusSource]  # visitor, name, files


@dataclass(frozen=True)
class Fetching:
    """What a visitor is told of the data set `name`: bytes here so far and in all where that is known. `source` once it is done."""

    name: str
    state: State
    received: int
    total: int | None
    source: CorpusSource | None = None
    error: LabError | None = None

    @property
    def going(self) -> bool:
        return self.state in ("coming", "reading")


class _Errand:
    """One data set on its way, for whoever wants it."""

    def __init__(self, wanted: DataSet, folder: Path) -> None:
        self.wanted, self.folder = wanted, folder
        self.now = Fetching(wanted.name, "coming", bytes_here(wanted, folder), size_of(wanted))

    def note(self, progress: Progress) -> None:
        total = size_of(self.wanted)
        if total is None and progress.total is not None and progress.file == len(self.wanted.files) - 1:
            total = bytes_here(self.wanted, self.folder, progress.file) + progress.total
        received = bytes_here(self.wanted, self.folder, progress.file) + progress.received
        self.now = Fetching(self.wanted.name, "coming", received, total)

    def read(self) -> list[bytes]:
        here = bytes_here(self.wanted, self.folder)
        self.now = Fetching(self.wanted.name, "reading", here, here)
        return fetched(self.wanted, self.folder)


class Fetcher:
    """`start`, `look` and `cancel` may be called from any thread; `keep` is called from the errand's."""

    def __init__(self, folder: Path, keep: Keep) -> None:
        self.folder, self._keep = folder, keep
        self._lock = threading.Lock()
        self._errands: dict[str, tuple[_Errand, threading.Thread]] = {}  # by data set
        self._wishes: dict[str, _Errand] = {}  # by visitor
        self._ended: dict[str, Fetching] = {}  # by visitor

    def start(self, visitor: str, wanted: DataSet) -> None:
        """Fetch it, or what is missing of it; nothing new where the visitor has it coming already."""
        with self._lock:
            wish = self._wishes.get(visitor)
            if wish is not None and wish.wanted.name != wanted.name:
                raise LabError(
                    "one_fetch", "One data set comes at a time: wait for {title}, or cancel it.", "fetch", title=wish.wanted.title
                )
            self._ended.pop(visitor, None)
            running = self._errands.get(wanted.name)
            if running is None:
                errand = _Errand(wanted, self.folder / wanted.name)
                thread = threading.Thread(target=self._run, args=(errand,), name=f"fetch {wanted.name}", daemon=True)
                running = self._errands[wanted.name] = (errand, thread)
                thread.start()
            self._wishes[visitor] = running[0]

    def look(self, visitor: str) -> Fetching | None:
        """The visitor's errand as it stands or as it ended; None where there is none, or it was cancelled or forgotten."""
        with self._lock:
            wish = self._wishes.get(visitor)
            return wish.now if wish is not None else self._ended.get(visitor)

    def here(self, wanted: DataSet) -> int:
        """Bytes of it that lie here already."""
        return bytes_here(wanted, self.folder / wanted.name)

    def cancel(self, visitor: str) -> None:
        """At once for the visitor; on the network as soon as the next bytes come. What has come stays."""
        with self._lock:
            self._wishes.pop(visitor, None)

    def forget(self, visitor: str) -> None:
        """An end that has been looked at."""
        with self._lock:
            self._ended.pop(visitor, None)

    def close(self) -> None:
        with self._lock:
            self._wishes.clear()
            threads = [thread for _errand, thread in self._errands.values()]
        for thread in threads:
            thread.join(LEAVE_SECONDS)

    def _run(self, errand: _Errand) -> None:
        files, error = None, None
        try:
            if not self._come(errand):
                return
            files = errand.read()
        except LabError as found:
            error = found
        except Exception:
            log.exception("%s could not be fetched", errand.wanted.name)
            error = LabError(
                "fetch_failed", "{title} could not be fetched or read; the server's log says why.", "fetch", title=errand.wanted.title
            )
        self._hand_out(errand, files, error)

    def _come(self, errand: _Errand) -> bool:
        """False where nobody wants it any more: then the errand is over, and the next to ask begins another."""
        if is_checked(errand.wanted, errand.folder):
            return True
        for progress in fetch(errand.wanted, errand.folder):
            errand.note(progress)
            if self._is_over(errand):
                return False
        return True

    def _is_over(self, errand: _Errand) -> bool:
        with self._lock:
            over = errand not in self._wishes.values()
            if over:
                del self._errands[errand.wanted.name]
            return over

    def _hand_out(self, errand: _Errand, files: list[bytes] | None, error: LabError | None) -> None:
        """To everybody who still wants it. Whoever asks from now on begins another errand."""
        with self._lock:
            del self._errands[errand.wanted.name]
            visitors = [visitor for visitor, wish in self._wishes.items() if wish is errand]
        for visitor in visitors:
            end = self._end(errand, visitor, files, error)
            with self._lock:
                if self._wishes.get(visitor) is errand:
                    del self._wishes[visitor]
                    self._ended[visitor] = end
                while len(self._ended) > REMEMBERED:
                    del self._ended[next(iter(self._ended))]

    def _end(self, errand: _Errand, visitor: str, files: list[bytes] | None, error: LabError | None) -> Fetching:
        name, now = errand.wanted.name, errand.now
        try:
            if files is not None:
                return Fetching(name, "done", now.received, now.total, self._keep(visitor, errand.wanted.title, files))
        except (LabError, OSError) as problem:
            log.warning("%s could not be kept: %s", name, problem)
            error = problem if isinstance(problem, LabError) else None
        error = error or LabError(
            "fetch_kept", "{title} is here, but could not be written to the disk.", "fetch", title=errand.wanted.title
        )
        return Fetching(name, "failed", bytes_here(errand.wanted, errand.folder), size_of(errand.wanted), error=error)


def size_of(wanted: DataSet) -> int | None:
    """Bytes in all, where that is known beforehand."""
    sizes = [file.size for file in wanted.files]
    return sum(size for size in sizes if size is not None) if None not in sizes else None

"""The laboratory as pages see it. Every method is safe from any thread; none imports torch. See the package for how to use it."""

from __future__ import annotations

import atexit
import hashlib
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from lab import folders, uploads
from lab.data_sets import DataSet
from lab.fetching import Fetcher, Fetching
from lab.journal import ENDED, GOING, Journal, Row
from lab.metrics import MetricsReader
from lab.process import WorkerProcess
from lab.retention import remove_what_is_past
from lab.settings import Settings, from_environment
from lab.spec import CorpusSource, MemberSpec, RunSpec, clean_name
from lab.supervisor import StartWorker, Supervisor
from lab.views import Live, RunView, view_of
from model.config import ModelConfig
from model.errors import LabError
from model.train_config import TrainConfig

log = logging.getLogger(__name__)


class Laboratory:
    """One for each data folder at a time. Raises `LabError` "folder_in_use" where another process has it."""

    def __init__(self, settings: Settings | None = None, start_worker: StartWorker = WorkerProcess) -> None:
        self.settings = settings or from_environment()
        self._lock = folders.open_data(self.settings.data)
        try:
            self.journal = Journal(self.settings.database)
            self._reader = MetricsReader()
            folders.empty_trash(self.settings.data)
            remove_what_is_past(self.settings, self.journal)
            self._fetcher = Fetcher(self.settings.fetched, partial(uploads.keep_text, self.settings.uploads))
            self._supervisor = Supervisor(self.settings, self.journal, start_worker)
        except BaseException:
            self._lock.free()
            raise

    def close(self) -> None:
        """Workers write a checkpoint and go; the next laboratory on this folder goes on with their runs."""
        self._fetcher.close()
        self._supervisor.close()
        self.journal.close()
        self._lock.free()

    # Looking: anybody who has the address of a run

    def get(self, run: str) -> RunView:
        row = self.journal.get(run) if folders.RUN_ID.fullmatch(run) else None
        if row is None:
            raise LabError("unknown_run", "There is no such run here; whoever it belonged to may have deleted it.", "run")
        return self._view(row)

    def list_runs(self, visitor: str) -> list[RunView]:
        """The visitor's own, newest first."""
        return [self._view(row) for row in self.journal.of_visitor(_hashed(visitor))]

    def owns(self, visitor: str, run: str) -> bool:
        row = self.journal.get(run)
        return bool(visitor) and row is not None and row.visitor == _hashed(visitor)

    def metrics(self, run: str, after_step: int = 0, member: int = 0) -> list[dict[str, Any]]:
        """Lines of metrics.jsonl (`model.training.Step.as_dict`) of the steps after `after_step`, in order.

        Reads what is new alone. A run that went on after a crash tells the steps after its checkpoint once more; they are the same.
        """
        return self._reader.after(self._member(run, member) / "metrics.jsonl", after_step)

    def frames(self, run: str, member: int = 0) -> dict[int, Path]:
        """Step -> safetensors file with all parameters of that moment (`model.frames.read_frame`), in order."""
        return folders.frame_paths(self._member(run, member))

    def folder(self, run: str, member: int = 0) -> Path:
        """The folder of a saved model: the best so far, from before the first step on."""
        return self._member(run, member)

    def expected_seconds(self, spec: RunSpec) -> float:
        """What a run should take from its start, by what runs on this computer have taken."""
        return self._supervisor.expected(spec)

    # Doing: with the visitor's key

    def start(self, visitor: str, spec: RunSpec) -> str:
        """The id of a new run, which waits for its turn. Raises `LabError` where the visitor has too many, or the disk is full."""
        owner, run = _hashed(visitor), folders.new_id()
        folders.check_room(self.settings.data)

        def begin() -> str:
            self._check_quota(owner)
            folder = self.settings.runs / run
            if spec.corpus.upload:
                uploads.copy_text(self.settings.uploads, owner, spec.corpus, folder)
            folder.mkdir(exist_ok=True)
            self.journal.add(run, owner, spec.name, spec.kind, spec.as_dict(), len(spec.members))
            return run

        return self._supervisor.ask(begin)

    def pause(self, visitor: str, run: str) -> None:
        """At once where it waits; after a checkpoint where it trains."""
        self._supervisor.ask(lambda: self._supervisor.pause(self._own(visitor, run)))

    def stop(self, visitor: str, run: str) -> None:
        """As `pause`, for good; what it learnt stays. It can be resumed none the less."""
        self._supervisor.ask(lambda: self._supervisor.stop(self._own(visitor, run)))

    def resume(self, visitor: str, run: str) -> None:
        """Put a paused, stopped or failed run at the end of the queue; it goes on from its last checkpoint."""

        def go_on() -> None:
            row = self._own(visitor, run)
            self._check_going(row.visitor)
            if not self.journal.move(run, "queued", only=("paused", "stopped", "failed"), attempts=0, message=None):
                raise LabError("not_paused", "This run is not paused, so it cannot go on.", "run")

        self._supervisor.ask(go_on)

    def rename(self, visitor: str, run: str, name: str) -> None:
        name = clean_name(name)
        self._supervisor.ask(lambda: self.journal.note(self._own(visitor, run).id, name=name))

    def delete(self, visitor: str, run: str) -> None:
        """Its row and its folder. One that trains must be stopped first."""

        def remove() -> None:
            if not self.journal.remove(self._own(visitor, run).id, ("queued", "paused", *ENDED)):
                raise LabError("still_running", "This run is still training; stop it before you delete it.", "run")

        self._supervisor.ask(remove)
        folders.discard(self.settings.data, self.settings.runs / run)

    def keep_text(self, visitor: str, name: str, *files: bytes) -> CorpusSource:
        """The visitor's own text for `RunSpec.corpus`: one table of pairs, or a file of sources and one of targets."""
        folders.check_room(self.settings.data)
        return uploads.keep_text(self.settings.uploads, _hashed(visitor), name, files)

    def preview(self, visitor: str, source: CorpusSource) -> Future[dict[str, Any]]:
        """What cleaning leaves of a kept text (see `lab.tasks.preview`)."""
        folder = uploads.folder_of(self.settings.uploads, _hashed(visitor), source)
        return self.submit_task("preview", {"folder": str(folder), "kind": source.kind}, visitor)

    def fetch(self, visitor: str, wanted: DataSet) -> None:
        """Fetch a data set behind the page, or what is missing of it; in the end it is a kept text of the visitor's."""
        folders.check_room(self.settings.data)
        self._fetcher.start(_hashed(visitor), wanted)

    def fetching(self, visitor: str) -> Fetching | None:
        """How far that is, or how it ended; an end is told until it is forgotten."""
        return self._fetcher.look(_hashed(visitor))

    def cancel_fetching(self, visitor: str) -> None:
        self._fetcher.cancel(_hashed(visitor))

    def forget_fetching(self, visitor: str) -> None:
        self._fetcher.forget(_hashed(visitor))

    def fetched_bytes(self, wanted: DataSet) -> int:
        """What of it lies here already."""
        return self._fetcher.here(wanted)

    def import_model(self, visitor: str, name: str, files: Mapping[str, bytes]) -> str:
        """The id of an imported model, a run of kind "import" that is done; waits for its check in a process apart (some seconds)."""
        owner, run, name = _hashed(visitor), folders.new_id(), clean_name(name)
        folders.check_room(self.settings.data)
        self._supervisor.ask(lambda: self._check_kept(owner))
        folder = uploads.keep_model(self.settings.uploads, owner, files)
        try:
            found = self.submit_task("check_model", {"folder": str(folder)}, visitor).result()
            spec = RunSpec(
                name=name, corpus=CorpusSource(), tokenizer="unigram",
                members=(MemberSpec(name=name, shape=ModelConfig.from_dict(found["shape"]), training=TrainConfig()),),
            )  # fmt: skip
            uploads.adopt(folder, self.settings.runs / run)
        finally:
            folders.discard(self.settings.data, folder)
        self._supervisor.ask(lambda: self.journal.add(run, owner, name, "import", spec.as_dict(), 1, state="done"))
        return run

    def submit_task(self, kind: str, arguments: Mapping[str, Any], visitor: str = "") -> Future[Any]:
        """A short task of `lab.tasks.TASKS`, done ahead of runs. Plain values in and out; its `LabError` comes out of `result()`."""
        owner = _hashed(visitor) if visitor else ""
        return self._supervisor.ask(lambda: self._supervisor.desk.add(kind, arguments, owner))

    def pages_first(self) -> None:
        """A page is about to be drawn anew: whatever trains rests for a moment, so that both cores are the page's. Returns at once."""
        self._supervisor.pages_first()

    # For whoever measures

    def standing_by(self) -> bool:
        """A worker waits with everything prepared."""
        return any(post.warm and post.run is None for post in self._supervisor.posts)

    def worker_processes(self) -> list[int]:
        return [post.worker.number for post in self._supervisor.posts]

    # Within

    def _view(self, row: Row) -> RunView:
        live = self._supervisor.live.get(row.id) or Live()
        lines = {}
        for number in range(len(row.best) if row.kind != "import" else 0):
            if number not in live.members:
                lines[number] = self._reader.last(self._folder(row, number) / "metrics.jsonl") or {}
        view = view_of(row, self.settings.runs, live, lines)
        return replace(view, name=row.name)

    def _folder(self, row: Row, member: int) -> Path:
        return folders.member_folder(self.settings.runs / row.id, member, len(row.best))

    def _member(self, run: str, member: int) -> Path:
        row = self.journal.get(run) if folders.RUN_ID.fullmatch(run) else None
        if row is None or not 0 <= member < len(row.best):
            raise _unknown()
        return self._folder(row, member)

    def _own(self, visitor: str, run: str) -> Row:
        """The row, for whom it belongs to; a foreign id and an unknown one get the same answer."""
        row = self.journal.get(run) if folders.RUN_ID.fullmatch(run) else None
        if row is None or row.visitor != _hashed(visitor):
            raise _unknown()
        return row

    def _check_quota(self, owner: str) -> None:
        self._check_going(owner)
        self._check_kept(owner)
        if len(self.journal.in_states("queued")) >= self.settings.waiting_all:
            raise LabError("queue_full", "Too many runs are waiting; try again later.", "run")

    def _check_going(self, owner: str) -> None:
        limit = self.settings.running_each + self.settings.waiting_each
        if sum(row.state in GOING for row in self.journal.of_visitor(owner)) >= limit:
            raise LabError(
                "too_many_runs",
                "You have {limit} runs going: {running} may train and {waiting} may wait. Wait for one to end, or stop one.",
                "run", limit=limit, running=self.settings.running_each, waiting=self.settings.waiting_each,
            )  # fmt: skip

    def _check_kept(self, owner: str) -> None:
        if len(self.journal.of_visitor(owner)) >= self.settings.kept_each:
            raise LabError(
                "too_many_kept",
                "You have {limit} runs, as many as are kept. Delete one you no longer need.",
                "run",
                limit=self.settings.kept_each,
            )


def _hashed(visitor: str) -> str:
    """The journal never holds a key: who reads it could control every run."""
    if not visitor:
        raise LabError("no_visitor", "This browser has no key; allow cookies for this page and reload it.", "visitor")
    return hashlib.sha256(visitor.encode()).hexdigest()[:32]


def _unknown() -> LabError:
    return LabError("unknown_run", "There is no such run of yours.", "run")


_only: Laboratory | None = None
_opening = threading.Lock()


def laboratory() -> Laboratory:
    """The one of this process, opened at its first use or by the server's start; closed when the process ends."""
    global _only
    with _opening:
        if _only is None:
            _only = Laboratory()
            atexit.register(close_laboratory)
        return _only


def close_laboratory() -> None:
    global _only
    with _opening:
        if _only is not None:
            _only.close()
            _only = None

"""The one thread that decides: which run trains, in which worker, and what the journal says. Knows no torch.

All that happens comes as an event into one inbox (what a page asks, what a worker says) and is dealt with in turn, so no two
decisions meet. The order of telling: what pages ask; what workers say; what follows from it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lab.desk import TaskDesk
from lab.folders import member_folder
from lab.journal import Journal, Row, State
from lab.loop import Answer, Loop
from lab.messages import Message, error_to_plain
from lab.metrics import MetricsReader
from lab.outlook import look_ahead
from lab.process import Worker, WorkerProcess
from lab.queue import Ticket, expected_seconds, in_order, pace_of
from lab.retention import EVERY_SECONDS, remove_what_is_past
from lab.settings import Settings
from lab.spec import RunSpec
from lab.views import Live
from model.errors import LabError

StartWorker = Callable[..., Worker]

BEGINNERS = 4  # times as long a worker may be silent before its first word: imports take long where the processor is busy
ATTEMPTS = 3  # times a run may lose its worker without a step in between

log = logging.getLogger(__name__)


@dataclass
class Post:
    """A worker, and the run it trains: None while it stands by."""

    worker: Worker
    run: str | None = None
    warm: bool = False
    told_at: float | None = None  # when it was told to pause or stop
    heard: bool = False  # it has come so far as to say something


class Supervisor:
    def __init__(self, settings: Settings, journal: Journal, start_worker: StartWorker = WorkerProcess) -> None:
        self.settings, self.journal, self._start_worker = settings, journal, start_worker
        self.posts: list[Post] = []
        self.live: dict[str, Live] = {}
        self.desk = TaskDesk(settings)
        self._starts_failed = 0
        self._unwritten: dict[str, tuple[State, dict[str, Any]]] = {}  # how runs ended while the journal could not be written
        self._tidied = self._begun = time.monotonic()
        self._pace = pace_of((row.config, row.seconds) for row in journal.in_states("done"))
        self._served = {row.visitor: row.started or 0.0 for row in reversed(journal.everything())}  # visitor -> time of the last turn
        self._loop = Loop("supervisor", self._follow, self._look_around)
        self._go_on_with_what_was_left()
        self._loop.start()

    def close(self) -> None:
        """Let every worker write a checkpoint and go; their runs stay "running" in the journal, for the next server to go on with."""
        if not self._loop.close():
            return
        leaving = [threading.Thread(target=post.worker.let_go, args=(self.settings.stop_seconds,)) for post in self.posts]
        for thread in leaving:
            thread.start()
        for thread in leaving:
            thread.join()
        self.desk.close()

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """From any thread: have the supervisor do something, and wait for what it answers or raises."""
        return self._loop.ask(question)

    def pages_first(self) -> None:
        """From any thread, without waiting: every run rests a moment."""

        def tell() -> None:
            for post in self.posts:
                if post.run:
                    post.worker.tell({"type": "rest"})

        self._loop.put(tell)

    # What pages ask (on the supervisor's thread, through `ask`)

    def pause(self, row: Row) -> None:
        if not self.journal.move(row.id, "paused") if row.state == "queued" else not self._tell(row, "pause"):
            raise LabError("not_going", "This run is not going, so it cannot be paused.", "run")

    def stop(self, row: Row) -> None:
        ended = self.journal.move(row.id, "stopped") if row.state in ("queued", "paused") else self._tell(row, "stop")
        if not ended:
            raise LabError("not_going", "This run has ended already.", "run")

    def _tell(self, row: Row, wish: str) -> bool:
        """Pass a wish on to the worker of a run; it is kept in the journal until it is fulfilled."""
        post = next((post for post in self.posts if post.run == row.id), None)
        if post is None:
            return False
        self.journal.note(row.id, wish=wish)
        post.told_at = post.told_at or time.monotonic()
        post.worker.tell({"type": wish})
        return True

    # What workers say

    def _report(self, worker: Worker, message: Message | None) -> None:
        """On the worker's own thread."""
        if message is None or message["type"] != "alive":
            self._loop.put(lambda: self._gone(worker) if message is None else self._said(worker, message))

    def _said(self, worker: Worker, message: Message) -> None:
        post = next((post for post in self.posts if post.worker is worker), None)
        if message["type"] == "result":
            self.desk.result(message)
        if post is None:
            return
        post.heard = True
        if message["type"] == "warm":
            post.warm, self._starts_failed = message["all"], 0
        if message.get("run") != post.run or post.run is None:
            return
        live = self.live.setdefault(post.run, Live())
        match message["type"]:
            case "stage":
                live.stage = message["stage"]
            case "step":
                live.stage, live.members[message["member"]] = "", {key: message[key] for key in ("step", "seconds", "loss")}
            case "scores":
                self._keep_best(post.run, message["member"], {"step": message["step"], **message["scores"]})
            case "diverged":
                self._note_member(post.run, message["member"], {"diverged": True})
                live.moments.clear()  # its steps were not done but given up: they tell no pace
            case "ended":
                self._ended(post, message)

    def _keep_best(self, run: str, member: int, scores: dict[str, Any]) -> None:
        """The same order as the one the worker keeps its best model by."""
        row = self.journal.get(run)
        old = row.best[member] if row else {}
        if "bleu" not in old or _rank(scores) >= _rank(old):
            self._note_member(run, member, scores)

    def _note_member(self, run: str, member: int, values: dict[str, Any]) -> None:
        row = self.journal.get(run)
        if row:
            self.journal.note(run, best=[{**one, **values} if number == member else one for number, one in enumerate(row.best)])

    def _ended(self, post: Post, message: Message) -> None:
        run, post.run, post.told_at = post.run, None, None
        assert run is not None
        if message.get("leaving"):
            self.posts.remove(post)
        changes = {"message": message["message"]} | ({"seconds": message["seconds"]} if "seconds" in message else {})
        self.live.pop(run, None)
        self._write_end(run, message["state"], changes)
        if message["state"] == "done":
            self._pace = pace_of((row.config, row.seconds) for row in self.journal.in_states("done"))

    def _write_end(self, run: str, state: State, changes: dict[str, Any]) -> None:
        """Where the disk is full it is told from memory, until it can be written."""
        try:
            self.journal.move(run, state, **changes)
            self._unwritten.pop(run, None)
        except LabError as error:
            if run not in self._unwritten:
                log.error("the end of run %s could not be written: %s", run, error)
            self._unwritten[run] = (state, changes)
            self.live.setdefault(run, Live()).ended = (state, changes["message"])

    def _gone(self, worker: Worker) -> None:
        """A worker is no more. Its run, if it had one, goes on from its last checkpoint, before all others."""
        post = next((post for post in self.posts if post.worker is worker), None)
        self.desk.lost(worker)
        if post is None:
            return
        self.posts.remove(post)
        if post.run is None:
            self._starts_failed += not post.warm
            return
        row = self.journal.get(post.run)
        if row:
            log.warning("run %s lost its worker", row.id)
            self._interrupted(row)

    def _interrupted(self, row: Row, lost: int = 1) -> None:
        """`lost`: how many of its processes were."""
        live = self.live.setdefault(row.id, Live())
        furthest = max(live.step, self._steps_written(row))
        attempts = 1 + (0 if furthest > live.furthest else row.attempts)
        if row.wish:
            self.journal.move(row.id, "paused" if row.wish == "pause" else "stopped")
        elif attempts >= ATTEMPTS:
            template = "The process of this run was lost {times} times in a row; there may be too little memory for it."
            self.journal.move(row.id, "failed", message=error_to_plain(LabError("worker_lost", template, None, times=ATTEMPTS)))
        else:
            self.journal.move(row.id, "queued", place=0, attempts=attempts)
        live.furthest, live.restarts = max(furthest, live.furthest), live.restarts + lost
        live.members, live.stage = {}, ""

    def _steps_written(self, row: Row) -> int:
        members = len(row.best)
        folders = [member_folder(self.settings.runs / row.id, member, members) for member in range(members)]
        return sum((MetricsReader.last(folder / "metrics.jsonl") or {"step": 0})["step"] for folder in folders)

    # What follows

    def _follow(self) -> None:
        """After every event."""
        self._assign()
        self._estimate()

    def _go_on_with_what_was_left(self) -> None:
        """Runs of a server that is gone. A worker it may have left behind is dealt with by the lock of the run's folder."""
        for row in self.journal.in_states("running"):
            self._interrupted(replace(row, attempts=0), lost=0)  # it was the server that ended

    def _look_around(self) -> None:
        """By the clock: workers that are silent or do not obey are ended; tasks that take too long are given up."""
        now = time.monotonic()
        for post in self.posts:
            disobeys = post.told_at is not None and now - post.told_at > self.settings.stop_seconds
            patience = self.settings.silence_seconds * (1 if post.heard else BEGINNERS)
            if disobeys or post.worker.silent > patience:
                log.warning("a worker is ended: it %s", "does not obey" if disobeys else "is silent")
                post.worker.stop()
        self.desk.look_around()
        if now - self._tidied > EVERY_SECONDS:
            self._tidied = now
            remove_what_is_past(self.settings, self.journal)
        for run, (state, changes) in list(self._unwritten.items()):
            self._write_end(run, state, changes)
        at_work = {post.run for post in self.posts} | self._unwritten.keys()
        for row in self.journal.in_states("running"):
            if row.id not in at_work:  # the journal could not be written when its worker ended
                self._interrupted(row)

    def _assign(self) -> None:
        """Give waiting runs to workers, tasks to the first one, and keep one standing by while there is room for a run."""
        running = [post for post in self.posts if post.run]
        if len(running) < self.settings.workers:
            for row in self._next_rows(running)[: self.settings.workers - len(running)]:
                self._begin(row)
        training = sum(post.run is not None for post in self.posts)
        early = time.monotonic() < self._begun + self.settings.standby_after
        if self.settings.standby and not early and training == len(self.posts) < self.settings.workers and self._starts_failed < ATTEMPTS:
            self._new_post()
        if self.desk.waiting:
            post = next((post for post in self.posts if post.run is None), None) or (self.posts[0] if self.posts else self._new_post())
            self.desk.hand_out(post.worker, lambda: self._start_worker(self.settings, self._report, alone=True))

    def _next_rows(self, running: list[Post]) -> list[Row]:
        going = {row.id: row for row in self.journal.in_states("queued", "running")}
        busy = [going[post.run].visitor for post in running if post.run in going]
        tickets = [Ticket(row.id, row.visitor, row.place) for row in going.values() if row.state == "queued"]
        chosen = []
        for ticket in in_order(tickets, busy, self._served):
            if busy.count(ticket.visitor) < self.settings.running_each:
                busy.append(ticket.visitor)
                chosen.append(going[ticket.run])
        return chosen

    def _begin(self, row: Row) -> None:
        post = next((post for post in self.posts if post.run is None), None) or self._new_post()
        if not self.journal.move(row.id, "running", started=row.started or time.time(), ended=None, message=None):
            return
        post.run, post.told_at, self._served[row.visitor] = row.id, None, time.time()
        self.live.setdefault(row.id, Live()).stage = "corpus"
        post.worker.tell({"type": "run", "run": row.id, "folder": str(self.settings.runs / row.id), "spec": row.config})

    def _new_post(self) -> Post:
        post = Post(self._start_worker(self.settings, self._report))
        self.posts.append(post)
        return post

    def _estimate(self) -> None:
        rows = self.journal.in_states("queued", "running")
        for row in rows:
            self.live.setdefault(row.id, Live())
        for run in self.live.keys() - {row.id for row in rows}:
            self.live.pop(run)
        look_ahead(rows, self.live, self._pace, self._served, self.settings.workers, time.monotonic())

    def expected(self, spec: RunSpec) -> float:
        return expected_seconds(spec, self._pace)


def _rank(scores: Mapping[str, float]) -> tuple[float, float]:
    """As `model.held_out.HeldOutScores.rank`, which needs torch."""
    return scores.get("fitting", scores["bleu"]), -scores["loss"]

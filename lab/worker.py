"""`python -m lab.worker`: the process that trains. Started by the supervisor, spoken to in JSON lines, gone when the server is gone.

It imports torch and prepares the built-in corpora while it waits, so that a run can begin at once. A run that ended in good
order leaves it standing by for the next one; whatever nobody foresaw ends it, and the supervisor starts another.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from lab.messages import Message, error_to_plain, from_line, to_line, unexpected
from lab.spec import RunSpec
from lab.tasks import perform as perform_task
from model.errors import LabError

if TYPE_CHECKING:
    from lab.prepared import Prepared

ALIVE_SECONDS, LEAVE_SECONDS = 1.0, 10.0
RUNS = 50  # after so many a fresh process takes over
ALONE_SECONDS, ALONE_BYTES = 60, 4 * 2**30  # processor time and address space of a task alone
NICE = 10  # pages come first
REST_SECONDS = 0.3  # of a run, while a page is drawn with another sentence somewhere; as long at least between two

log = logging.getLogger("lab.worker")


class Channel:
    """The pipes to the server. `gone` once it no longer speaks or listens."""

    def __init__(self, parent: int) -> None:
        self.inbox: SimpleQueue[Message] = SimpleQueue()
        self.gone = threading.Event()
        self.busy = False  # a run is going, which a checkpoint is owed
        self._parent, self._writing = parent, threading.Lock()
        self._out = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)  # what anybody prints goes to the log, never among the messages
        for work in (self._listen, self._stay_alive):
            threading.Thread(target=work, daemon=True).start()

    def send(self, message: Message) -> None:
        with self._writing:
            try:
                self._out.write(to_line(message))
            except OSError:
                self.leave()

    def leave(self) -> None:
        """Ends the process: at once where it stands by, else after a last checkpoint, or after `LEAVE_SECONDS` by force."""
        if not self.busy:
            os._exit(0)
        if not self.gone.is_set():
            self.gone.set()
            self.inbox.put({"type": "end"})
            timer = threading.Timer(LEAVE_SECONDS, os._exit, (1,))
            timer.daemon = True
            timer.start()

    def _listen(self) -> None:
        pipe = os.fdopen(os.dup(0), "rb")  # not sys.stdin: its lock would be held when the process ends
        for line in pipe:
            message = from_line(line)
            if message is not None:
                self.inbox.put(message)
        self.leave()

    def _stay_alive(self) -> None:
        while not self.gone.wait(ALIVE_SECONDS):
            if os.getppid() != self._parent:
                self.leave()
            self.send({"type": "alive"})


class WorkerLoop:
    """What to do next: a task before a run, a run before preparing for one."""

    def __init__(self, channel: Channel, checkpoint_seconds: float) -> None:
        self.channel, self.checkpoint_seconds = channel, checkpoint_seconds
        self._told = ""  # what the run was told to do
        self._ended = False
        self._rested = 0.0

    def stand_by(self, prepared: Prepared) -> None:
        """Until the server is gone, or after `RUNS` runs."""
        runs, warm = 0, False
        while not self._ended and runs < RUNS:
            message = self._next(wait=warm)
            if message is None:
                warm = not prepared.prepare_more()
                self.channel.send({"type": "warm", "corpora": prepared.corpora, "all": warm})
            elif message["type"] == "run":
                self.run(message, prepared)
                runs += 1
            else:
                self._heed(message)

    def run(self, message: Message, prepared: Prepared) -> None:
        from lab.job import Job, ended

        run, self._told, self.channel.busy = message["run"], "", True
        try:
            spec = RunSpec.from_dict(message["spec"])
            job = Job(run, Path(message["folder"]), spec, self.checkpoint_seconds, self.channel.send, self._wish)
            last = job.perform(prepared)
        except LabError as error:
            last = ended(run, "failed", error)
        except (OSError, MemoryError) as problem:
            log.exception("run %s failed", run)
            last = ended(run, "failed", _of_the_machine(problem))
        except Exception:
            log.exception("run %s failed", run)
            last = ended(run, "failed", unexpected())
            last["leaving"] = self._ended = True  # nobody knows what else is broken
        self.channel.send(last)
        self.channel.busy = False

    def _wish(self) -> str:
        while not self._told and (message := self._next(wait=False)):
            self._heed(message)
        return self._told

    def _heed(self, message: Message) -> None:
        match message["type"]:
            case "task":
                self.channel.send(task_result(message))
            case "pause" | "stop" as told:
                self._told = told
            case "rest":
                self._rest()
            case "end":
                self._told, self._ended = "leave", True

    def _rest(self) -> None:
        """With niceness alone a page, which needs both cores, takes half as long again. A run keeps half of its time at least."""
        if self.channel.busy and time.monotonic() - self._rested > REST_SECONDS:
            self.channel.gone.wait(REST_SECONDS)
            self._rested = time.monotonic()

    def _next(self, wait: bool) -> Message | None:
        try:
            return self.channel.inbox.get(block=wait)
        except Empty:
            return None


def task_result(message: Message) -> Message:
    result: dict[str, Any] = {"type": "result", "task": message["task"]}
    try:
        return {**result, "value": perform_task(message["kind"], message["arguments"])}
    except LabError as error:
        return {**result, "error": error_to_plain(error)}
    except Exception:
        log.exception("task %s failed", message["kind"])
        return {**result, "error": error_to_plain(unexpected())}


def _of_the_machine(problem: OSError | MemoryError) -> LabError:
    if isinstance(problem, MemoryError):
        return LabError("no_memory", "The server has not enough memory for this run. Try a smaller model or batch.", "batch")
    return LabError(
        "disk",
        "The run could not be written to the disk: {reason}. It can go on from its last checkpoint.",
        None,
        reason=problem.strerror or "unknown",
    )


def _limit_this_process(options: argparse.Namespace) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; its end is ours
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (options.file_bytes, options.file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if options.alone:
        resource.setrlimit(resource.RLIMIT_CPU, (ALONE_SECONDS, ALONE_SECONDS))
        if sys.platform == "linux":  # elsewhere the system refuses
            resource.setrlimit(resource.RLIMIT_AS, (ALONE_BYTES, ALONE_BYTES))


def main() -> None:
    parser = argparse.ArgumentParser(prog="lab.worker")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--file-bytes", type=int, default=2**31)
    parser.add_argument("--checkpoint-seconds", type=float, default=5.0)
    parser.add_argument("--alone", action="store_true")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    _limit_this_process(options)
    channel = Channel(options.parent)
    signal.signal(signal.SIGTERM, lambda *_: channel.leave())
    if options.alone:
        channel.send(task_result(channel.inbox.get()))
        return
    import torch

    from lab.prepared import Prepared

    torch.set_num_threads(options.threads)
    WorkerLoop(channel, options.checkpoint_seconds).stand_by(Prepared())


if __name__ == "__main__":
    start = time.monotonic()
    main()
    log.info("ended after %.0f s", time.monotonic() - start)

"""One worker as the supervisor sees it: started as a module, spoken to over pipes, watched, stopped. Knows no torch."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from lab.messages import Message, from_line, to_line
from lab.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
Report = Callable[["Worker", Message | None], None]  # None: the worker is gone

log = logging.getLogger(__name__)


class Worker(Protocol):
    """All the supervisor knows of a worker. Whatever it says, and that it is gone, comes through the `Report` it was started with."""

    number: int  # of its process

    def tell(self, message: Message) -> None: ...

    def stop(self) -> None:
        """End it now, whatever it is doing; its end is reported as any other."""

    def let_go(self, patience: float) -> None:
        """Let it write a checkpoint and go; returns when it is gone, by force after `patience` seconds."""

    @property
    def silent(self) -> float:
        """Seconds since it was last heard of."""


class WorkerProcess:
    """A `Worker` on this computer. It ends by itself when this process is gone: its input ends."""

    def __init__(self, settings: Settings, report: Report, *, alone: bool = False) -> None:
        """`alone`: for one task on what is not to be trusted, with narrow limits, and nothing prepared."""
        command = [sys.executable, "-m", "lab.worker", "--parent", str(os.getpid()), "--threads", str(settings.threads)]
        command += ["--file-bytes", str(settings.file_bytes), "--checkpoint-seconds", str(settings.checkpoint_seconds)]
        command += ["--alone"] if alone else []
        threads = str(settings.threads)
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self.number = self._process.pid
        self._report, self._heard = report, time.monotonic()
        self._outbox: SimpleQueue[Message | None] = SimpleQueue()
        for work in (self._listen, self._speak):
            threading.Thread(target=work, name=f"worker {self.number}", daemon=True).start()

    @property
    def silent(self) -> float:
        return time.monotonic() - self._heard

    def tell(self, message: Message) -> None:
        """Never waits and never raises: that a worker is gone is reported where it is noticed."""
        self._outbox.put(message)

    def stop(self) -> None:
        self._process.kill()

    def let_go(self, patience: float) -> None:
        """Its input ends, so it goes."""
        self._outbox.put(None)
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _speak(self) -> None:
        assert self._process.stdin is not None
        with suppress(OSError), self._process.stdin as pipe:
            while (message := self._outbox.get()) is not None:
                pipe.write(to_line(message))
                pipe.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard = time.monotonic()
            message = from_line(line)
            if message is not None:
                self._report(self, message)
        code = self._process.wait()
        log.info("worker %d ended with %d", self.number, code)
        self._outbox.put(None)
        self._report(self, None)

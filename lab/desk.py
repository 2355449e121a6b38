"""Short tasks on their way: handed to a worker ahead of runs, their results to whoever asked. Used by the supervisor alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from lab.folders import new_id
from lab.messages import Message, error_from_plain
from lab.process import Worker
from lab.settings import Settings
from lab.tasks import ALONE, TASKS
from model.errors import LabError


@dataclass
class Task:
    kind: str
    arguments: Mapping[str, Any]
    visitor: str
    future: Future[Any] = field(default_factory=Future)
    number: str = field(default_factory=new_id)
    worker: Worker | None = None
    since: float = 0.0
    again: bool = True  # a worker that was lost may have been lost for another reason


class TaskDesk:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tasks: dict[str, Task] = {}

    @property
    def waiting(self) -> bool:
        return any(task.worker is None for task in self.tasks.values())

    def add(self, kind: str, arguments: Mapping[str, Any], visitor: str) -> Future[Any]:
        if kind not in TASKS:
            raise LabError(
                "unknown_task", "There is no task {kind}; the tasks are {known}.", "task", kind=repr(kind), known=", ".join(TASKS)
            )
        if sum(task.visitor == visitor for task in self.tasks.values()) >= self.settings.tasks_each:
            raise LabError(
                "too_many_tasks", "You have {limit} computations going already; wait for one to end.", None, limit=self.settings.tasks_each
            )
        task = Task(kind, arguments, visitor)
        self.tasks[task.number] = task
        return task.future

    def hand_out(self, worker: Worker, start_alone: Callable[[], Worker]) -> None:
        """Every task that waits: to `worker`, which does it before all else, or to a process of its own."""
        for task in self.tasks.values():
            if task.worker is None:
                task.worker = start_alone() if task.kind in ALONE else worker
                task.since = time.monotonic()
                task.worker.tell({"type": "task", "task": task.number, "kind": task.kind, "arguments": dict(task.arguments)})

    def result(self, message: Message) -> None:
        task = self.tasks.pop(message["task"], None)
        if task is None:
            return
        with suppress(InvalidStateError):  # whoever asked no longer waits
            if "error" in message:
                task.future.set_exception(error_from_plain(message["error"]))
            else:
                task.future.set_result(message["value"])

    def lost(self, worker: Worker) -> None:
        """Tasks of a worker that is gone are tried once more, those alone are not: they may be what ended it."""
        for task in [task for task in self.tasks.values() if task.worker is worker]:
            if task.again and task.kind not in ALONE:
                task.worker, task.again = None, False
            else:
                self._give_up(task, LabError("task_lost", "This was more than the server can compute.", None))

    def look_around(self) -> None:
        for task in list(self.tasks.values()):
            if task.worker is not None and time.monotonic() - task.since > self.settings.task_seconds:
                task.worker.stop()
                self._give_up(
                    task,
                    LabError(
                        "task_too_long",
                        "This took more than {limit} seconds and was given up.",
                        None,
                        limit=round(self.settings.task_seconds),
                    ),
                )

    def close(self) -> None:
        for task in list(self.tasks.values()):
            if task.kind in ALONE and task.worker is not None:
                task.worker.stop()
            self._give_up(task, LabError("task_lost", "The server is ending.", None))

    def _give_up(self, task: Task, error: LabError) -> None:
        self.tasks.pop(task.number, None)
        with suppress(InvalidStateError):
            task.future.set_exception(error)

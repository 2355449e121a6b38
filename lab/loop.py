"""One thread that deals with one event after another: what is only ever touched there needs no locks. Knows no torch."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

from model.errors import LabError

Answer = TypeVar("Answer")
Event = Callable[[], None]

TICK_SECONDS, ANSWER_SECONDS = 0.5, 30.0

log = logging.getLogger(__name__)


class Loop:
    """`by_the_clock` is called every `TICK_SECONDS`, `after_each` after that and after every event."""

    def __init__(self, name: str, after_each: Event, by_the_clock: Event) -> None:
        self._after_each, self._by_the_clock = after_each, by_the_clock
        self._inbox: SimpleQueue[Event] = SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._go_round, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, event: Event) -> None:
        """From any thread, without waiting."""
        self._inbox.put(event)

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """From any thread but the loop's own: what `question`, called there, returns or raises."""
        if self._closing.is_set():
            raise LabError("closing", "The server is ending; try again when it is back.", None)
        answer: Future[Answer] = Future()

        def event() -> None:
            try:
                answer.set_result(question())
            except BaseException as error:
                answer.set_exception(error)

        self.put(event)
        try:
            return answer.result(ANSWER_SECONDS)
        except TimeoutError:
            raise LabError("busy", "The server is too busy to answer; try again in a moment.", None) from None

    def close(self) -> bool:
        """End the thread after the event it is at; False where that was done before."""
        if self._closing.is_set():
            return False
        self._closing.set()
        self._inbox.put(lambda: None)
        self._thread.join()
        return True

    def _go_round(self) -> None:
        looked = 0.0
        while not self._closing.is_set():
            event: Event | None = None
            with suppress(Empty):
                event = self._inbox.get(timeout=TICK_SECONDS if looked else 0)
            try:
                self._deal_with(event)
                if time.monotonic() - looked >= TICK_SECONDS:
                    looked = time.monotonic()
                    self._by_the_clock()
                if not self._closing.is_set():
                    self._after_each()
            except LabError as error:
                log.error("an event could not be dealt with: %s", error)
            except Exception:  # one event that fails must not end the supervision of all others
                log.exception("an event could not be dealt with")

    @staticmethod
    def _deal_with(event: Event | None) -> None:
        if event:
            event()

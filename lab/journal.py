"""The journal: one row for every run, in a database through SQLAlchemy. Anybody reads, the supervisor alone writes. Knows no torch.

A state changes only from a state it may change from, in one statement (compare and set): whoever comes second changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import JSON, Column, Float, Integer, MetaData, String, Table, create_engine, event, func, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from model.errors import LabError

State = Literal["queued", "running", "paused", "done", "stopped", "failed", "diverged"]
GOING: tuple[State, ...] = ("queued", "running")
ENDED: tuple[State, ...] = ("done", "stopped", "failed", "diverged")
FROM: Mapping[State, tuple[State, ...]] = {  # state -> the states it may be reached from
    "queued": ("running", "paused", "stopped", "failed"),
    "running": ("queued",),
    "paused": ("queued", "running"),
    "stopped": ("queued", "running", "paused"),
    "done": ("running",),
    "failed": ("queued", "running"),
    "diverged": ("running",),
}
FORMAT_VERSION = 1

_tables = MetaData()
_about = Table("about", _tables, Column("format_version", Integer, primary_key=True))
_runs = Table(
    "runs", _tables,
    Column("id", String, primary_key=True),
    Column("visitor", String, nullable=False, index=True),  # a hash of the visitor's key
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("config", JSON, nullable=False),  # RunSpec.as_dict()
    Column("state", String, nullable=False, index=True),
    Column("wish", String, nullable=False, default=""),  # "pause" or "stop", told to a worker that has not obeyed yet
    Column("place", Integer, nullable=False),  # ticket number in the queue; 0 for a run that was interrupted
    Column("attempts", Integer, nullable=False, default=0),  # times its worker was lost without a step in between
    Column("created", Float, nullable=False),  # seconds since 1970, as all times
    Column("started", Float),
    Column("ended", Float),
    Column("seconds", Float, nullable=False, default=0.0),  # of training, all members together
    Column("best", JSON, nullable=False),  # for each member what progress.MemberProgress holds
    Column("message", JSON),  # a LabError as plain values
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    id: str
    visitor: str
    name: str
    kind: str
    config: dict[str, Any]
    state: State
    wish: str
    place: int
    attempts: int
    created: float
    started: float | None
    ended: float | None
    seconds: float
    best: list[dict[str, Any]]
    message: dict[str, Any] | None


class Journal:
    """Every method may be called from any thread; those that write, by the supervisor only. They raise `LabError` on a full disk."""

    def __init__(self, address: str) -> None:
        """Make the tables where there are none. Raises `LabError` where the database cannot be used."""
        try:
            self.engine = _engine(address)
            _tables.create_all(self.engine)
            with self.engine.begin() as connection:
                version = connection.execute(select(_about.c.format_version)).scalar()
                if version is None:
                    connection.execute(_about.insert().values(format_version=FORMAT_VERSION))
        except SQLAlchemyError as problem:
            reason = str(getattr(problem, "orig", None) or problem).splitlines()[0]
            raise LabError(
                "journal_unusable", "The journal of runs cannot be opened: {reason}.", "ATTENTION_LAB_DATABASE", reason=reason
            ) from problem
        if version not in (None, FORMAT_VERSION):
            raise LabError(
                "unknown_format",
                "The journal has format version {value}; this version reads {known}.",
                "ATTENTION_LAB_DATABASE",
                value=version,
                known=FORMAT_VERSION,
            )

    def close(self) -> None:
        self.engine.dispose()

    def add(self, id: str, visitor: str, name: str, kind: str, config: Mapping[str, Any], members: int, state: State = "queued") -> None:
        row = {
            "id": id,
            "visitor": visitor,
            "name": name,
            "kind": kind,
            "config": dict(config),
            "state": state,
            "created": time.time(),
            "best": [{}] * members,
        }
        with self._writing() as connection:
            connection.execute(_runs.insert().values(**row, place=_next_place(connection)))

    def move(self, id: str, to: State, only: Iterable[State] | None = None, **changes: Any) -> bool:
        """Compare and set: True where the run was in a state that `to` may follow (one of `only`, where given), and now is in `to`."""
        allowed = [state for state in FROM[to] if only is None or state in only]
        with self._writing() as connection:
            if to == "queued" and "place" not in changes:
                changes["place"] = _next_place(connection)
            if to in ENDED:
                changes.setdefault("ended", time.time())
            statement = _runs.update().where(_runs.c.id == id, _runs.c.state.in_(allowed)).values(state=to, wish="", **changes)
            return bool(connection.execute(statement).rowcount == 1)

    def note(self, id: str, **changes: Any) -> None:
        """Write what is no change of state: a name, a wish, scores."""
        with self._writing() as connection:
            connection.execute(_runs.update().where(_runs.c.id == id).values(**changes))

    def remove(self, id: str, states: Iterable[State]) -> bool:
        with self._writing() as connection:
            return bool(connection.execute(_runs.delete().where(_runs.c.id == id, _runs.c.state.in_(tuple(states)))).rowcount == 1)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except OperationalError as problem:
            template = "The journal of runs cannot be written: {reason}. Nothing was changed; try again later."
            raise LabError("journal_unwritable", template, None, reason=problem.orig) from problem

    def get(self, id: str) -> Row | None:
        return next(iter(self._rows(_runs.c.id == id)), None)

    def of_visitor(self, visitor: str) -> list[Row]:
        """Newest first."""
        return self._rows(_runs.c.visitor == visitor)

    def in_states(self, *states: State) -> list[Row]:
        return self._rows(_runs.c.state.in_(states))

    def everything(self) -> list[Row]:
        return self._rows()

    def _rows(self, *conditions: Any) -> list[Row]:
        with self.engine.connect() as connection:
            found = connection.execute(select(_runs).where(*conditions).order_by(_runs.c.created.desc(), _runs.c.place.desc()))
            return [Row(**row) for row in found.mappings()]


def _next_place(connection: Any) -> int:
    return int(connection.execute(select(func.coalesce(func.max(_runs.c.place), 0))).scalar()) + 1


def _engine(address: str) -> Engine:
    engine = create_engine(address)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _: Any) -> None:
            """Readers do not wait for the writer, and what was answered is on the disk."""
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
                connection.execute(f"PRAGMA {pragma}")

    return engine

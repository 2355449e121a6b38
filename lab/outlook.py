"""What those who wait are told: place and waiting time of every run in the queue, remaining time of those that train. Knows no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.journal import Row
from lab.queue import Ticket, expected_seconds, in_order, waiting_seconds
from lab.spec import RunSpec
from lab.views import Live


def look_ahead(rows: Sequence[Row], live: Mapping[str, Live], pace: float, served: Mapping[str, float], workers: int) -> None:
    """Write it into `live`, by run."""
    for row in rows:
        spec, one = RunSpec.from_dict(row.config), live[row.id]
        one.remaining_seconds = expected_seconds(spec, pace) * (1 - one.step / spec.steps)
    running = [row for row in rows if row.state == "running"]
    tickets = [Ticket(row.id, row.visitor, row.place, _left(live, row)) for row in rows if row.state == "queued"]
    ordered = in_order(tickets, (row.visitor for row in running), served)
    waits = waiting_seconds(ordered, (_left(live, row) for row in running), workers)
    for place, ticket in enumerate(ordered, start=1):
        live[ticket.run].place, live[ticket.run].waiting_seconds = place, waits[ticket.run]


def _left(live: Mapping[str, Live], row: Row) -> float:
    return live[row.id].remaining_seconds or 0.0

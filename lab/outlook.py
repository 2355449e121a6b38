"""What those who wait are told: place and waiting time of every run in the queue, remaining time of those that train. Knows no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.journal import Row
from lab.queue import Ticket, evaluation_seconds, expected_seconds, in_order, seconds_a_step, waiting_seconds
from lab.spec import RunSpec
from lab.views import Live

TELLING_STEPS = 20


def look_ahead(rows: Sequence[Row], live: Mapping[str, Live], pace: float, served: Mapping[str, float], workers: int) -> None:
    """Write it into `live`, by run."""
    for row in rows:
        spec, one = RunSpec.from_dict(row.config), live[row.id]
        begun = row.state == "running" and one.step > 0
        one.remaining_seconds = remaining_seconds(spec, one, pace) if begun else expected_seconds(spec, pace)
    running = [row for row in rows if row.state == "running"]
    tickets = [Ticket(row.id, row.visitor, row.place, _left(live, row)) for row in rows if row.state == "queued"]
    ordered = in_order(tickets, (row.visitor for row in running), served)
    waits = waiting_seconds(ordered, (_left(live, row) for row in running), workers)
    for place, ticket in enumerate(ordered, start=1):
        live[ticket.run].place, live[ticket.run].waiting_seconds = place, waits[ticket.run]


def remaining_seconds(spec: RunSpec, live: Live, pace: float) -> float:
    """By the speed of this very run, once a member has done enough steps to tell."""
    total = 0.0
    for number, member in enumerate(spec.members):
        said = live.members.get(number, {"step": 0, "seconds": 0.0})
        a_step = said["seconds"] / said["step"] if said["step"] >= TELLING_STEPS else pace * seconds_a_step(member)
        left = member.training.steps - said["step"]
        total += left * a_step + (pace * evaluation_seconds(member, said["step"]) if left else 0.0)
    return total


def _left(live: Mapping[str, Live], row: Row) -> float:
    return live[row.id].remaining_seconds or 0.0

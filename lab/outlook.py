"""What those who wait are told: place and waiting time of every run in the queue, remaining time of those that train. Knows no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lab.journal import Row
from lab.queue import SECONDS_TO_BEGIN, Ticket, evaluation_seconds, expected_seconds, in_order, seconds_a_step, waiting_seconds
from lab.spec import RunSpec
from lab.views import Live

MEASURED_SECONDS = 60.0  # how far back the pace of a run is measured: its tests are in it, and what else the computer did then
TRUSTED_SECONDS = 0.25  # by the clock: so much weighs the pace of other runs


def look_ahead(rows: Sequence[Row], live: Mapping[str, Live], pace: float, served: Mapping[str, float], workers: int, now: float) -> None:
    """Write it into `live`, by run. `now` is a time in seconds by a clock that never goes back."""
    for row in rows:
        spec, one = RunSpec.from_dict(row.config), live[row.id]
        if row.state == "running" and one.step > 0:
            one.remaining_seconds = remaining_seconds(work_left(spec, one, row.best), one, pace, now)
        else:
            one.moments.clear()
            one.remaining_seconds = max(SECONDS_TO_BEGIN, expected_seconds(spec, pace) - row.seconds)  # it may go on from a pause
    running = [row for row in rows if row.state == "running"]
    tickets = [Ticket(row.id, row.visitor, row.place, _left(live, row)) for row in rows if row.state == "queued"]
    ordered = in_order(tickets, (row.visitor for row in running), served)
    waits = waiting_seconds(ordered, (_left(live, row) for row in running), workers)
    for place, ticket in enumerate(ordered, start=1):
        live[ticket.run].place, live[ticket.run].waiting_seconds = place, waits[ticket.run]


def remaining_seconds(left: float, live: Live, pace: float, now: float) -> float:
    """The work that is left at the pace of this very run, by the clock of the latest `MEASURED_SECONDS`; at first by that of others."""
    moments = live.moments
    if not moments or left < moments[-1][1]:
        moments.append((now, left))
    while len(moments) > 2 and moments[-1][0] - moments[1][0] >= MEASURED_SECONDS:
        moments.popleft()
    (began, before), (latest, after) = moments[0], moments[-1]
    seconds, measured = latest - began, (latest - began) / (before - after) if before > after else pace
    return left * (seconds * measured + TRUSTED_SECONDS * pace) / (seconds + TRUSTED_SECONDS)


def work_left(spec: RunSpec, live: Live, best: Sequence[Mapping[str, Any]]) -> float:
    """In seconds as they are expected of one core; what diverged has none."""
    total = 0.0
    for number, member in enumerate(spec.members):
        if not best[number].get("diverged"):
            step = live.members.get(number, {"step": 0})["step"]
            total += (member.training.steps - step) * seconds_a_step(member) + evaluation_seconds(member, step)
    return total


def _left(live: Mapping[str, Live], row: Row) -> float:
    return live[row.id].remaining_seconds or 0.0

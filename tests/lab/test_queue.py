"""Turns and waiting times, against their laws and a simulation of the queue."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab import plan, race
from lab.queue import Ticket, expected_seconds, in_order, pace_of, training_seconds, waiting_seconds

tickets = st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0.1, 100)), max_size=12).map(
    lambda runs: [Ticket(f"{visitor}{place}", visitor, place, seconds) for place, (visitor, seconds) in enumerate(runs, start=1)]
)


@given(tickets, st.lists(st.sampled_from("abcd"), max_size=2))
def test_turns(waiting: list[Ticket], running: list[str]) -> None:
    ordered = in_order(waiting, running)
    assert sorted(ticket.run for ticket in ordered) == sorted(ticket.run for ticket in waiting)
    for visitor in "abcd":
        own = [ticket.place for ticket in ordered if ticket.visitor == visitor]
        assert own == sorted(own), "a visitor's own runs keep their order"
    turns = {visitor: running.count(visitor) for visitor in "abcd"}
    for ticket in ordered:
        left = {other.visitor for other in ordered[ordered.index(ticket) :]}
        assert turns[ticket.visitor] == min(turns[visitor] for visitor in left), "nobody is a turn ahead of one who waits"
        turns[ticket.visitor] += 1


def test_who_was_served_longest_ago_goes_first_and_an_interrupted_run_before_all() -> None:
    waiting = [Ticket("a1", "a", 1), Ticket("b2", "b", 2), Ticket("c3", "c", 3)]
    assert [ticket.run for ticket in in_order(waiting, [], {"a": 20.0, "b": 10.0})] == ["c3", "b2", "a1"]
    assert in_order([*waiting, Ticket("d0", "d", 0)], ["d", "d"])[0].run == "d0"


@given(tickets, st.lists(st.floats(0, 50), max_size=3), st.integers(1, 3))
def test_waiting_times_are_those_of_a_simulated_queue(waiting: list[Ticket], remaining: list[float], workers: int) -> None:
    ordered, remaining = in_order(waiting), remaining[:workers]
    found = waiting_seconds(ordered, remaining, workers)
    ends = sorted(remaining) + [0.0] * (workers - len(remaining))
    for ticket in ordered:
        ends.sort()
        assert abs(found[ticket.run] - ends[0]) < 1e-6
        ends[0] += ticket.seconds


def test_expectations_grow_with_the_work_and_learn_from_what_was_measured() -> None:
    small, large = plan("small"), plan("large", d_model=256, layers=4, batch=128)
    twice = race(small, {"a": {}, "b": {}})
    assert 2 < expected_seconds(small) < expected_seconds(twice) < expected_seconds(large)
    assert expected_seconds(plan("long", steps=2000)) > 3 * expected_seconds(small)
    measured = [(small.as_dict(), 3 * training_seconds(small))] * 3
    assert abs(pace_of(measured) - 3) < 1e-6 and pace_of([]) == 1.0 and pace_of([(small.as_dict(), 0.0)]) == 1.0
    assert expected_seconds(small, pace=3) > 2.5 * expected_seconds(small)

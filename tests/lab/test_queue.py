"""Turns and waiting times, against their laws and a simulation of the queue."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab import RunSpec, plan, race
from lab.outlook import remaining_seconds, work_left
from lab.queue import Ticket, evaluation_seconds, expected_seconds, in_order, pace_of, training_seconds, waiting_seconds
from lab.views import Live

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


def told_as_it_goes(spec: RunSpec, live: Live, now: float, steps: range, seconds_a_step: float, tell: int = 5) -> float:
    """What is told of a run that takes `seconds_a_step` from now on, at the last of `steps`."""
    told = 0.0
    for step in steps[tell - 1 :: tell]:
        live.members[0] = {"step": step, "seconds": 0.0, "loss": 1.0}
        told = remaining_seconds(work_left(spec, live, [{}]), live, 1.0, now + (step - steps[0] + 1) * seconds_a_step)
    return told


@given(st.floats(0.02, 5.0), st.sampled_from([0, 7, 100]))
def test_time_left_follows_the_pace_of_this_very_run(seconds_a_step: float, evaluate_every: int) -> None:
    """A tenth of it done, the rest is told within a fifth, whatever was expected; a minute after a change, by the new pace."""
    spec, live = plan("small", steps=1000, evaluate_every=evaluate_every, evaluate_sentences=1), Live()
    assert abs(told_as_it_goes(spec, live, 0.0, range(1, 101), seconds_a_step) - 900 * seconds_a_step) < 0.2 * 900 * seconds_a_step + 5
    minute = min(400, int(60 / (3 * seconds_a_step)) + 11)
    slower, now = 3 * seconds_a_step, 100 * seconds_a_step
    told = told_as_it_goes(spec, live, now, range(101, 101 + minute), slower)
    assert minute * slower < 60 or abs(told - (900 - minute) * slower) < 0.2 * (900 - minute) * slower + 5


def test_a_member_that_diverged_has_no_work_left() -> None:
    both = race(plan("small"), {"a": {}, "b": {"rate": 1.0}})
    half = work_left(both, Live(), [{}, {"diverged": True}])
    assert half > 0 and abs(work_left(both, Live(), [{}, {}]) - 2 * half) < 1e-9
    done = Live(members={number: {"step": member.training.steps} for number, member in enumerate(both.members)})
    assert work_left(both, done, [{}, {}]) == 0.0


def test_the_last_step_is_followed_by_one_test() -> None:
    one = evaluation_seconds(plan("never", evaluate_every=0).members[0])
    (tens,) = plan("tens", steps=25, evaluate_every=10).members
    assert [round(evaluation_seconds(tens, after) / one) for after in (0, 9, 10, 20, 24, 25)] == [3, 3, 2, 1, 1, 0]

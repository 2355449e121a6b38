"""Who is next, and how long will it take: pure functions. Knows no torch."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from lab.spec import MemberSpec, RunSpec
from model.config import count_parameters

# Of one core, measured on the live recipe; `pace` corrects them by the runs this computer has done.
SECONDS_A_LAYER, OPERATIONS_A_SECOND = 0.0025, 6e10
TOKENS_A_SENTENCE, SECONDS_TO_BEGIN, SECONDS_A_TRANSLATION = 13, 1.0, 0.004
TOKENS_A_STORY, SECONDS_A_CONTINUATION = 60, 0.018  # of a decoder alone, which reads the whole text anew for each word


@dataclass(frozen=True)
class Ticket:
    """A run that waits. `place` counts from 1 in the order of joining; 0 goes before all others (it was interrupted)."""

    run: str
    visitor: str
    place: int
    seconds: float = 0.0


def in_order(waiting: Iterable[Ticket], running: Iterable[str] = (), served: Mapping[str, float] = MappingProxyType({})) -> list[Ticket]:
    """Round by round: nobody's second run goes before anybody's first, whoever pressed the button oftener.

    `running` names the visitor of each run that trains now; those have had their turn of this round. Within a round who was
    `served` longest ago (visitor -> time, missing for never) goes first.
    """
    rounds, found = Counter(running), []
    for ticket in sorted(waiting, key=lambda ticket: ticket.place):
        found.append((ticket.place > 0, rounds[ticket.visitor], served.get(ticket.visitor, 0.0), ticket.place, ticket))
        rounds[ticket.visitor] += 1
    return [ticket for *_, ticket in sorted(found, key=lambda item: item[:4])]


def waiting_seconds(ordered: Sequence[Ticket], remaining: Iterable[float], workers: int) -> dict[str, float]:
    """Run -> seconds until its turn, where those running take `remaining` seconds more and `workers` train side by side."""
    free = sorted(remaining)[:workers]
    free += [0.0] * (workers - len(free))
    heapq.heapify(free)
    found = {}
    for ticket in ordered:
        found[ticket.run] = heapq.heappop(free)
        heapq.heappush(free, found[ticket.run] + ticket.seconds)
    return found


def expected_seconds(spec: RunSpec, pace: float = 1.0) -> float:
    """What a run should take from its start, on one thread; `pace` is how much slower this computer has been than thought."""
    return SECONDS_TO_BEGIN + pace * (training_seconds(spec) + sum(evaluation_seconds(member) for member in spec.members))


def training_seconds(spec: RunSpec) -> float:
    return sum(seconds_a_step(member) * member.training.steps for member in spec.members)


def seconds_a_step(member: MemberSpec) -> float:
    """Overhead of each layer, and six operations a parameter and token (forward 2, backward 4); looking up a row costs none."""
    shape, training = member.shape, member.training
    parts = count_parameters(shape)
    multiplied = sum(parts.values()) - parts["embeddings"] + shape.vocabulary * shape.d_model
    alone = shape.kind == "decoder"
    tokens = training.batch if training.batch_by == "tokens" else training.batch * (TOKENS_A_STORY if alone else TOKENS_A_SENTENCE)
    return (1 if alone else 2) * shape.layers * SECONDS_A_LAYER + 6 * multiplied * tokens / OPERATIONS_A_SECOND


def evaluation_seconds(member: MemberSpec, after: int = 0) -> float:
    """Of all evaluations after that step; the last step is always followed by one."""
    training = member.training
    every = training.evaluate_every or training.steps
    times = -(-training.steps // every) - after // every if after < training.steps else 0
    if member.shape.kind == "decoder":
        return times * training.evaluate_sentences * SECONDS_A_CONTINUATION
    return times * 2 * training.evaluate_sentences * SECONDS_A_TRANSLATION


def pace_of(done: Iterable[tuple[Mapping[str, object], float]], latest: int = 5) -> float:
    """The median of measured over expected seconds of training, of the latest runs that ended well: (config, seconds), newest first."""
    ratios = []
    for config, seconds in done:
        if seconds > 0:
            ratios.append(seconds / training_seconds(RunSpec.from_dict(config)))
        if len(ratios) == latest:
            break
    return sorted(ratios)[len(ratios) // 2] if ratios else 1.0

"""Bets: a prediction locked in before anything is shown, kept in the visitor's record and come back to in later lessons."""

from __future__ import annotations

from ui import record


def bet_on(name: str) -> str | None:
    """What the learner bet under that name, None before the bet."""
    return record.bets().get(name)


def lock(name: str, choice: str) -> None:
    """Lock a bet in; the first one stands."""
    record.keep_bet(name, choice)

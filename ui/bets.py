"""Bets: a prediction locked in before anything is shown, kept in the visitor's record and come back to in later lessons."""

from __future__ import annotations

from ui import record


def bet_on(name: str) -> str | None:
    """What the learner bet under that name, None before the bet."""
    bet = record.bets().get(name)
    return None if bet is None else bet.choice


def question_of(name: str) -> str:
    """What that bet was asked, empty before it."""
    bet = record.bets().get(name)
    return "" if bet is None else bet.question


def lock(name: str, choice: str, question: str = "") -> None:
    """Lock a bet in; the first one stands. `question` is what it answers, for the page that shows them all."""
    record.keep_bet(name, choice, question)

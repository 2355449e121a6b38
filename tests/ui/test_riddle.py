"""The riddle: bets are locked, and the verdict is what the model wrote."""

from __future__ import annotations

import pytest

from ui.riddle import pronoun_of


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("l'animal n'a pas traversé la rue parce qu'il était trop fatigué", (10, "il")),
        ("l'animal n'a pas traversé la rue parce qu’elle était trop large", (10, "elle")),
        ("Elle dort", (0, "elle")),
        ("le fil est long", None),
        ("", None),
    ],
)
def test_the_pronoun_is_found_in_what_was_written(target: str, found: tuple[int, str] | None) -> None:
    assert pronoun_of(target) == found

"""What is said of a story that a model went on with."""

from __future__ import annotations

import random

import pytest

from model.corpora.stories import SENTENCES, is_story, sample_story
from ui import train_tell


@pytest.mark.parametrize("seed", range(5))
def test_a_whole_story_fits_and_one_that_forgets_who_it_is_about_does_not(seed: int) -> None:
    beginning, *rest = sample_story(random.Random(seed))
    written = " ".join(rest)
    assert train_tell.split(beginning, written) == (written, "")
    assert train_tell.judged(beginning, written)["right"] and "whole story" in train_tell.verdict(beginning, written)
    other = " ".join([*rest[:2], "Somebody sang.", *rest[2:]])
    assert not is_story(f"{beginning} {other}")
    fits, left = train_tell.split(beginning, other)
    assert f"{fits} {left}" == other and fits == " ".join(rest[:2])
    words = train_tell.judged(beginning, other)["words"]
    assert [word for word, _ in words] == other.split() and sum(right for _, right in words) == len(fits.split())
    assert train_tell.verdict(beginning, other) == "2 of its sentences fit"
    assert len(rest) == SENTENCES - 1


def test_what_cannot_be_judged_says_so_and_nonsense_without_end_is_cut() -> None:
    assert "nobody can say" in train_tell.verdict("He sang.", "He sang again.")
    fits, left = train_tell.split("He sang.", "so " * 500)
    assert fits == "" and left.endswith(" …") and len(left) <= train_tell.SHOWN_CHARACTERS + 2
    assert train_tell.split("He sang.", "") == ("", "")

"""What is said of a story that a model went on with: each of its sentences is judged against what stands before."""

from __future__ import annotations

import re
from typing import Any

from model.corpora import stories
from ui.words import _, many

SHOWN_CHARACTERS = 400  # of what is written; before it has learnt anything a model may go on for ever


def judged(beginning: str, written: str) -> dict[str, Any]:
    """An answer in the table of samples: each word, and whether it belongs."""
    fits, rest = split(beginning, written)
    words = [(word, True) for word in fits.split()] + [(word, False) for word in rest.split()]
    whole = stories.is_story(f"{beginning} {written}")
    return {"words": words, "right": whole, "verdict": verdict(beginning, written)}


def split(beginning: str, written: str) -> tuple[str, str]:
    """The sentences written that fit what stands before, and the rest, shortened."""
    count = max(0, stories.sentences_that_fit(f"{beginning} {written}") - 1)
    sentences = re.split(r"(?<=\.) ", written)
    rest = " ".join(sentences[count:])
    return " ".join(sentences[:count]), rest if len(rest) <= SHOWN_CHARACTERS else rest[:SHOWN_CHARACTERS].rsplit(" ", 1)[0] + " …"


def verdict(beginning: str, written: str) -> str:
    count = stories.sentences_that_fit(f"{beginning} {written}")
    if not written:
        return _("(nothing)")
    if stories.is_story(f"{beginning} {written}"):
        return _("a whole story, all of it fits")
    if count == 0:
        return _("not a beginning of its stories: nobody can say what fits")
    return many("{count} of its sentences fits", "{count} of its sentences fit", count - 1).format(count=count - 1)

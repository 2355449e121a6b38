"""The riddle that runs through the course: tired makes French write il, wide makes it write elle. Its bet and its verdict.

What the model writes is read from its own translation, never assumed.
"""

from __future__ import annotations

from typing import Any

from model.reading import Reading
from ui import readings, sentences
from ui.address import Stage
from ui.bets import bet_on, lock
from ui.sentences import RIDDLE_NOUNS
from ui.stage_data import french_words, strongest_look, threads
from ui.words import _

SKIP = "skip"


def lock_bet(source: str, choice: object) -> None:
    """A bet made in the picture of the sentence: a noun, or `skip`, which skips both."""
    word = sentences.riddle_of(source)
    if word is None or choice not in (*sentences.RIDDLE_NOUNS, SKIP):
        return
    for name in sentences.RIDDLE if choice == SKIP else (word,):
        lock(f"riddle.{name}", str(choice))


def pronoun_of(target: str) -> tuple[int, str] | None:
    """(place of the word, `il` or `elle`) of the first such pronoun of a translation, None where it has none."""
    for place, (start, end) in enumerate(french_words(target)):
        if (word := target[start:end].lower()) in ("il", "elle"):
            return place, word
    return None


def picture_data(stage: Stage, reading: Reading) -> dict[str, Any] | None:
    """What the picture needs where the stage holds the riddle and the model writes a pronoun: a bet to take, or a verdict."""
    word = sentences.riddle_of(reading.source)
    written = pronoun_of(reading.target)
    if word is None or written is None or reading.forced:
        return None
    other = next(name for name in sentences.RIDDLE if name != word)
    words, bet = reading.source.split(" "), bet_on(f"riddle.{word}")
    if bet is not None:
        lock(f"riddle.{word}.seen", written[1])
    seen = bet_on(f"riddle.{other}.seen") is not None
    change = {"sentence": sentences.RIDDLE[other], "label": _("Now change {word} to {other}").format(word=word, other=other)}
    return {
        "pronoun": words.index("it"),
        "nouns": [words.index(noun) for noun in sentences.RIDDLE_NOUNS],
        "names": list(sentences.RIDDLE_NOUNS),
        "written": written[0],
        "stop": written[0] if bet is None else None,
        "question": _("The model is about to write il or elle. Your bet: which noun does “it” mean? Touch it."),
        "skip": _("Skip the bet"),
        "verdict": None if bet is None else " ".join(_verdict(stage, written[1], bet, other if seen else None)),
        "looks": _looks(reading, written, words),
        "other": change if bet is not None and not seen else None,
    }


def _looks(reading: Reading, written: tuple[int, str], words: list[str]) -> str:
    """Where the French pronoun looks, and where the encoder had made `it` look: numbers of this reading."""
    place, pronoun = written
    shares = dict(zip(words, threads(reading)[place], strict=True))
    animal, street = (strongest_look(reading, words.index("it"), words.index(noun)) for noun in RIDDLE_NOUNS)
    in_decoder = _(
        "The threads of “{pronoun}”: {it} % to “it”, {animal} % to “animal”, {street} % to “street” (cross-attention, "
        "last layer, mean of {heads} heads)."
    ).format(
        pronoun=pronoun, heads=reading.config.heads, it=round(100 * shares["it"]),
        animal=round(100 * shares["animal"]), street=round(100 * shares["street"]),
    )  # fmt: skip
    in_encoder = _(
        "Before that, in the encoder, “it” gives “animal” at most {animal} % (layer {animal_layer}, head {animal_head}) "
        "and “street” at most {street} % (layer {street_layer}, head {street_head})."
    ).format(
        animal=round(100 * animal.weight), animal_layer=animal.layer + 1, animal_head=animal.head + 1,
        street=round(100 * street.weight), street_layer=street.layer + 1, street_head=street.head + 1,
    )  # fmt: skip
    return f"{in_decoder} {in_encoder}"


def _verdict(stage: Stage, written: str, bet: str, other: str | None) -> list[str]:
    """Whole sentences: the bet against what was written, why that says so, and what the other sentence, once seen, changes."""
    noun = "animal" if written == "il" else "street"
    said = []
    if bet == noun:
        said.append(_("Your bet was “{bet}”, and the model agrees.").format(bet=bet))
    elif bet != SKIP:
        said.append(_("Your bet was “{bet}”; the model says “{noun}”.").format(bet=bet, noun=noun))
    if written == "il":
        said.append(_("It writes il, masculine: l'animal is masculine, la rue feminine."))
    else:
        said.append(_("It writes elle, feminine: la rue is feminine, l'animal masculine."))
    if other is not None:
        elsewhere = pronoun_of(readings.reading(stage.model, sentences.RIDDLE[other]).target)
        if elsewhere is not None and elsewhere[1] != written:
            said.append(_("Only the last English word changed, and the French pronoun before it changed with it. How can it know?"))
    return said

"""The grammar of stories: the same for the same seed, nobody changes half way, and nothing says how it goes on."""

from __future__ import annotations

import math
import random
import re
import subprocess
import sys
import zlib
from collections import Counter, defaultdict

import pytest

from model.corpora import load_corpus, stories
from model.corpora.stories import Scene, is_story, nats_a_token, sample_story, sentences_that_fit, share_that_fits, text_of

WORD = re.compile(r"\w+|[^\w\s]")


@pytest.fixture(scope="module")
def corpus():
    return load_corpus("stories", seed=0, pairs=4_000)


@pytest.fixture(scope="module")
def told(corpus):
    return [text_of(pair) for pair in corpus.train]


def test_the_same_for_the_same_seed_whatever_ran_before():
    script = "import zlib; from model.corpora import load_corpus; print(zlib.crc32(repr(load_corpus('stories', 9, 50)).encode()))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "5"})
    assert int(run.stdout) == zlib.crc32(repr(load_corpus("stories", 9, 50)).encode())
    assert load_corpus("stories", 9, 50).held_out == load_corpus("stories", 9, 20).held_out
    assert load_corpus("stories", 8, 50).train != load_corpus("stories", 9, 50).train


def test_no_story_twice_and_none_held_out_is_learnt(corpus, told):
    unseen = [text_of(pair) for pair in corpus.held_out["unseen_stories"]]
    assert len(unseen) == 1000 and len({*told, *unseen}) == len(told) + len(unseen)


def test_a_few_hundred_words_and_not_too_long(told):
    words = Counter(word for text in told for word in WORD.findall(text))
    assert 200 < len(words) < 600 and min(words.values()) >= 5
    lengths = [len(WORD.findall(text)) for text in told]
    assert min(lengths) >= 30 and max(lengths) <= 79, "with its start it fits the recipe of 80 tokens"
    assert all(len(re.findall(r"\.(?= |$)", text)) == 5 for text in told)


def test_every_scene_is_told(told):
    openings = {
        tuple(scene.begins for scene in stories.scenes() if scene.begins == begins) for begins in {s.begins for s in stories.scenes()}
    }
    assert all(len(choices) >= 2 for choices in openings), "nowhere is there only one way on"
    for scene in stories.scenes():
        assert any(stories._pattern(scene).search(text) for text in told), scene.text


def test_everybody_and_everything_stays(told):
    """Read without the scenes: one he and one she a story, one thing, one animal, and pieces whose number does not change."""
    for text in told:
        found = WORD.findall(text)
        women, men = ({word for word in found if word in stories.names_of(pronoun)} for pronoun in ("she", "he"))
        assert len(women) <= 1 and len(men) <= 1
        for slot in ("animal", "colour", "food", "relative", "material"):
            assert len({word for word in found if word in stories.words_of(slot)}) <= 1, (slot, text)
        pieces = re.findall(r"(\w+) pieces", text)
        assert len(set(pieces)) <= 1


def test_the_beginning_does_not_fix_how_it_goes_on(told):
    """After the same words so far there is, all through a story, more than one next word."""
    kinds = defaultdict(Counter)
    for text in told:
        words = WORD.findall(text)
        for place in range(2, len(words)):
            kinds[tuple(words[place - 2 : place])][words[place]] += 1
    often = [counts for counts in kinds.values() if sum(counts.values()) > 200]
    assert sum(len(counts) > 1 for counts in often) > 0.5 * len(often)
    after_opening = Counter(text.split(". ")[1].split()[0] for text in told)
    assert len(after_opening) > 10 and after_opening.most_common(1)[0][1] < 0.5 * len(told)


def test_every_story_is_one(told):
    assert all(map(is_story, told)) and all(sentences_that_fit(text) == 5 for text in told[:200])


def exchanged(text, old, new, last=False):
    """One mention replaced, the first or the last."""
    place = text.rindex(old) if last else text.index(old)
    return text[:place] + new + text[place + len(old) :]


TOLD = (
    "One spring Paula noticed a curious black basket at the market. Marco came by and begged to see the basket. "
    "That night a hungry mouse came and ate the basket. Paula and Marco hid for the mouse with some fish. "
    "The next spring the basket lay at the market again, and the mouse was gone."
)


@pytest.mark.parametrize(
    ("change", "fitting"),
    [
        (lambda text: exchanged(text, "basket", "drum", last=True), 4),
        (lambda text: exchanged(text, "mouse", "fox", last=True), 4),
        (lambda text: exchanged(text, "Marco hid", "Otto hid"), 3),
        (lambda text: exchanged(text, "Marco", "Greta"), 1),  # two of one pronoun
        (lambda text: exchanged(text, "at the market again", "in the forest again"), 4),
        (lambda text: text.rsplit(". ", 1)[0] + ".", 4),
        (lambda text: text + " The next spring it was gone.", 5),
        (lambda text: ". ".join(reversed(text[:-1].split(". "))) + ".", 0),
        (lambda text: "", 0),
    ],
)
def test_what_does_not_hang_together_is_not_a_story(change, fitting):
    assert is_story(TOLD) and sentences_that_fit(TOLD) == 5
    assert not is_story(change(TOLD)) and sentences_that_fit(change(TOLD)) == fitting
    beginning, _, rest = change(TOLD).partition(". ")
    assert share_that_fits(f"{beginning}.", rest) == max(0, fitting - 1) / 4, "the first sentence was given"


def test_pronouns_are_those_of_the_people():
    text = "Toby hid a curious green map by the lake. He told only Vera, and together they ran to look at the map."
    assert sentences_that_fit(text) == 2
    assert sentences_that_fit(text.replace("He told", "She told")) == 1


def test_the_chance_in_a_story_by_hand(monkeypatch):
    """ln 2 for who is the hero, ln 12 twice for the names, ln 4 for the bracket, ln 10 for the food: over five tokens."""
    monkeypatch.setattr(stories, "scenes", lambda: (Scene("", "end", "{hero} [eats|likes|buys|sells] {food}."),))
    expected = (math.log(2) + 2 * math.log(12) + math.log(4) + math.log(10)) / 5
    assert nats_a_token(50) == pytest.approx(expected)


def test_the_chance_in_a_story_hardly_varies():
    assert nats_a_token(300, seed=1) == pytest.approx(nats_a_token(300, seed=2), rel=0.03)
    assert [len(sample_story(random.Random(seed))) for seed in range(20)] == [5] * 20

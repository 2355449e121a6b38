"""The shipped model is as good as its card says, on sentences and combinations it has never seen; its film ends in itself."""

import pytest
import torch

from model.config import preset
from model.corpora import load_corpus
from model.evaluation import exact_match, referent_accuracy
from model.frames import frame_paths, read_frame
from model.saved import ASSETS, load_model, parameters_of
from model.transformer import new_model
from model.translate import translate

FOLDER = ASSETS / "toy"


@pytest.fixture(scope="module")
def toy():
    return load_model(FOLDER)


@pytest.fixture(scope="module")
def corpus(toy):
    return load_corpus(toy.card["data"], toy.card["seed"], 100)  # the held-out sets depend on the seed alone


@pytest.mark.parametrize("split", ["unseen_sentences", "unseen_combinations"])
def test_it_translates_what_it_has_not_seen(toy, corpus, split):
    pairs = corpus.held_out[split]
    found = [one.translation for one in translate(toy.translator, toy.tokenizer, [pair.source for pair in pairs], beam=1)]
    share = exact_match(found, [pair.target for pair in pairs])
    referents = referent_accuracy(pairs, found)
    assert len(pairs) == 1000 and share >= 0.99
    assert share == pytest.approx(toy.card["scores"][split]["exact_match"], abs=0.002)
    assert referents.pairs > 300 and referents.agreement >= 0.99


def test_it_settles_the_riddle_both_ways(toy):
    sentence = "the animal did not cross the street because it was too {}"
    tired, wide = translate(toy.translator, toy.tokenizer, [sentence.format("tired"), sentence.format("wide")], beam=1)
    assert tired.translation == "l'animal n'a pas traversé la rue parce qu'il était trop fatigué"
    assert wide.translation == "l'animal n'a pas traversé la rue parce qu'elle était trop large"
    assert len(tired.source_pieces) == 12  # a word is a token


def test_its_card_says_what_a_card_must(toy):
    assert {"data", "terms", "command", "seed", "commit", "seconds", "scores", "limits", "licence"} <= set(toy.card)
    assert toy.config.norm == "post" and toy.config == preset("toy").with_(vocabulary=len(toy.tokenizer.pieces))
    assert len(toy.card["piece_counts"]) == len(toy.tokenizer.pieces)


def test_its_film_begins_with_noise_and_ends_in_the_model(toy):
    paths = list(frame_paths(FOLDER).values())
    first, last = read_frame(paths[0]), read_frame(paths[-1])
    random = parameters_of(new_model(toy.config, toy.card["seed"]))
    assert len(paths) >= 12
    for name, parameter in parameters_of(toy.model).items():
        assert torch.equal(first[name], random[name].half().float())
        assert torch.equal(last[name], parameter.half().float())

"""The films of lesson 13: their first steps trained again, their end held to what the lesson says of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model import leak
from model.corpora import stories
from model.held_out import teacher_forced
from model.leak import begin, encoded, material, peeking
from model.loss import smoothing_floor
from ui.shipped import shipped

AGAIN = 18  # steps trained again; two moments of either film lie in them
BOTH = [(world, kind) for world in ("translation", "stories") for kind in ("masked", "open")]


@pytest.fixture(scope="module", params=["translation", "stories"])
def world(request):
    """The name of a world, what both of its trainings share, and the trainings before their first step, by kind."""
    given = material(request.param)
    return request.param, given, {"masked": begin(given, masked=True), "open": begin(given, masked=False)}


def test_both_trainings_of_a_world_differ_in_the_mask_alone(world):
    _, _, trainings = world
    one, other = trainings["masked"], trainings["open"]
    assert one.model.config.with_(causal_mask=False) == other.model.config
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(one.model.parameters(), other.model.parameters(), strict=True))
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(one.batches._order[:50], other.batches._order[:50], strict=True))


def test_with_the_mask_no_head_can_look_ahead(world):
    _, given, trainings = world
    with torch.no_grad():
        ahead, _, weights = peeking(trainings["masked"].model, given)
        assert ahead == 0 and not np.triu(weights, 1).any()
        ahead, (layer, head), weights = peeking(trainings["open"].model, given)
    assert ahead == pytest.approx(np.diagonal(weights, 1).mean()) and ahead > 0
    assert 0 <= layer < given.shape.layers and 0 <= head < given.shape.heads


@pytest.mark.parametrize("kind", ["masked", "open"])
def test_the_first_steps_come_out_again(world, kind):
    name, given, trainings = world
    film, training = shipped(f"leak-{name}-{kind}", "toy"), trainings[kind]
    assert film is not None
    losses, held_out = [], {}
    for _ in range(AGAIN):
        losses.append(training.advance().loss)
        if training.step in film.arrays["moments"]:
            with torch.no_grad():
                held_out[training.step] = teacher_forced(training.model, encoded(training.model, given))[0]
    assert losses[-1] < 0.95 * losses[0], "it learns"
    assert np.allclose(losses, film.arrays["loss"][:AGAIN], rtol=0.03), "batches may come in another order, the curve stays"
    assert held_out
    for step, loss in held_out.items():
        assert loss == pytest.approx(film.arrays["held_out"][list(film.arrays["moments"]).index(step)], rel=0.03)


def test_what_is_measured_has_not_been_learnt(world):
    _, given, _ = world
    learnt = {(pair.source, pair.target) for pair in given.corpus.train}
    assert not any((pair.source, pair.target) in learnt for pair in given.measured)


@pytest.mark.parametrize(("name", "kind"), BOTH)
def test_a_film_is_whole(name, kind):
    film = shipped(f"leak-{name}-{kind}", "toy")
    moments, about = film.arrays["moments"], film.about
    assert moments[0] == 0 and moments[-1] == about["steps"] == len(film.arrays["loss"]) and len(moments) == 15
    assert about["floor"] == pytest.approx(smoothing_floor(about["vocabulary"], 0.1))
    assert film.arrays["loss"].min() > about["floor"] - 0.01, "no loss below the floor"
    assert len(about["written"]) == 15 and {len(row) for row in about["written"]} == {leak.SHOWN}
    assert about["seconds"] < 180


def test_translation_hardly_tells_and_collapses_on_its_own():
    masked, opened = (shipped(f"leak-translation-{kind}", "toy") for kind in ("masked", "open"))
    ends = [float(film.arrays["loss"][-20:].astype(float).mean()) for film in (masked, opened)]
    assert ends[1] < ends[0] < ends[1] + 0.1
    assert masked.arrays["good"][-1] > 0.8 and opened.arrays["good"][-1] < 0.3
    assert opened.arrays["peek"][-1] > 0.8


def test_stories_dive_to_the_floor_and_are_nonsense():
    masked, opened = (shipped(f"leak-stories-{kind}", "toy") for kind in ("masked", "open"))
    ends = [float(film.arrays["loss"][-20:].astype(float).mean()) for film in (masked, opened)]
    assert ends[1] - opened.about["floor"] < 0.05 and ends[0] > ends[1] + 0.4
    assert masked.arrays["fitting"][-1] > 3.5 and opened.arrays["fitting"][-1] < 1.5
    chance = stories.nats_a_token(300)
    assert opened.arrays["held_out"][-1] < 0.5 * chance, "only who has seen the future is below"
    assert masked.arrays["held_out"][-1] > chance

"""The film of a training: dense at the start, at most 32 MB on the disk, and what was written is what is read."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.frames import FILM_BYTES, frame_paths, frame_steps, read_frame, write_frame
from tests.model.tiny import tiny_corpus, tiny_model, tiny_tokenizer


@given(steps=st.integers(1, 5000), frames=st.integers(1, 60), parameters=st.integers(1, 10**9))
def test_frames_go_from_the_untrained_to_the_last_step_within_their_room(steps, frames, parameters):
    found = frame_steps(steps, frames, parameters)
    assert len(found) <= max(2, frames) and len(found) * 2 * parameters <= FILM_BYTES
    if found:
        assert found[0] == 0 and found[-1] == steps and list(found) == sorted(set(found))


def test_most_frames_are_early():
    found = frame_steps(500, 30, 250_000)
    assert len(found) == 30 and sum(step <= 125 for step in found) >= 15


def test_no_frames_where_none_are_wanted_or_not_two_fit():
    assert frame_steps(500, 0, 1000) == ()
    assert frame_steps(500, 30, FILM_BYTES // 2) == ()
    assert len(frame_steps(500, 30, 2 * 10**6)) >= 2


@pytest.mark.parametrize("tied", [True, False])
def test_a_frame_is_read_back_in_half_precision(tmp_path, tied):
    model = tiny_model(tiny_tokenizer(tiny_corpus()), tied_embeddings=tied)
    path = write_frame(tmp_path, 12, model)
    assert frame_paths(tmp_path) == {12: path}
    found = read_frame(path)
    assert found.keys() == {name for name, _ in model.named_parameters()}
    for name, parameter in model.named_parameters():
        assert found[name].dtype == torch.float32 and torch.equal(found[name], parameter.half().float())


def test_the_room_holds_names_too(tmp_path):
    model = tiny_model(tiny_tokenizer(tiny_corpus()))
    parameters = sum(parameter.numel() for parameter in model.parameters())
    size = write_frame(tmp_path, 0, model).stat().st_size
    assert size * len(frame_steps(10**6, 10**5, parameters)) <= FILM_BYTES


def test_frames_stand_in_order(tmp_path):
    model = tiny_model(tiny_tokenizer(tiny_corpus()))
    for step in (1_000_000, 0, 20):
        write_frame(tmp_path, step, model)
    assert list(frame_paths(tmp_path)) == [0, 20, 1_000_000]

"""Training against independent arithmetic, and its promises: it can be stopped anywhere and goes on bit by bit."""

import copy
import json
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from model import checkpoints, files
from model.checkpoints import checkpoint_paths, newest_checkpoint
from model.config import PADDING
from model.errors import LabError
from model.frames import frame_paths, read_frame
from model.norms import Parts, part_of
from model.run_folder import read_run
from model.saved import load_model
from model.schedules import rate_at
from model.train_config import TrainConfig
from model.training import Keeper, Training, train
from tests.model.tiny import TINY, tiny_corpus, tiny_model, tiny_tokenizer, tiny_training


def run(folder, config=TINY, steps=None, kind="word", **options):
    """Train in `folder`, at most `steps` steps, and stop as whoever pulls may: (the model, its steps)."""
    shape = {name: options.pop(name) for name in ("dropout", "tied_embeddings", "norm") if name in options}
    corpus = tiny_corpus()
    tokenizer = tiny_tokenizer(corpus, kind)
    model = tiny_model(tokenizer, **shape)
    stream, taken = train(model, tokenizer, corpus, config, folder, **options), []
    for step in stream:
        taken.append(step)
        if len(taken) == steps:
            stream.close()
    return model, taken


def same_parameters(one, other):
    return all(torch.equal(ours, theirs) for ours, theirs in zip(one.parameters(), other.parameters(), strict=True))


def told(steps):
    """All a step says but how long it took."""
    return [{name: value for name, value in step.as_dict().items() if name not in ("seconds", "held_out")} for step in steps]


def oracle_gradients(model, batch, smoothing):
    logits = model(batch.source, batch.decoder_input).logits
    loss = functional.cross_entropy(logits.transpose(1, 2), batch.labels, ignore_index=PADDING, label_smoothing=smoothing)
    return [gradient.double().numpy() for gradient in torch.autograd.grad(loss, list(model.parameters()))]


class NumpyAdam:
    """Adam (Kingma and Ba, 2015, algorithm 1) and AdamW (Loshchilov and Hutter, 2019, algorithm 2) as they are written."""

    def __init__(self, values, config):
        self.values, self.config, self.t = values, config, 0
        self.m, self.v = [np.zeros_like(value) for value in values], [np.zeros_like(value) for value in values]

    def step(self, gradients, rate):
        config, self.t = self.config, self.t + 1
        for i, gradient in enumerate(gradients):
            if config.optimizer == "adam":
                gradient = gradient + config.weight_decay * self.values[i]
            else:
                self.values[i] = self.values[i] - rate * config.weight_decay * self.values[i]
            self.m[i] = config.beta1 * self.m[i] + (1 - config.beta1) * gradient
            self.v[i] = config.beta2 * self.v[i] + (1 - config.beta2) * gradient**2
            m, v = self.m[i] / (1 - config.beta1**self.t), self.v[i] / (1 - config.beta2**self.t)
            self.values[i] = self.values[i] - rate * m / (np.sqrt(v) + config.epsilon)


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_steps_are_those_of_the_papers_of_adam(optimizer, decay):
    # With a larger epsilon a gradient of nearly zero does not turn its rounding error into a whole step.
    config = TINY.with_(optimizer=optimizer, weight_decay=decay, epsilon=1e-4, evaluate_every=0)
    training = tiny_training(config)
    twin, batches = copy.deepcopy(training.model), copy.deepcopy(training.batches)
    adam = NumpyAdam([parameter.detach().double().numpy() for parameter in twin.parameters()], config)
    for number in range(1, 6):
        training.advance()
        adam.step(oracle_gradients(twin, next(batches), config.label_smoothing), rate_at(number, config, 16))
        with torch.no_grad():
            for parameter, value in zip(twin.parameters(), adam.values, strict=True):
                parameter.copy_(torch.from_numpy(value))
    for ours, theirs in zip(training.parameters, adam.values, strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), theirs, atol=2e-5)


def test_the_first_step_of_adam_is_the_rate_whatever_the_gradient():
    """m̂ / √v̂ is the gradient's sign at the first step."""
    training = tiny_training(TINY.with_(epsilon=1e-12))
    before = [parameter.detach().clone() for parameter in training.parameters]
    gradients = oracle_gradients(training.model, next(copy.deepcopy(training.batches)), TINY.label_smoothing)
    step = training.advance()
    for parameter, old, gradient in zip(training.parameters, before, gradients, strict=True):
        clear = torch.from_numpy(np.abs(gradient) > 1e-5)
        sign = torch.from_numpy(-np.sign(gradient)).float()
        torch.testing.assert_close((parameter.detach() - old)[clear], step.rate * sign[clear], atol=1e-6, rtol=1e-3)


def test_the_loss_is_of_the_batch_before_the_update():
    training = tiny_training()
    batch = next(copy.deepcopy(training.batches))
    with torch.no_grad():
        logits = training.model(batch.source, batch.decoder_input).logits.transpose(1, 2)
    oracle = functional.cross_entropy(logits, batch.labels, ignore_index=PADDING, label_smoothing=TINY.label_smoothing)
    step = training.advance()
    assert step.loss == pytest.approx(oracle.item(), rel=1e-6) and step.tokens == batch.tokens and step.step == 1


@pytest.mark.parametrize("shape", [{}, {"tied_embeddings": True}, {"norm": "pre"}])
def test_norms_by_part_make_up_the_whole(shape):
    training = tiny_training(TINY.with_(norms_every=1), **shape)
    for _ in range(3):
        before = torch.cat([parameter.detach().flatten().clone() for parameter in training.parameters])
        gradients = oracle_gradients(training.model, next(copy.deepcopy(training.batches)), TINY.label_smoothing)
        step = training.advance()
        moved = torch.cat([parameter.detach().flatten() for parameter in training.parameters]) - before
        total = math.sqrt(sum(float((gradient**2).sum()) for gradient in gradients))
        assert step.gradient_norm == pytest.approx(total, rel=1e-4)
        assert math.sqrt(sum(norm**2 for norm in step.gradient_norms.values())) == pytest.approx(total, rel=1e-4)
        assert math.sqrt(sum(norm**2 for norm in step.update_norms.values())) == pytest.approx(moved.norm().item(), rel=1e-4)
        assert step.gradient_norms.keys() == step.update_norms.keys() == set(training.parts.names)


def test_parts_are_what_a_learner_can_point_at():
    names = Parts(tiny_training(norm="pre").model).names
    assert {"source_embedding", "target_embedding", "output", "encoder.0.self_attention", "decoder.0.cross_attention"} <= set(names)
    assert {"encoder.0.feed_forward", "decoder.0.normalization", "encoder.normalization"} <= set(names)
    assert part_of("decoder.layers.3.self_attention.key.weight") == "decoder.3.self_attention"


def test_norms_by_part_come_every_so_often():
    training = tiny_training(TINY.with_(norms_every=4, steps=10, evaluate_every=0))
    assert [step.step for step in (training.advance() for _ in range(10)) if step.gradient_norms] == [1, 4, 8, 10]


@pytest.mark.parametrize("clip", [0.05, 1e6])
def test_clipping_is_torchs(clip):
    training = tiny_training(TINY.with_(clip=clip))
    twin = copy.deepcopy(training.model)
    batch = next(copy.deepcopy(training.batches))
    logits = twin(batch.source, batch.decoder_input).logits.transpose(1, 2)
    functional.cross_entropy(logits, batch.labels, ignore_index=PADDING, label_smoothing=TINY.label_smoothing).backward()
    norm = torch.nn.utils.clip_grad_norm_(twin.parameters(), clip)
    step = training.advance()
    assert step.gradient_norm == pytest.approx(norm.item(), rel=1e-5), "the norm is told as it was before clipping"
    for ours, theirs in zip(training.parameters, twin.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize(
    ("changes", "options"),
    [
        ({}, {"dropout": 0.2}), ({"subword_alpha": 0.2, "clip": 0.5}, {"dropout": 0.1, "kind": "unigram"}),
        ({"spelling": 0.3, "optimizer": "adam", "schedule": "paper"}, {"tied_embeddings": True}),
        ({"batch_by": "tokens", "batch": 70}, {"dropout": 0.3}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stop", [10, 7])
def test_ten_and_ten_are_twenty(tmp_path, changes, options, stop):
    """At a checkpoint, and in between where stopping makes one: the same parameters and the same story, bit by bit."""
    config = TINY.with_(**changes)
    whole, straight = run(tmp_path / "straight", config, **options)
    _, first = run(tmp_path / "halves", config, steps=stop, **options)
    resumed, second = run(tmp_path / "halves", config, resume=True, **options)
    assert told(first + second) == told(straight) and len(straight) == 20
    assert same_parameters(whole, resumed)
    lines = (tmp_path / "halves" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == list(range(1, 21))
    assert (tmp_path / "halves" / "model.safetensors").read_bytes() == (tmp_path / "straight" / "model.safetensors").read_bytes()


def test_goes_on_from_the_checkpoint_before_where_the_newest_is_damaged(tmp_path):
    config = TINY.with_(checkpoint_every=4)
    whole, _ = run(tmp_path / "straight", config)
    run(tmp_path / "run", config, steps=14)
    newest = checkpoint_paths(tmp_path / "run")[-1]
    assert newest.stem == "000014"
    newest.write_bytes(newest.read_bytes()[:1000])
    resumed, steps = run(tmp_path / "run", config, resume=True)
    assert steps[0].step == 13 and same_parameters(whole, resumed)
    told_steps = [json.loads(line)["step"] for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert told_steps == list(range(1, 21)), "every step is told once"


def test_a_run_killed_while_it_writes_goes_on_from_before(tmp_path, monkeypatch):
    whole, _ = run(tmp_path / "straight", TINY.with_(checkpoint_every=5))

    def full(path, data):
        if "000010" in path.name and path.parent.name == checkpoints.FOLDER:
            raise OSError(28, "No space left on device")
        files.write_whole(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "write_whole", full)
        with pytest.raises(OSError, match="No space"):
            run(tmp_path / "run", TINY.with_(checkpoint_every=5))
    assert newest_checkpoint(tmp_path / "run").step == 5
    resumed, steps = run(tmp_path / "run", TINY.with_(checkpoint_every=5), resume=True)
    assert steps[0].step == 6 and same_parameters(whole, resumed)


@pytest.mark.parametrize("killed", [0, 3])
def test_a_run_killed_before_its_first_checkpoint_goes_on_from_its_beginning(tmp_path, killed):
    config, corpus = TINY.with_(checkpoint_every=5), tiny_corpus()
    whole, straight = run(tmp_path / "straight", config)
    training = Training(tiny_model(tokenizer := tiny_tokenizer(corpus)), tokenizer, corpus, config)
    keeper = Keeper(tmp_path / "run", training, tokenizer, corpus, {})
    keeper.begin({})
    for _ in range(killed):
        keeper.keep(training.advance())
    resumed, steps = run(tmp_path / "run", config, resume=True)
    assert told(steps) == told(straight) and same_parameters(whole, resumed)
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == list(range(1, 21)), "every step is told once"


def test_the_last_three_and_the_best_stay(tmp_path):
    _, steps = run(tmp_path, TINY.with_(checkpoint_every=3, evaluate_every=2))
    assert [int(path.stem) for path in checkpoint_paths(tmp_path)] == [15, 18, 20]
    best = max((step for step in steps if step.held_out), key=lambda step: step.held_out.rank)
    again = tiny_training(TINY.with_(evaluate_every=0))
    for _ in range(best.step):
        again.advance()
    saved = load_model(tmp_path)
    assert same_parameters(saved.model, again.model) and saved.card["step"] == best.step
    assert saved.card["scores"]["unseen"]["bleu"] == best.held_out.splits["unseen"].bleu


def test_the_folder_is_that_of_a_model_from_the_beginning(tmp_path):
    _, steps = run(tmp_path, steps=1)
    saved = load_model(tmp_path)
    assert len(steps) == 1 and same_parameters(saved.model, tiny_model(saved.tokenizer)), "nothing was measured yet: the untrained"
    config, about = read_run(tmp_path)
    assert config == TINY and about["name"] == "backwards" and about["pairs"] == 44


def test_the_film_is_what_the_model_was(tmp_path):
    _, steps = run(tmp_path)
    assert list(frame_paths(tmp_path)) == [0, 2, 9, 20] == [0, *(step.frame for step in steps if step.frame)]
    model, _ = run(None, steps=9)
    frame = read_frame(frame_paths(tmp_path)[9])
    for name, parameter in model.named_parameters():
        assert torch.equal(frame[name], parameter.detach().half().float())


def test_a_folder_is_one_run(tmp_path):
    run(tmp_path, steps=1)
    with pytest.raises(LabError, match="already holds a run"):
        run(tmp_path)
    corpus = tiny_corpus(20)
    tokenizer = tiny_tokenizer(corpus)
    with pytest.raises(LabError, match="not those this run began with"):
        next(train(tiny_model(tokenizer), tokenizer, corpus, TINY, tmp_path, resume=True))


def test_nothing_to_resume(tmp_path):
    with pytest.raises(LabError):
        run(tmp_path, resume=True)


def diverging(folder, norm="post", **changes):
    """(the steps before a training with a rate of a million broke off, its error)."""
    config = TrainConfig(steps=200, batch=8, rate=1e6, factor=1e9, warmup=10, checkpoint_every=1, evaluate_sentences=2).with_(**changes)
    corpus = tiny_corpus()
    tokenizer, steps = tiny_tokenizer(corpus), []
    with pytest.raises(LabError) as caught:
        for step in train(tiny_model(tokenizer, norm=norm), tokenizer, corpus, config, folder):
            steps.append(step)
    return steps, caught.value


@pytest.mark.parametrize("norm", ["post", "pre", "none"])
@pytest.mark.parametrize(("schedule", "field"), [("linear", "rate"), ("constant", "rate"), ("paper", "factor")])
def test_divergence_ends_the_run_at_the_step_and_names_the_setting(tmp_path, norm, schedule, field):
    steps, error = diverging(tmp_path, norm, schedule=schedule, evaluate_every=0)
    assert error.code == "diverged" and error.field == field
    assert f"At step {len(steps) + 1} " in str(error) and "try a tenth of it" in str(error)
    assert f"The rate was {steps[-1].rate:.3g} ({schedule} schedule" in str(error), "the rate of the step that did the harm"
    found = newest_checkpoint(tmp_path)
    assert found.step == len(steps) and all(value.isfinite().all() for value in found.parameters.values())
    load_model(tmp_path)  # refuses what is not finite
    assert str(error) in (tmp_path / "log.txt").read_text()


@pytest.mark.parametrize("norm", ["post", "none"])
def test_divergence_met_while_measuring_is_divergence(tmp_path, norm):
    steps, error = diverging(tmp_path, norm, evaluate_every=1)
    assert error.code == "diverged" and f"At step {len(steps) + 1} " in str(error)
    load_model(tmp_path)
    for line in (tmp_path / "metrics.jsonl").read_text().splitlines() if steps else ():
        json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def test_learns(tmp_path):
    """The loss goes most of its way to the floor, and what was held out is far better than chance (one letter in eight)."""
    corpus = tiny_corpus(300)
    tokenizer = tiny_tokenizer(corpus)
    config = TINY.with_(steps=150, batch=32, pool=4, rate=1e-2, warmup=20, evaluate_every=0)
    steps = list(train(tiny_model(tokenizer, d_model=32, d_ff=64, heads=4), tokenizer, corpus, config))
    assert steps[-1].loss - steps[-1].floor < (steps[0].loss - steps[0].floor) / 2
    assert steps[-1].held_out.splits["unseen"].token_accuracy > 0.5


def test_the_same_arguments_give_the_same_bits_and_another_seed_others():
    one, other = (run(None, steps=5, dropout=0.1)[0] for _ in range(2))
    assert same_parameters(one, other)
    assert not same_parameters(one, run(None, TINY.with_(seed=1), steps=5, dropout=0.1)[0])

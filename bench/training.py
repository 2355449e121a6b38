"""Our training step against `nn.Transformer`: python -m bench.training > training.json

One step is forward, backward and Adam, with label smoothing 0.1, on full batches of 14 tokens a side, on two threads.
All contestants step in turn, round after round, so that whatever else the machine does falls on all of them alike. Ours
is the whole of `Training.advance`, with its batches and norms; the peers repeat one batch that is ready.
Ratios are times of the peer over ours: above 1, ours is faster. Within ± 10 % counts as equal.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

# Read once, when torch is imported.
os.environ["OMP_NUM_THREADS"] = "2"
os.environ["MKL_NUM_THREADS"] = "2"

import torch
from torch import Tensor
from torch.nn import functional

from bench.peers import TorchTransformer
from model.batches import Batch
from model.config import PADDING, ModelConfig
from model.corpora import Corpus, Pair
from model.tokenizers import train_tokenizer
from model.tokenizers.base import FIRST_LEARNT
from model.train_config import TrainConfig
from model.training import Training, precision_for
from model.transformer import Transformer, new_model

THREADS = 2
LENGTH = 16  # a length that batches are padded to, so that nothing is padding
SMOOTHING = 0.1
WITH_DROPOUT = "ours, dropout 0.1"
Step = Callable[[], None]


@dataclass(frozen=True)
class Shape:
    d_model: int
    layers: int
    batch: int
    vocabulary: int
    heads: int = 4

    @property
    def name(self) -> str:
        return f"d{self.d_model} L{self.layers} V{self.vocabulary} B{self.batch}"


SHAPES = (Shape(64, 2, 64, 500), Shape(128, 3, 128, 500), Shape(256, 3, 64, 2000))


def our_training(shape: Shape, dropout: float = 0.0) -> Training:
    """`train` as it is, with the toy's recipe: fused Adam, and no dropout unless said. Full rows, so that nobody gains by
    skipping padding."""
    chance = random.Random(0)
    words = [f"w{number}" for number in range(shape.vocabulary - FIRST_LEARNT)]

    def sentence(length: int) -> str:
        return " ".join(chance.choices(words, k=length))

    pairs = tuple(Pair(sentence(LENGTH), sentence(LENGTH - 1)) for _ in range(16 * shape.batch))  # start and end make one more
    tokenizer = train_tokenizer("word", [" ".join(words)], shape.vocabulary)
    config = ModelConfig(
        layers=shape.layers, d_model=shape.d_model, d_ff=4 * shape.d_model, heads=shape.heads, vocabulary=shape.vocabulary,
        dropout=dropout, maximum_length=128, tied_embeddings=False,
    )  # fmt: skip
    model = new_model(config, seed=0)
    assert isinstance(model, Transformer)
    recipe = TrainConfig(steps=1_000_000, batch=shape.batch, label_smoothing=SMOOTHING, schedule="constant", rate=1e-4, evaluate_every=0)
    return Training(model, tokenizer, Corpus("random words", pairs, {}), recipe)


def our_step(training: Training) -> Step:
    """All that training does between two records: the next batch, forward, backward, norms, Adam."""

    def step() -> None:
        torch.set_float32_matmul_precision(precision_for(training.model.config.d_model))
        training.advance()

    return step


def torch_step(shape: Shape, batch: Batch, *, dropout: float, fused: bool, precision: str) -> Step:
    """`nn.Transformer` with the same sizes. Its defaults are a dropout of 0.1, an Adam that is not fused, full precision."""
    model = TorchTransformer(shape.layers, shape.d_model, 4 * shape.d_model, shape.heads, shape.vocabulary, dropout, LENGTH)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9, fused=fused or None)

    def loss() -> Tensor:
        logits = model(batch.source, batch.decoder_input)
        return functional.cross_entropy(logits.flatten(0, 1), batch.labels.flatten(), ignore_index=PADDING, label_smoothing=SMOOTHING)

    def step() -> None:
        torch.set_float32_matmul_precision(precision)
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    return step


def contestants(shape: Shape) -> dict[str, Step]:
    training = our_training(shape)
    batch = next(training.batches)
    assert batch.source.shape == batch.labels.shape == (shape.batch, LENGTH) and batch.tokens == batch.labels.numel()
    return {
        "ours": our_step(training),
        WITH_DROPOUT: our_step(our_training(shape, dropout=0.1)),
        "nn.Transformer": torch_step(shape, batch, dropout=0.1, fused=False, precision="highest"),
        "nn.Transformer, dropout 0.1, fused Adam": torch_step(shape, batch, dropout=0.1, fused=True, precision="highest"),
        "nn.Transformer, dropout 0, fused Adam": torch_step(shape, batch, dropout=0.0, fused=True, precision="highest"),
        "nn.Transformer, dropout 0, fused Adam, fast matmul": torch_step(shape, batch, dropout=0.0, fused=True, precision="medium"),
    }


def milliseconds(step: Step, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    return (time.perf_counter() - start) / repeats * 1000


def measure(shape: Shape, rounds: int, repeats: int) -> dict[str, object]:
    """Medians over rounds of milliseconds a step, and the median over rounds of each ratio to ours."""
    steps = contestants(shape)
    for step in steps.values():
        milliseconds(step, repeats)
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            times[name].append(milliseconds(step, repeats))

    def ratio(name: str, own: str) -> float:
        return round(statistics.median(a / b for a, b in zip(times[name], times[own], strict=True)), 2)

    return {
        "shape": asdict(shape),
        "milliseconds": {name: round(statistics.median(values), 2) for name, values in times.items()},
        "ratios": {name: ratio(name, "ours") for name in times if name != "ours"},
        "ratios to ours with dropout 0.1": {name: ratio(name, WITH_DROPOUT) for name in times if "dropout 0.1, fused" in name},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Our training step against nn.Transformer.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--repeats", type=int, default=8, help="steps of one contestant in a round")
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    results = {}
    for shape in SHAPES:
        results[shape.name] = measure(shape, arguments.rounds, arguments.repeats)
        print(shape.name, {name: found for name, found in results[shape.name].items() if "ratios" in name}, file=sys.stderr)
    about = {"torch": torch.__version__, "threads": THREADS, "machine": platform.machine(), "length": LENGTH, "rounds": arguments.rounds}
    print(json.dumps({"about": about, "training step": results}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()

"""Our training step against `nn.Transformer`: python -m bench.training > training.json

One step is forward, backward and Adam, with label smoothing 0.1, on full batches of 14 tokens a side, on two threads.
All contestants step in turn, round after round, so that whatever else the machine does falls on all of them alike.
Ratios are times of the peer over ours: above 1, ours is faster. Within ± 10 % counts as equal.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
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
from model.loss import smoothed_cross_entropy
from model.transformer import new_model

THREADS = 2
LENGTH = 14
SMOOTHING = 0.1
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


def random_batch(shape: Shape) -> Batch:
    """Full rows: no padding, so that no contestant gains by skipping it."""
    generator = torch.Generator().manual_seed(0)
    source, decoder_input, labels = torch.randint(4, shape.vocabulary, (3, shape.batch, LENGTH), generator=generator)
    return Batch(source, decoder_input, labels, labels.numel())


def our_step(shape: Shape) -> Step:
    """The step of `python -m model train` with the toy's recipe: no dropout, fused Adam, fast matrix products."""
    config = ModelConfig(
        layers=shape.layers, d_model=shape.d_model, d_ff=4 * shape.d_model, heads=shape.heads, vocabulary=shape.vocabulary,
        dropout=0.0, maximum_length=128, tied_embeddings=False,
    )  # fmt: skip
    model, batch = new_model(config, seed=0), random_batch(shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.0, fused=True)

    def step() -> None:
        torch.set_float32_matmul_precision("medium")
        optimizer.zero_grad(set_to_none=True)
        smoothed_cross_entropy(model(batch.source, batch.decoder_input).logits, batch.labels, SMOOTHING).backward()
        optimizer.step()

    return step


def torch_step(shape: Shape, *, dropout: float, fused: bool, precision: str) -> Step:
    """`nn.Transformer` with the same sizes. Its defaults are a dropout of 0.1, an Adam that is not fused, full precision."""
    model = TorchTransformer(shape.layers, shape.d_model, 4 * shape.d_model, shape.heads, shape.vocabulary, dropout, LENGTH)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9, fused=fused or None)
    batch = random_batch(shape)

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
    return {
        "ours": our_step(shape),
        "nn.Transformer": torch_step(shape, dropout=0.1, fused=False, precision="highest"),
        "nn.Transformer, dropout 0, fused Adam": torch_step(shape, dropout=0.0, fused=True, precision="highest"),
        "nn.Transformer, dropout 0, fused Adam, fast matmul": torch_step(shape, dropout=0.0, fused=True, precision="medium"),
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
    ours = times["ours"]
    ratios = {
        name: statistics.median(peer / own for peer, own in zip(values, ours, strict=True))
        for name, values in times.items()
        if name != "ours"
    }
    return {
        "shape": asdict(shape),
        "milliseconds": {name: round(statistics.median(values), 2) for name, values in times.items()},
        "ratios": {name: round(ratio, 2) for name, ratio in ratios.items()},
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
        print(shape.name, results[shape.name]["ratios"], file=sys.stderr)
    about = {"torch": torch.__version__, "threads": THREADS, "machine": platform.machine(), "length": LENGTH, "rounds": arguments.rounds}
    print(json.dumps({"about": about, "training step": results}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()

"""How live training is: python -m bench.live > live.json

Seconds from the press of Start, as the server receives it, to the first loss that can be drawn, for each built-in corpus and
with a warm worker; and for the default run to 99 % exact match on everything held out, with how much of that was training.
Megabytes of memory of the server (this process stands for it: it has imported and loaded what the server has), of the
worker that stands by, and of a worker that trains.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab import Laboratory, RunSpec, plan
from lab.settings import from_environment
from model.corpora import CORPORA

VISITOR, LOOK_SECONDS, GOAL = "bench", 0.02, 0.99


def wait(laboratory: Laboratory, run: str, member_step: int = 0) -> float:
    """Seconds until a line after `member_step` is there."""
    start = time.perf_counter()
    while not laboratory.metrics(run, member_step):
        view = laboratory.get(run)
        if not view.going:
            raise RuntimeError(f"the run is {view.state}: {view.message}")
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - start


def when_warm(laboratory: Laboratory) -> float:
    """Seconds until a worker stands by with everything prepared."""
    start = time.perf_counter()
    while not laboratory.standing_by():
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - start


def first_loss(laboratory: Laboratory, spec: RunSpec) -> float:
    when_warm(laboratory)
    start = time.perf_counter()
    run = laboratory.start(VISITOR, spec)
    wait(laboratory, run)
    seconds = time.perf_counter() - start
    laboratory.stop(VISITOR, run)
    while laboratory.get(run).going:
        time.sleep(LOOK_SECONDS)
    laboratory.delete(VISITOR, run)
    return seconds


def exact_match(line: Mapping[str, Any]) -> float:
    return min(split["exact_match"] for split in line["held_out"]["splits"].values())


def to_goal(laboratory: Laboratory, spec: RunSpec) -> dict[str, Any]:
    """The whole default run: when its exact match passed the goal, and memory on the way."""
    when_warm(laboratory)
    before, start = memory(laboratory), time.perf_counter()
    run, seen, reached, worker = laboratory.start(VISITOR, spec), 0, None, 0.0
    while reached is None and (laboratory.get(run).going or laboratory.metrics(run, seen)):
        for line in laboratory.metrics(run, seen):
            seen = line["step"]
            if reached is None and "held_out" in line and exact_match(line) >= GOAL:
                reached = {"seconds": time.perf_counter() - start, "training_seconds": line["seconds"], "step": seen}
        worker = max(worker, memory(laboratory)["worker"])
        time.sleep(LOOK_SECONDS)
    while laboratory.get(run).going:
        time.sleep(LOOK_SECONDS)
    worker = max(worker, memory(laboratory)["worker"])
    return {"reached": reached, "megabytes": {"server": before["server"], "standby": before["worker"], "worker": worker}}


def memory(laboratory: Laboratory) -> dict[str, float]:
    return {"server": megabytes(os.getpid()), "worker": sum(map(megabytes, laboratory.worker_processes()))}


def megabytes(process: int) -> float:
    found = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True)
    return round(int(found.stdout or 0) / 1024, 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.live", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    import server

    server.warm_up()
    with tempfile.TemporaryDirectory(prefix="attention-lab-") as folder:
        settings = from_environment({"ATTENTION_LAB_DATA": str(Path(folder))})
        laboratory = Laboratory(settings)
        try:
            warm = when_warm(laboratory)
            losses = {name: [first_loss(laboratory, plan(name, name)) for _ in range(options.repeats)] for name in CORPORA}
            report = {
                "seconds_to_warm": warm,
                "seconds_to_first_loss": {name: {"median": statistics.median(times), "most": max(times)} for name, times in losses.items()},
                "exact_match_99": to_goal(laboratory, plan("default")),
                "threads": settings.threads,
                "repeats": options.repeats,
            }
        finally:
            laboratory.close()
    json.dump(report, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()

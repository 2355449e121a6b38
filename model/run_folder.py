"""The folder of a run: the folder of a saved model, and beside it what a training leaves behind.

`run.json` (settings, corpus), `metrics.jsonl` (a line a step), `log.txt`, `state.safetensors` and `checkpoints/`, `frames/`.
`model.safetensors` is the best so far, so the folder can be read as a model at any moment.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.corpora import Corpus
from model.errors import LabError
from model.files import read_json, write_json, write_whole
from model.train_config import TrainConfig

RUN, METRICS, LOG = "run.json", "metrics.jsonl", "log.txt"
FORMAT_VERSION = 1


def write_run(folder: Path, config: TrainConfig, corpus: Corpus, origin: Mapping[str, Any]) -> None:
    """`origin` is whatever builds the corpus again (its name and seed, or paths), for who resumes."""
    about = {"name": corpus.name, "pairs": len(corpus.train), "sha256": corpus_hash(corpus), "origin": dict(origin)}
    write_json(folder / RUN, {"format_version": FORMAT_VERSION, "training": config.as_dict(), "corpus": about})


def read_run(folder: Path) -> tuple[TrainConfig, dict[str, Any]]:
    """The settings and what is known of the corpus: name, pairs, sha256, origin."""
    values = read_json(folder / RUN)
    if values.get("format_version") != FORMAT_VERSION or set(values) != {"format_version", "training", "corpus"}:
        raise LabError("unknown_format", "{file} is not a run of format version {known}.", RUN, file=RUN, known=FORMAT_VERSION)
    return TrainConfig.from_dict(values["training"]), values["corpus"]


def check_same_corpus(folder: Path, corpus: Corpus) -> None:
    """A run goes on with the very pairs it began with, or not at all."""
    if corpus_hash(corpus) != read_run(folder)[1]["sha256"]:
        raise LabError(
            "corpus_changed", "The pairs of {corpus} are not those this run began with; start a new run.", "corpus", corpus=corpus.name
        )


def corpus_hash(corpus: Corpus) -> str:
    """SHA-256 over all sentences, training and held out, in order."""
    total = hashlib.sha256()
    for pairs in (corpus.train, *corpus.held_out.values()):
        for pair in pairs:
            total.update(f"{pair.source}\t{pair.target}\n".encode())
        total.update(b"\n")
    return total.hexdigest()


def append_metrics(folder: Path, values: Mapping[str, Any]) -> None:
    """One JSON line; what is not finite becomes null, since JSON has no word for it."""
    with (folder / METRICS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(_finite(values), ensure_ascii=False, allow_nan=False) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def trim_metrics(folder: Path, step: int) -> None:
    """Drop the lines after `step` (and a half line a crash may have left), so that a resumed run tells each step once."""
    kept = []
    for line in (folder / METRICS).read_text(encoding="utf-8").split("\n") if (folder / METRICS).exists() else ():
        try:
            if json.loads(line)["step"] <= step:
                kept.append(line + "\n")
        except (ValueError, KeyError, TypeError):
            continue
    write_whole(folder / METRICS, "".join(kept).encode())


def write_log(folder: Path, line: str) -> None:
    """One line with the time in UTC; never a learner's text."""
    with (folder / LOG).open("a", encoding="utf-8") as file:
        file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {line}\n")

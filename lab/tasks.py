"""Short tasks: what takes a worker's time but is no run. Plain values in, plain values out; heavy imports stand inside.

A new kind is a function and a line in `TASKS`. A kind in `ALONE` works on what is not to be trusted: it gets a process of its
own with little memory and time, and is over with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lab.spec import CorpusSource
from model.errors import LabError

Arguments = Mapping[str, Any]


def preview(arguments: Arguments) -> dict[str, Any]:
    """A kept upload, cleaned: {folder, kind} -> lines, kept, removed by rule, the first pairs, the size of each split."""
    from lab.prepared import read_text

    corpus, report = read_text(Path(arguments["folder"]), arguments["kind"], "own")
    return {
        "lines": report.lines, "kept": report.kept, "removed": dict(report.removed),
        "pairs": [[pair.source, pair.target] for pair in corpus.train[:20]],
        "sizes": {"train": len(corpus.train), **{name: len(pairs) for name, pairs in corpus.held_out.items()}},
    }  # fmt: skip


def tokenizer(arguments: Arguments) -> dict[str, Any]:
    """A tokenizer trained on the spot: {kind, vocabulary, corpus, text} -> pieces, and the ids and spans of each line of `text`."""
    from lab.prepared import read_corpus
    from model.tokenizers import train_tokenizer

    corpus = read_corpus(CorpusSource(name=arguments["corpus"]), None)
    lines = (line for pair in corpus.train for line in (pair.source, pair.target))
    trained = train_tokenizer(arguments["kind"], lines, arguments["vocabulary"])
    encodings = [trained.encode(line) for line in arguments.get("text", ())]
    return {"pieces": list(trained.pieces), "encodings": [{"ids": one.ids, "pieces": one.pieces, "spans": one.spans} for one in encodings]}


def check_model(arguments: Arguments) -> dict[str, Any]:
    """An uploaded model: {folder} -> sha256, shape, number of pieces; `LabError` names the file and the rule it breaks."""
    from model.config import check_app_limits
    from model.saved import load_model, read_config

    folder = Path(arguments["folder"])
    check_app_limits(read_config(folder))
    saved = load_model(folder)
    return {"sha256": saved.sha256, "shape": saved.config.as_dict(), "pieces": len(saved.tokenizer.pieces)}


TASKS: dict[str, Callable[[Arguments], Any]] = {"preview": preview, "tokenizer": tokenizer, "check_model": check_model}
ALONE = frozenset({"check_model"})


def perform(kind: str, arguments: Arguments) -> Any:
    if kind not in TASKS:
        raise LabError("unknown_task", "There is no task {kind}; the tasks are {known}.", "task", kind=repr(kind), known=", ".join(TASKS))
    return TASKS[kind](arguments)

"""What each command does. Heavy imports stand inside, so that counting parameters or a wrong option answers at once."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import LabError
from model.text import clean_text

if TYPE_CHECKING:
    from model.saved import SavedModel

ANY_SIZE = 2**40  # bytes; the command line is free of the app's limits


def emit(record: dict[str, Any]) -> None:
    """One JSON object on one line of standard output."""
    print(json.dumps(record, ensure_ascii=False), flush=True)


def parameters(options: argparse.Namespace) -> None:
    from model.config import count_parameters, preset

    config = preset(options.preset)
    if options.vocabulary is not None:
        config = config.with_(vocabulary=options.vocabulary)
    parts = count_parameters(config)
    emit({"total": sum(parts.values()), "parts": parts})


def translate(options: argparse.Namespace) -> None:
    from dataclasses import asdict

    from model.evaluation import nearest
    from model.searches import Beam
    from model.translate import translations

    if bool(options.sentences) == bool(options.input):
        raise LabError("nothing_to_translate", "Give sentences, or a file of them with --input, not both.", "sentence")
    sentences = [clean_text(line) for line in options.sentences or read_lines(options.input)]
    saved = open_model(options.model)
    settings = Beam(width=options.beam, alpha=options.alpha, normalization=options.normalization)
    choose = nearest(sentences, read_lines(options.reference)) if options.reference else None
    waiting, following = {}, 0
    for number, translation in progress(translations(saved.translator, saved.tokenizer, sentences, settings, choose), len(sentences)):
        waiting[number] = translation
        while following in waiting:  # in the order they were given
            emit(asdict(waiting.pop(following)))
            following += 1


def trace(options: argparse.Namespace) -> None:
    from model.files import write_whole
    from model.read import read

    reading = read(open_model(options.model), options.source, options.target)
    write_whole(options.out, reading.to_npz())
    shapes = {name: list(array.shape) for name, array in sorted(reading.arrays.items())}
    emit({"out": str(options.out), "source": reading.source, "target": reading.target, "arrays": shapes})


def evaluate(options: argparse.Namespace) -> None:
    from model import evaluation
    from model.searches import Beam

    sources, references = [clean_text(line) for line in read_lines(options.source)], read_lines(options.reference)
    settings = Beam(width=options.beam, alpha=options.alpha, normalization=options.normalization)
    saved = open_model(options.model)
    found = evaluation.evaluate(
        saved.translator, saved.tokenizer, sources, references, settings, options.protocol, lambda items: progress(items, len(sources))
    )
    emit(found.as_dict())


def average(options: argparse.Namespace) -> None:
    """The mean of a run's last checkpoints (section 6.1) as a saved model, its card with what `--card` adds."""
    import torch

    from model.checkpoints import average_parameters, checkpoint_paths
    from model.saved import save_model

    trained = [path for path in checkpoint_paths(options.run) if int(path.stem)]  # what a run begins with is no model to average
    paths = trained[-options.last :] if options.last > 0 else []
    if not paths:
        raise LabError("no_checkpoint", "{folder} holds no checkpoint to take the mean of.", "run", folder=options.run.name)
    saved = open_model(str(options.run))
    saved.model.load_state_dict(average_parameters(paths), strict=False)  # a tied matrix goes by its first name
    added = json.loads(options.card.read_text(encoding="utf-8")) if options.card else {}
    card = {**saved.card, "averaged": [int(path.stem) for path in paths], **added}
    save_model(options.out, saved.model, saved.tokenizer, card, torch.float16 if options.half else torch.float32)
    emit({"out": str(options.out), "averaged": card["averaged"]})


def train(options: argparse.Namespace) -> None:
    from model.train_command import run

    run(options)


def open_model(name_or_folder: str) -> SavedModel:
    from model.saved import find_model, load_model

    return load_model(find_model(name_or_folder), ANY_SIZE)


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 text file (`-` for standard input), gzip or not, split at line feeds only."""
    import gzip

    data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    try:
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError):
        raise LabError("not_utf8", "{file} is not UTF-8 text.", "file", file=path.name) from None
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def progress(items: Any, total: int) -> Any:
    """A bar on standard error where that is a terminal."""
    from tqdm import tqdm

    return tqdm(items, total=total, file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)

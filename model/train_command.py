"""`python -m model train`: from text to the folder of a run, as lines of metrics on standard output."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from model.commands import ANY_SIZE, emit, progress
from model.config import ModelConfig
from model.corpora import Corpus, load_corpus, mix
from model.corpora.own import CleaningReport, read_aligned, read_pairs
from model.errors import LabError
from model.run_folder import read_run
from model.saved import SavedModel, find_model, load_model
from model.team import Team, join, leave
from model.tokenizers import Tokenizer, train_tokenizer
from model.train_config import TrainConfig, apply_settings, recipe
from model.training import Step, train, use_fast_arithmetic
from model.transformer import AnyModel, Classifier, Writer, empty_model, new_model

OWN_TERMS = "The text is the user's own; its terms are theirs to know."
OWN_LIMITS = "It has read this text and nothing else."
GRAMMAR_LIMITS = (
    "It knows the few hundred words and the patterns of its corpus and nothing else; any other word is spelt in bytes, and what it"
    " writes for it is a guess. Names it has never met are copied, not always letter by letter."
)
GRAMMAR_TERMS = "Sentences of the project's own grammar, MIT."


def run(options: argparse.Namespace) -> None:
    """Train from the beginning, or go on with `--resume`. One line a report, one at the end. Under `torchrun` the leader speaks."""
    team = join(options.device)
    try:
        _run(options, team)
    finally:
        leave()


def _run(options: argparse.Namespace, team: Team) -> None:
    steps, total, folder = resumed(options, team) if options.resume else begun(options, team)
    last = None
    for last in progress(steps, total) if team.leads else steps:
        if team.leads and (last.held_out or last.gradient_norms):
            emit(last.as_dict())
    if last is not None and team.leads:
        emit({"out": str(folder), "steps": last.step, "seconds": round(last.seconds, 2), "loss": last.loss})


def begun(options: argparse.Namespace, team: Team) -> tuple[Iterator[Step], int, Path]:
    from model.config import preset

    if options.out is None:
        raise LabError("out_missing", "Give the folder of the run with --out.", "out")
    known = load_model(find_model(options.start), ANY_SIZE) if options.start else None
    shape, training = apply_settings(known.config if known else preset(options.preset), recipe(options.preset), options.settings)
    origin = origin_of(options, training.seed)
    corpus, report = build_corpus(origin)
    if report and team.leads:
        emit({"lines": report.lines, "kept": report.kept, "removed": dict(report.removed)})
    use_fast_arithmetic(shape.d_model, options.threads)
    if known:
        tokenizer, model = known.tokenizer, writer(_copy(known, shape))
    else:
        kind = options.tokenizer or natural_tokenizer(origin)
        tokenizer = train_tokenizer(kind, (text for pair in corpus.train for text in (pair.source, pair.target)), shape.vocabulary)
        model = writer(new_model(shape.with_(vocabulary=len(tokenizer.pieces)), training.seed))
    steps = train(model.to(team.device), tokenizer, corpus, training, options.out, origin=origin, card=card_of(origin), team=team)
    return steps, training.steps, options.out


def _copy(known: SavedModel, shape: ModelConfig) -> AnyModel:
    """A model that begins with the parameters of another; only its dropout may differ."""
    if shape.with_(dropout=known.config.dropout) != known.config:
        raise LabError("start_shape", "A training that starts from a model keeps its shape; only dropout may be set.", "set")
    model = empty_model(shape)
    model.load_state_dict(known.model.state_dict())
    return model


def resumed(options: argparse.Namespace, team: Team) -> tuple[Iterator[Step], int, Path]:
    folder: Path = options.resume
    training, about = read_run(folder)
    corpus, _ = build_corpus(about["origin"])
    saved = load_model(folder, ANY_SIZE)
    tokenizer: Tokenizer = saved.tokenizer
    use_fast_arithmetic(saved.config.d_model, options.threads)
    model = writer(new_model(saved.config, training.seed))
    steps = train(model.to(team.device), tokenizer, corpus, training, folder, resume=True, card=card_of(about["origin"]), team=team)
    return steps, left(training, folder), folder


def left(training: TrainConfig, folder: Path) -> int:
    """Steps a resumed run still has to do."""
    from model.checkpoints import newest_checkpoint

    return training.steps - newest_checkpoint(folder).step


def writer(model: AnyModel) -> Writer:
    if isinstance(model, Classifier):
        raise LabError("not_a_writer", "This command trains what writes text; set kind=encoder_decoder or kind=decoder.", "kind")
    return model


def origin_of(options: argparse.Namespace, seed: int) -> dict[str, Any]:
    """What builds the corpus again: its name and seed, the files, or both mixed."""
    given = _given_origins(options, seed)
    if not given:
        raise LabError("corpus_missing", "Give what to learn from: --corpus, --pairs, or --source and --target.", "corpus")
    return given[0] if len(given) == 1 else {"kind": "mixed", "parts": given}


def _given_origins(options: argparse.Namespace, seed: int) -> list[dict[str, Any]]:
    files = _files(options)
    built_in = {"kind": "built-in", "name": options.corpus, "seed": seed, "pairs": options.sentences}
    return [*([files] if files else []), *([built_in] if options.corpus else [])]


def _files(options: argparse.Namespace) -> dict[str, Any] | None:
    if options.pairs:
        return {"kind": "pairs", "pairs": str(options.pairs.resolve())}
    if options.source:
        if not options.target:
            raise LabError("target_missing", "Give the file of translations with --target.", "target")
        files: dict[str, Any] = {"kind": "aligned", "source": str(options.source.resolve()), "target": str(options.target.resolve())}
        if options.held_out_source and options.held_out_target:
            files |= {"held_out": [str(options.held_out_source.resolve()), str(options.held_out_target.resolve())]}
        return files
    return None


def natural_tokenizer(origin: Mapping[str, Any]) -> str:
    """Sub-words for text of any kind; words for the few words of a built-in corpus; characters for dates, each of which is one word."""
    if origin["kind"] != "built-in":
        return "unigram"
    return "character" if origin["name"] == "dates" else "word"


def build_corpus(origin: Mapping[str, Any]) -> tuple[Corpus, CleaningReport | None]:
    match origin.get("kind"):
        case "built-in":
            return load_corpus(origin["name"], origin["seed"], origin["pairs"]), None
        case "pairs":
            return read_pairs(Path(origin["pairs"]).read_bytes())
        case "aligned":
            held_out = [Path(path).read_bytes() for path in origin.get("held_out", ())]
            return read_aligned(Path(origin["source"]).read_bytes(), Path(origin["target"]).read_bytes(), held_out=held_out)
        case "mixed":
            corpora, reports = zip(*map(build_corpus, origin["parts"]), strict=True)
            return mix(corpora), reports[0]
    raise LabError("unknown_corpus", "run.json does not say how to build its corpus.", "run.json")


def card_of(origin: Mapping[str, Any]) -> dict[str, Any]:
    built_in = origin["kind"] == "built-in"
    return {
        "terms": GRAMMAR_TERMS if built_in else OWN_TERMS,
        "licence": "MIT" if built_in else "as the terms of its text allow",
        "limits": GRAMMAR_LIMITS if built_in else OWN_LIMITS,
        "command": shlex.join(["python", "-m", "model", *sys.argv[1:]]),
        "commit": commit(),
    }


def commit() -> str:
    """The commit of the code that trains, where it is a checkout."""
    try:
        found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return found.stdout.strip() or "unknown"

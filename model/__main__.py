"""Command line: `python -m model COMMAND`. JSON lines on standard output, progress on standard error, one line for an error."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from model import commands as run
from model.errors import LabError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0, or 2 after an error in what was given."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = options.command
    try:
        command(options)
    except BrokenPipeError:  # whoever read our lines has enough of them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (LabError, OSError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong; the usage is for who asks with --help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def build_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m model", description="The Transformer of this project from the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    parameters_parser = commands.add_parser("parameters", help="count the parameters of a preset, by part")
    parameters_parser.add_argument("--preset", default="base")
    parameters_parser.add_argument("--vocabulary", type=int)
    parameters_parser.set_defaults(command=run.parameters)

    translate_parser = commands.add_parser("translate", help="translate sentences")
    translate_parser.add_argument("--model", default="toy", help="a shipped model's name or a folder")
    translate_parser.add_argument("sentences", nargs="*", metavar="SENTENCE")
    translate_parser.add_argument("--input", type=Path, help="a file with one sentence a line; - for standard input")
    add_search(translate_parser)
    translate_parser.set_defaults(command=run.translate)

    trace_parser = commands.add_parser("trace", help="write every tensor of one pass to an .npz file")
    trace_parser.add_argument("--model", default="toy")
    trace_parser.add_argument("source")
    trace_parser.add_argument("target", nargs="?")
    trace_parser.add_argument("--out", type=Path, required=True)
    trace_parser.set_defaults(command=run.trace)

    train_parser = commands.add_parser("train", help="train a model")
    train_parser.add_argument("--corpus", help="a built-in corpus, alone or mixed with the files")
    what = train_parser.add_mutually_exclusive_group()
    what.add_argument("--pairs", type=Path, help="a TSV file (source, target, attribution) or a TMX file")
    what.add_argument("--source", type=Path, help="a file of source sentences, aligned with --target")
    what.add_argument("--resume", type=Path, help="the folder of a run to go on with")
    train_parser.add_argument("--target", type=Path)
    train_parser.add_argument("--held-out-source", type=Path, help="validate on these in place of a share of the text")
    train_parser.add_argument("--held-out-target", type=Path)
    train_parser.add_argument("--sentences", type=int, help="training pairs of a built-in corpus")
    train_parser.add_argument("--preset", default="toy")
    train_parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings")
    train_parser.add_argument("--tokenizer", help="unigram (as for your own text), bpe, word (as for built-in corpora) or character")
    train_parser.add_argument("--threads", type=int, default=0, help="processor threads; 0 for all")
    train_parser.add_argument("--out", type=Path)
    train_parser.set_defaults(command=run.train)

    evaluate_parser = commands.add_parser("evaluate", help="score a model on aligned files")
    evaluate_parser.add_argument("--model", default="toy")
    evaluate_parser.add_argument("--source", type=Path, required=True)
    evaluate_parser.add_argument("--reference", type=Path, required=True)
    evaluate_parser.add_argument("--protocol", choices=("sacrebleu", "moses-lc"), default="sacrebleu")
    add_search(evaluate_parser)
    evaluate_parser.set_defaults(command=run.evaluate)
    return parser


def add_search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--beam", type=int, default=4, help="1 is greedy")
    parser.add_argument("--alpha", type=float, default=0.6, help="strength of the length penalty")
    parser.add_argument("--normalization", choices=("wu", "power"), default="wu")


if __name__ == "__main__":
    sys.exit(main())

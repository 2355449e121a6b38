"""Command line: `python -m model COMMAND`. JSON lines on standard output, progress on standard error, one line for an error."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

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


Commands = Any  # argparse gives the type of its sub-commands no public name


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong; the usage is for who asks with --help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def build_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m model", description="The Transformer of this project from the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (add_parameters, add_translate, add_trace, add_train, add_average, add_evaluate):
        add(commands)
    return parser


def add_parameters(commands: Commands) -> None:
    parser = commands.add_parser("parameters", help="count the parameters of a preset, by part")
    parser.add_argument("--preset", default="base")
    parser.add_argument("--vocabulary", type=int)
    parser.set_defaults(command=run.parameters)


def add_translate(commands: Commands) -> None:
    parser = commands.add_parser("translate", help="translate sentences")
    parser.add_argument("--model", default="toy", help="a shipped model's name or a folder")
    parser.add_argument("sentences", nargs="*", metavar="SENTENCE")
    parser.add_argument("--input", type=Path, help="a file with one sentence a line; - for standard input")
    parser.add_argument("--reference", type=Path, help="write what is nearest to these lines of all the beam finished")
    add_search(parser)
    parser.set_defaults(command=run.translate)


def add_trace(commands: Commands) -> None:
    parser = commands.add_parser("trace", help="write every tensor of one pass to an .npz file")
    parser.add_argument("--model", default="toy")
    parser.add_argument("source")
    parser.add_argument("target", nargs="?")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(command=run.trace)


def add_train(commands: Commands) -> None:
    parser = commands.add_parser("train", help="train a model")
    parser.add_argument("--corpus", help="a built-in corpus, alone or mixed with the files")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--pairs", type=Path, help="a TSV file (source, target, attribution) or a TMX file")
    what.add_argument("--source", type=Path, help="a file of source sentences, aligned with --target")
    what.add_argument("--resume", type=Path, help="the folder of a run to go on with")
    parser.add_argument("--target", type=Path)
    parser.add_argument("--held-out-source", type=Path, help="validate on these in place of a share of the text")
    parser.add_argument("--held-out-target", type=Path)
    parser.add_argument("--sentences", type=int, help="training pairs of a built-in corpus")
    parser.add_argument("--preset", default="toy")
    parser.add_argument("--start", help="begin with the parameters and the tokenizer of this model (a name or a folder)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings")
    parser.add_argument("--tokenizer", help="unigram (as for your own text), bpe, word (as for built-in corpora) or character")
    parser.add_argument("--threads", type=int, default=0, help="processor threads; 0 for all")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="cuda: a graphics card; each process of torchrun its own")
    parser.add_argument("--out", type=Path)
    parser.set_defaults(command=run.train)


def add_average(commands: Commands) -> None:
    parser = commands.add_parser("average", help="the mean of a run's last checkpoints, as a saved model")
    parser.add_argument("--run", type=Path, required=True, help="the folder of the run")
    parser.add_argument("--last", type=int, default=5)
    parser.add_argument("--half", action="store_true", help="write the parameters in half precision")
    parser.add_argument("--card", type=Path, help="a JSON file with more entries for the card")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(command=run.average)


def add_evaluate(commands: Commands) -> None:
    parser = commands.add_parser("evaluate", help="score a model on aligned files")
    parser.add_argument("--model", default="toy")
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--protocol", choices=("sacrebleu", "moses-lc"), default="sacrebleu")
    add_search(parser)
    parser.set_defaults(command=run.evaluate)


def add_search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--beam", type=int, default=4, help="1 is greedy")
    parser.add_argument("--alpha", type=float, default=0.6, help="strength of the length penalty")
    parser.add_argument("--normalization", choices=("wu", "power"), default="wu")


if __name__ == "__main__":
    sys.exit(main())

"""One model of a run as it trains in a worker: begun or gone on with, a step at a time, with checkpoints by the clock."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.folders import LOCK, run_of
from lab.prepared import Material
from lab.spec import CorpusSource, MemberSpec
from model.checkpoints import checkpoint_paths
from model.errors import LabError
from model.saved import read_config
from model.training import Keeper, Step, Training
from model.transformer import Writer, new_model

FAR = 3  # times the loss of a blind guess: from there no training has come back
TERMS = {"built-in": "Sentences of the project's own, MIT.", "pairs": "The text is the learner's own; its terms are theirs to know."}


class Member:
    """`ended` is "" while it trains, then "done", "diverged" with an `error`."""

    def __init__(self, folder: Path, spec: MemberSpec, material: Material, source: CorpusSource, checkpoint_seconds: float) -> None:
        self.folder, self.spec, self.checkpoint_seconds = folder, spec, checkpoint_seconds
        self.error: LabError | None = None
        for part in folder.rglob(".*.part"):  # of a process that was killed while it wrote; nobody else writes here now
            part.unlink()
        going_on = bool(checkpoint_paths(folder))
        if not going_on and folder.exists():
            clear(folder)  # begun, and killed before there was anything to go on from
        shape = read_config(folder) if going_on else spec.shape.with_(vocabulary=len(material.tokenizer.pieces))
        model = new_model(shape, spec.training.seed)
        assert isinstance(model, Writer), "a run trains what writes"
        self.training = Training(model, material.tokenizer, material.corpus, spec.training, encoded=material.encoded)
        self.keeper = Keeper(folder, self.training, material.tokenizer, material.corpus, card(spec, source))
        self.keeper.resume() if going_on else self.keeper.begin(origin(folder, source))
        self._saved = time.monotonic()

    @property
    def step(self) -> int:
        return self.training.step

    @property
    def ended(self) -> str:
        if self.error:
            return "diverged"
        return "done" if self.step >= self.spec.training.steps else ""

    def advance(self) -> Step | None:
        """One step, kept in the folder; None where it diverged, and then it has `ended`."""
        try:
            step = self.keeper.keep(self.training.advance())
            self._check(step)
            if self.ended:
                self._tidy()
            elif time.monotonic() - self._saved > self.checkpoint_seconds:
                self.checkpoint()
            return step
        except LabError as error:
            if error.code != "diverged":
                raise
            self.keeper.log(str(error))
            self.error = error
            return None

    def _check(self, step: Step) -> None:
        """Raises `LabError` where the loss has run away. It need not become infinite for that: Adam's steps are only so large."""
        guess = math.log(self.training.model.config.vocabulary)  # of every piece alike
        if step.loss > FAR * guess:
            raise LabError(
                "diverged",
                "At step {step} the loss was {loss}, more than {times} times the {guess} of a blind guess: the steps were too large. "
                "The learning rate was set to {rate}; try a tenth of it.",
                "rate",
                step=step.step, loss=f"{step.loss:.1f}", times=FAR, guess=f"{guess:.1f}", rate=f"{self.spec.training.rate:g}",
            )  # fmt: skip

    def _tidy(self) -> None:
        """A run that is done goes on from its last checkpoint or not at all."""
        for path in checkpoint_paths(self.folder)[:-1]:
            path.unlink()

    def checkpoint(self) -> None:
        """At most `checkpoint_seconds` and one step (with its evaluation) are lost when this process is killed."""
        if not self.error:
            self.keeper.checkpoint()
        self._saved = time.monotonic()


def clear(folder: Path) -> None:
    """All but a copy of the learner's own text, which the run begins with again, and the lock."""
    for path in folder.iterdir():
        if path.name not in ("corpus", "members", LOCK):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def origin(folder: Path, source: CorpusSource) -> Mapping[str, Any]:
    """What `python -m model train --resume` builds the corpus from."""
    corpus = run_of(folder) / "corpus"
    if source.kind == "built-in":
        return {"kind": "built-in", "name": source.name, "seed": source.seed, "pairs": source.pairs or None}
    if source.kind == "pairs":
        return {"kind": "pairs", "pairs": str(corpus / "pairs.tsv")}
    return {"kind": "aligned", "source": str(corpus / "source.txt"), "target": str(corpus / "target.txt")}


def card(spec: MemberSpec, source: CorpusSource) -> dict[str, Any]:
    return {"name": spec.name, "terms": TERMS["built-in" if source.kind == "built-in" else "pairs"], "command": "trained in the app"}

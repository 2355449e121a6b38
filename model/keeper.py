"""What a training leaves in the folder of its run: parameters, film, metrics, checkpoints to go on from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model import checkpoints, frames, run_folder
from model.checkpoints import Checkpoint
from model.corpora import Corpus
from model.errors import LabError
from model.held_out import HeldOutScores
from model.saved import parameters_of, save_model, write_parameters
from model.tokenizers import Tokenizer

if TYPE_CHECKING:
    from model.training import Step, Training


class Keeper:
    """What a training leaves in the folder of its run, as it goes."""

    def __init__(self, folder: Path, training: Training, tokenizer: Tokenizer, corpus: Corpus, card: dict[str, Any]) -> None:
        self.folder, self.training, self.tokenizer, self.corpus, self.card = folder, training, tokenizer, corpus, card
        config, parameters = training.config, sum(parameter.numel() for parameter in training.parameters)
        self.frames = set(frames.frame_steps(config.steps, config.frames, parameters))
        self.best: list[float] = []
        self.checkpointed = -1

    def begin(self, origin: Mapping[str, Any]) -> None:
        """The whole folder, with the untrained model and a checkpoint of it, before the first step: from here on it can be gone on with."""
        if (self.folder / run_folder.RUN).exists():
            raise LabError("run_exists", "{folder} already holds a run; resume it, or give another folder.", "out", folder=self.folder.name)
        self.folder.mkdir(parents=True, exist_ok=True)
        run_folder.write_run(self.folder, self.training.config, self.corpus, origin)
        self._write_card({})
        save_model(self.folder, self.training.model, self.tokenizer, self.card)
        if 0 in self.frames:
            frames.write_frame(self.folder, 0, self.training.model)
        self.log(f"begun: {len(self.training.data)} pairs, {self.training.data.left_out} left out as too long, {self.training.config}")
        self.checkpoint()

    def resume(self) -> None:
        run_folder.check_same_corpus(self.folder, self.corpus)
        found = checkpoints.newest_checkpoint(self.folder)
        restore(self.training, found)
        self.best = list(found.progress["best"])
        self.checkpointed = found.step
        run_folder.trim_metrics(self.folder, found.step)
        self.log(f"resumed after step {found.step}")

    def keep(self, step: Step) -> Step:
        """Write down what this step asks for; the same step, with its frame's number where the film got one."""
        config, last = self.training.config, step.step == self.training.config.steps
        if step.step in self.frames:
            frames.write_frame(self.folder, step.step, self.training.model)
            step = replace(step, frame=step.step)
        run_folder.append_metrics(self.folder, step.as_dict())
        if step.held_out and self._is_best(step.held_out.rank):
            self._keep_best(step, step.held_out)
        if last or (config.checkpoint_every and step.step % config.checkpoint_every == 0):
            self.checkpoint()
        if last:
            self._finish(step)
        return step

    def _is_best(self, rank: list[float]) -> bool:
        return (not self.best or rank > self.best) and all(map(math.isfinite, rank)) and self.training.finite()

    def _keep_best(self, step: Step, scores: HeldOutScores) -> None:
        self.best = scores.rank
        write_parameters(self.folder / "model.safetensors", parameters_of(self.training.model))
        self._write_card({"step": step.step, "seconds": round(step.seconds, 2), "scores": _plain(scores)})

    def _finish(self, step: Step) -> None:
        if not self.best:  # nothing held out: the last is the best there is
            write_parameters(self.folder / "model.safetensors", parameters_of(self.training.model))
            self._write_card({"step": step.step, "seconds": round(step.seconds, 2), "scores": {}})
        self.log(f"done: {step.step} steps in {step.seconds:.1f} s of training")

    def _write_card(self, about: Mapping[str, Any]) -> None:
        data, config = self.training.data, self.training.config
        counts = data.count_pieces(self.tokenizer.pieces)
        known = {"data": self.corpus.name, "pairs": len(data), "seed": config.seed, "piece_counts": counts}
        run_folder.write_json(self.folder / "card.json", {**known, **about, **self.card})

    def checkpoint(self) -> None:
        """Write the present state, unless it is written already or no longer finite."""
        training = self.training
        if self.checkpointed == training.step:
            return
        if not training.finite():
            raise training.diverged("norm of the parameters", training.step)
        checkpoints.write_checkpoint(self.folder, snapshot(training, self.best), training.config.keep)
        self.checkpointed = training.step

    def log(self, line: str) -> None:
        run_folder.write_log(self.folder, line)


def _plain(scores: HeldOutScores) -> dict[str, Any]:
    return {name: asdict(split) for name, split in scores.splits.items()}


def snapshot(training: Training, best: list[float]) -> Checkpoint:
    """All that the next step depends on."""
    generators = {f"batches.{name}": value for name, value in training.batches.state().items()}
    if training.noise:
        generators["noise"] = checkpoints.text_as_bytes(training.noise.state())
    return Checkpoint(
        training.step, parameters_of(training.model), checkpoints.optimizer_memory(training.model, training.optimizer), generators,
        {"seconds": training.seconds, "best": best},
    )  # fmt: skip


def restore(training: Training, found: Checkpoint) -> None:
    """Make a new training stand where `found` was taken."""
    checkpoints.restore(found, training.model, training.optimizer)
    batches = {name.removeprefix("batches."): value for name, value in found.generators.items() if name.startswith("batches.")}
    training.batches.restore(batches)
    if training.noise:
        training.noise.restore(checkpoints.bytes_as_text(found.generators["noise"]))
    training.step, training.seconds = found.step, float(found.progress["seconds"])

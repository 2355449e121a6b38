"""Training as a stream: `train` yields one frozen `Step` after another; whoever draws, pulls.

    for step in train(model, tokenizer, corpus, config, folder): ...

The order of telling: the stream; then one step of learning. What is kept in the run's folder: `model.keeper`.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model.batches import Batch, BatchStream, rounded_down
from model.corpora import Corpus
from model.errors import LabError
from model.held_out import EncodedCorpus, HeldOutScores, encode_corpus, last_vectors, measure
from model.keeper import Keeper
from model.loss import loss_of_output, smoothing_floor
from model.memory import give_back_all, give_back_memory, keep_freed_memory
from model.noise import Noise
from model.norms import Parts, total_norm
from model.schedules import rate_at
from model.team import ALONE, Team
from model.tokenizers import Tokenizer
from model.train_config import TrainConfig
from model.transformer import LanguageModel, Writer


@dataclass(frozen=True)
class Step:
    """One update of all parameters; steps count from 1.

    `loss` (smoothed, in nats a token) is of the batch before the update, `floor` is what no model can go below.
    `seconds` are of training alone, from the run's beginning, without evaluation and files. `tokens` are the labels of this
    batch. Norms by part stand at every `norms_every`-th step; `frame` where the film got a frame, by its step's number.
    """

    step: int
    loss: float
    floor: float
    rate: float
    seconds: float
    tokens: int
    gradient_norm: float
    gradient_norms: Mapping[str, float] = field(default_factory=dict)
    update_norms: Mapping[str, float] = field(default_factory=dict)
    held_out: HeldOutScores | None = None
    frame: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values without what is not there: a line of metrics.jsonl."""
        return {name: value for name, value in asdict(self).items() if value not in (None, {})}


def train(
    model: Writer,
    tokenizer: Tokenizer,
    corpus: Corpus,
    config: TrainConfig,
    folder: Path | None = None,
    *,
    resume: bool = False,
    origin: Mapping[str, Any] | None = None,
    card: Mapping[str, Any] | None = None,
    team: Team = ALONE,
) -> Iterator[Step]:
    """Train `model` in place, one step per `next`. On one thread the same arguments give the same bits.

    With a folder, everything a run keeps goes there; its card is `card` and what training knows. `origin` says in run.json
    how to build the corpus again. `resume` goes on from the folder's newest checkpoint to the same end, bit by bit; closing
    the stream early leaves a checkpoint. Raises `LabError` with code "diverged" where a loss or a norm stops being finite.
    Every process of a `team` pulls the same stream; only the leader's goes to the folder.
    """
    training = Training(model, tokenizer, corpus, config, team)
    keeper = None if folder is None else Keeper(folder, training, tokenizer, corpus, dict(card or {}))
    if keeper is not None and resume:
        keeper.resume()
    elif keeper is not None and team.leads:
        keeper.begin(origin or {})
    yield from _steps(training, keeper if team.leads else None)


def _steps(training: Training, keeper: Keeper | None) -> Iterator[Step]:
    try:
        while training.step < training.config.steps:
            step = training.advance()
            yield keeper.keep(step) if keeper else step
    except GeneratorExit:  # paused or stopped by whoever pulls
        if keeper:
            keeper.checkpoint()
        raise
    except LabError as error:
        if keeper:
            keeper.log(str(error))
        raise


WIDE = 128  # from this d_model on, products rounded to 16 bits are faster; below, rounding costs more than it saves


def precision_for(d_model: int) -> str:
    """How matrix products are best rounded in a process that only trains models of that width."""
    return "medium" if d_model >= WIDE else "highest"


def use_fast_arithmetic(d_model: int, threads: int = 0) -> None:
    """For a process that only trains one model. 0 threads: all cores."""
    torch.set_float32_matmul_precision(precision_for(d_model))
    keep_freed_memory()
    if threads:
        torch.set_num_threads(threads)


def _optimizer(model: Writer, config: TrainConfig) -> torch.optim.Optimizer:
    kind = torch.optim.AdamW if config.optimizer == "adamw" else torch.optim.Adam
    betas = (config.beta1, config.beta2)
    return kind(model.parameters(), lr=config.rate, betas=betas, eps=config.epsilon, weight_decay=config.weight_decay, fused=True)


class Training:
    """A model, its optimizer, its batches, its noise, and how far they are."""

    def __init__(
        self,
        model: Writer,
        tokenizer: Tokenizer,
        corpus: Corpus,
        config: TrainConfig,
        team: Team = ALONE,
        encoded: EncodedCorpus | None = None,
    ) -> None:
        """`encoded` is the corpus by that tokenizer, where somebody has it; one with narrower limits than this training's is of no use."""
        self.team, self.device = team, next(model.parameters()).device
        self.model, self.tokenizer, self.config = model.train().requires_grad_(True), tokenizer, config
        longest = min(config.longest, rounded_down(model.config.maximum_length) - 1)  # the start token takes one position
        if encoded is None or encoded.longest < longest or encoded.sentences < config.evaluate_sentences:
            encoded = encode_corpus(corpus, tokenizer, longest, config.evaluate_sentences, isinstance(model, LanguageModel))
        else:
            encoded = encoded.within(longest, config.evaluate_sentences)
        self.data, self.held_out = encoded.train, encoded.held_out
        few_shapes = config.batch_by == "tokens" or precision_for(model.config.d_model) != "highest"
        self.batches = BatchStream(self.data, tokenizer, config, few_shapes)
        self.noise = Noise(model.config.dropout, config.seed + team.rank) if model.config.dropout else None
        self.parameters = list(model.parameters())
        self.optimizer = _optimizer(model, config)
        self.parts = Parts(model)
        self.floor = smoothing_floor(model.config.vocabulary, config.label_smoothing)
        self.step, self.seconds = 0, 0.0

    def advance(self) -> Step:
        """One step: learn from one batch; then, where it is time, measure on what is held out."""
        start = time.perf_counter()
        batch = next(self.batches)
        loss, gradients = self._backward(batch)
        norm = self._checked(loss, gradients)
        self.step += 1
        rate = rate_at(self.step, self.config, self.model.config.d_model)
        detailed = self.step % self.config.norms_every == 0 or self.step in (1, self.config.steps)
        gradient_norms = self.parts.norms(gradients) if detailed else {}
        if self.config.clip and norm > self.config.clip:
            torch._foreach_mul_(gradients, self.config.clip / norm)
        update_norms = self._update(rate, detailed)
        give_back_memory(self.step)
        self.seconds += time.perf_counter() - start
        return Step(
            self.step, float(loss), self.floor, rate, self.seconds, batch.tokens, norm, gradient_norms, update_norms, self._measured()
        )

    def _backward(self, batch: Batch) -> tuple[Tensor, list[Tensor]]:
        """The loss, and its gradient for each parameter in the model's order."""
        self.optimizer.zero_grad(set_to_none=True)
        mine = self.team.share(batch).to(self.device)
        loss = torch.zeros((), device=self.device)
        if mine.tokens:
            hidden = last_vectors(self.model, mine, self.noise)
            loss = loss_of_output(hidden, self.model.output.weight, mine.labels, self.config.label_smoothing) * (mine.tokens / batch.tokens)
            loss.backward()
        loss, gradients = loss.detach(), self._gradients()
        self.team.add([loss, *gradients])
        return loss, gradients

    def _gradients(self) -> list[Tensor]:
        """Of the parameters that have one; in a team of all, since the processes' lists are added one by one."""
        if self.team.size > 1:
            for parameter in self.parameters:
                parameter.grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        return [parameter.grad for parameter in self.parameters if parameter.grad is not None]

    def _checked(self, loss: Tensor, gradients: list[Tensor]) -> float:
        """The norm of all gradients, after the last moment at which the parameters can still be kept from harm."""
        norm = float(total_norm(gradients))
        for what, value in (("loss", float(loss)), ("gradient", norm)):
            if not math.isfinite(value):
                raise self.diverged(what, self.step + 1)
        return norm

    def _update(self, rate: float, detailed: bool) -> dict[str, float]:
        """Move every parameter; how far each part moved, where asked for."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        before = [parameter.detach().clone() for parameter in self.parameters] if detailed else []
        self.optimizer.step()
        if not detailed:
            return {}
        return self.parts.norms(torch._foreach_sub([parameter.detach() for parameter in self.parameters], before))

    def _measured(self) -> HeldOutScores | None:
        every = self.config.evaluate_every
        due = self.step == self.config.steps or (every and self.step % every == 0)
        if not due or not self.held_out or not self.team.leads:
            return None
        give_back_all()
        precision = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("highest")  # a search has many shapes, each of which would need kernels (docs/decisions/0009)
        try:
            return measure(self._on_processor(), self.tokenizer, self.held_out)
        except LabError as error:
            if error.code != "scores_not_finite":
                raise
            raise self.diverged("score of a word", self.step) from error
        finally:
            torch.set_float32_matmul_precision(precision)

    def _on_processor(self) -> Writer:
        """The model where searches run."""
        return self.model if self.device.type == "cpu" else copy.deepcopy(self.model).cpu()

    def finite(self) -> bool:
        return math.isfinite(float(total_norm([parameter.detach() for parameter in self.parameters])))

    def diverged(self, what: str, step: int) -> LabError:
        """What was found not to be finite, at which step; the rate is that of the last update, which did the harm."""
        rate = rate_at(max(1, self.step), self.config, self.model.config.d_model)
        return LabError(
            "diverged",
            "At step {step} the {what} was no longer a finite number: the steps were too large. The rate was {rate}"
            " ({schedule} schedule, warm-up {warmup}, clip {clip}); try a tenth of it, a longer warm-up, or clip=1.",
            "factor" if self.config.schedule == "paper" else "rate",
            step=step, what=what, rate=f"{rate:.3g}", schedule=self.config.schedule, warmup=self.config.warmup,
            clip=f"{self.config.clip:g}" if self.config.clip else "off",
        )  # fmt: skip

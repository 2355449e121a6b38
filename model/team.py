"""Data-parallel training: several processes, each with a share of every batch, one sum of gradients (`torchrun`, gloo).

All processes hold the same parameters and draw the same batches; each learns from its own rows. The loss of a batch is a
mean over its tokens, so the processes' losses and gradients are weighted by their tokens before they are added: the sum is
the gradient that one process would have had.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, distributed

from model.batches import Batch
from model.errors import LabError

PROCESSOR = torch.device("cpu")


@dataclass(frozen=True)
class Team:
    """`size` processes; this one is number `rank`, from 0. Number 0 measures (on the processor), writes and speaks."""

    rank: int = 0
    size: int = 1
    device: torch.device = PROCESSOR  # where it computes

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def share(self, batch: Batch) -> Batch:
        """This process's rows of a batch, as wide as the whole; none where there are fewer rows than processes."""
        if self.size == 1:
            return batch
        rows = slice(self.rank, None, self.size)
        labels = batch.labels[rows]
        return Batch(batch.source[rows], batch.decoder_input[rows], labels, int((labels != 0).sum()))

    def add(self, tensors: Sequence[Tensor]) -> None:
        """Put the sum over all processes in the place of each tensor. One message for all of them."""
        if self.size == 1:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        distributed.all_reduce(flat)
        for tensor, total in zip(tensors, flat.split([tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(total.view_as(tensor))


ALONE = Team()


def join(device: str = "cpu") -> Team:
    """The team `torchrun` has started this process in; alone without it.

    `device` "cuda": each process of a machine has a graphics card of its own. Raises `LabError` where PyTorch finds none.
    """
    own = _own_device(device)
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return Team(device=own)
    if not distributed.is_initialized():
        distributed.init_process_group("gloo" if own.type == "cpu" else "nccl")
    return Team(distributed.get_rank(), distributed.get_world_size(), own)


def _own_device(name: str) -> torch.device:
    if name == "cpu":
        return PROCESSOR
    if not torch.cuda.is_available():
        raise LabError("no_graphics_card", "PyTorch finds no graphics card here; leave --device out to train on the processor.", "device")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))


def leave() -> None:
    if distributed.is_initialized():
        distributed.destroy_process_group()

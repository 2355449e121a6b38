"""Where a training stands, as one safetensors file: parameters, the optimizer's memory and every generator."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from model.errors import LabError
from model.files import sync_folder, write_whole

FOLDER, NEWEST = "checkpoints", "state.safetensors"
_VERSION = "1"


@dataclass(frozen=True)
class Checkpoint:
    """`parameters` and the optimizer's `moments` ("exp_avg.<parameter>", ...) by name, `generators` by name, and `progress`:
    what else a training must know to go on (step, seconds, best score), as plain JSON values.
    """

    step: int
    parameters: Mapping[str, Tensor]
    moments: Mapping[str, Tensor]
    generators: Mapping[str, Tensor]
    progress: Mapping[str, Any]


def optimizer_memory(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What Adam remembers of each parameter (both moments, its step), under the parameter's name."""
    return {f"{kind}.{name}": value for name, parameter in model.named_parameters() for kind, value in optimizer.state[parameter].items()}


def restore(checkpoint: Checkpoint, model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put parameters and the optimizer's memory back, bit by bit."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(checkpoint.parameters[name])
            for key, value in checkpoint.moments.items():
                kind, _, owner = key.partition(".")
                if owner == name:
                    optimizer.state[parameter][kind] = value.clone()


def write_checkpoint(folder: Path, checkpoint: Checkpoint, keep: int) -> Path:
    """Write checkpoints/000123.safetensors, give it the second name state.safetensors, remove all but the last `keep`."""
    groups = {"parameters": checkpoint.parameters, "moments": checkpoint.moments, "generators": checkpoint.generators}
    tensors = {f"{group}.{name}": value.detach().contiguous() for group, values in groups.items() for name, value in values.items()}
    about = {"version": _VERSION, "step": str(checkpoint.step), "progress": json.dumps(dict(checkpoint.progress))}
    path = folder / FOLDER / f"{checkpoint.step:06d}.safetensors"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, save(tensors, metadata=about))
    second_name = folder / f".{NEWEST}.partial"
    second_name.unlink(missing_ok=True)
    os.link(path, second_name)
    os.replace(second_name, folder / NEWEST)
    for old in checkpoint_paths(folder)[:-keep]:
        old.unlink()
    sync_folder(folder)
    return path


def checkpoint_paths(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted((folder / FOLDER).glob("[0-9]*.safetensors"), key=lambda path: int(path.stem))


def read_checkpoint(path: Path) -> Checkpoint:
    """Raises `LabError` for a file that is damaged or of another make."""
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            if about.get("version") != _VERSION:
                raise LabError(
                    "checkpoint_version", "{name} is not a checkpoint of format {version}.", "checkpoint", name=path.name, version=_VERSION
                )
            groups: dict[str, dict[str, Tensor]] = {"parameters": {}, "moments": {}, "generators": {}}
            for key in file.keys():  # noqa: SIM118 (this object is not a dictionary)
                group, _, name = key.partition(".")
                groups[group][name] = file.get_tensor(key)
            return Checkpoint(int(about["step"]), progress=json.loads(about["progress"]), **groups)
    except (SafetensorError, OSError, KeyError, ValueError) as problem:
        raise LabError(
            "checkpoint_damaged", "{name} cannot be read as a checkpoint: it is damaged or not one of ours.", "checkpoint", name=path.name
        ) from problem


def newest_checkpoint(folder: Path) -> Checkpoint:
    """The last checkpoint that can be read; a damaged one is passed over for the one before it."""
    for path in reversed(checkpoint_paths(folder)):
        try:
            return read_checkpoint(path)
        except LabError:
            continue
    raise LabError("no_checkpoint", "{folder} holds no checkpoint to resume from.", "resume", folder=folder.name)


def average_parameters(paths: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of each parameter over several checkpoints (section 6.1), as model state by name."""
    total: dict[str, Tensor] = {}
    for path in paths:
        for name, value in read_checkpoint(path).parameters.items():
            total[name] = total[name] + value.double() if name in total else value.double()
    return {name: (value / len(paths)).float() for name, value in total.items()}


def text_as_bytes(text: str) -> Tensor:
    """Text as a uint8 tensor, so that a generator's state can lie in a safetensors file."""
    return torch.tensor(list(text.encode()), dtype=torch.uint8)


def bytes_as_text(values: Tensor) -> str:
    return bytes(values.tolist()).decode()

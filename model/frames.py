"""The film of a training: all parameters in float16 at some moments, dense at the start, where most happens."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from model import limits
from model.files import write_whole

FOLDER = "frames"
FILM_BYTES = 32 * 2**20


def frame_steps(steps: int, frames: int, parameters: int) -> tuple[int, ...]:
    """The steps after which a frame is kept, from 0 (untrained) to `steps`, spaced by a square so that the start is dense.

    Fewer than `frames` where the film would pass 32 MB (two bytes a parameter, and the names), and none where not even
    the first and the last fit.
    """
    room = FILM_BYTES // (2 * parameters + limits.MODEL_HEADER_BYTES)
    if not frames or room < 2:
        return ()
    count = max(2, min(frames, room))
    return tuple(sorted({round(steps * (number / (count - 1)) ** 2) for number in range(count)}))


def write_frame(folder: Path, step: int, model: nn.Module) -> Path:
    """frames/000123.safetensors; parameters that share one matrix are written once."""
    path = folder / FOLDER / f"{step:06d}.safetensors"
    tensors = {name: parameter.detach().to(torch.float16).contiguous() for name, parameter in model.named_parameters()}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, save(tensors, metadata={"step": str(step)}))
    return path


def frame_paths(folder: Path) -> dict[int, Path]:
    """Step -> file, in order."""
    paths = (folder / FOLDER).glob("[0-9]*.safetensors")
    return dict(sorted((int(path.stem), path) for path in paths))


def read_frame(path: Path) -> dict[str, Tensor]:
    """Parameters of that moment in float32, by name."""
    return {name: value.float() for name, value in load_file(path).items()}

"""The folder of a saved model: written whole, read with suspicion.

`config.json` (shape, format version), `tokenizer.model` or `tokenizer.json`, `model.safetensors` (float32 or float16, names
are the module's own), `card.json` (data and terms, command, seed, scores, limits). Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_safetensors
from safetensors.torch import save as save_safetensors
from torch import Tensor

from model import limits
from model.config import SPECIAL_PIECES, ModelConfig
from model.errors import LabError
from model.files import read_json, write_json, write_whole
from model.plain import PlainModel
from model.scorer import ready_for_searches
from model.tokenizers import Tokenizer, load_tokenizer
from model.transformer import AnyModel, Transformer, empty_model, parameter_shapes

FORMAT_VERSION = 1
ASSETS = Path(__file__).parents[1] / "assets" / "models"


@dataclass(frozen=True)
class SavedModel:
    """A model ready for use by many threads: evaluation only, no gradients. `sha256` is that of `model.safetensors`."""

    model: AnyModel
    tokenizer: Tokenizer
    card: Mapping[str, Any]
    sha256: str

    @property
    def config(self) -> ModelConfig:
        return self.model.config

    @property
    def translator(self) -> Transformer:
        """The model, where it is an encoder-decoder; else a `LabError`."""
        if not isinstance(self.model, Transformer):
            raise LabError("not_a_translator", "This model is not an encoder-decoder: it cannot translate.", "model")
        return self.model

    @cached_property
    def searcher(self) -> Transformer | PlainModel:
        """The translator laid out for searches, made when it is first asked for: for one sentence that is a third of its greedy search."""
        return ready_for_searches(self.translator)


def find_model(name_or_folder: str) -> Path:
    """The folder of a shipped model by its name, or the folder of that path."""
    for folder in (ASSETS / name_or_folder, Path(name_or_folder)):
        if (folder / "config.json").is_file():
            return folder
    shipped = ", ".join(sorted(path.parent.name for path in ASSETS.glob("*/config.json")))
    raise LabError(
        "unknown_model",
        "There is no model {name}: give one of {shipped}, or the folder of a saved model.",
        "model",
        name=repr(name_or_folder),
        shipped=shipped,
    )


def parameters_of(model: AnyModel) -> dict[str, Tensor]:
    """Every trainable tensor once, by the module's own name (a tied matrix goes by its first name)."""
    return {name: parameter.detach() for name, parameter in model.named_parameters()}


def save_model(folder: Path, model: AnyModel, tokenizer: Tokenizer, card: Mapping[str, Any], dtype: torch.dtype = torch.float32) -> None:
    """Write the four files, each whole; `config.json` last, so that a folder with one is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(folder)
    write_parameters(folder / "model.safetensors", parameters_of(model), dtype)
    write_json(folder / "card.json", dict(card))
    write_config(folder, model.config)


def write_config(folder: Path, config: ModelConfig) -> None:
    special = {piece: number for number, piece in enumerate(SPECIAL_PIECES)}
    write_json(folder / "config.json", {"format_version": FORMAT_VERSION, "model": config.as_dict(), "special_ids": special})


def write_parameters(path: Path, parameters: Mapping[str, Tensor], dtype: torch.dtype = torch.float32) -> None:
    write_whole(path, save_safetensors({name: tensor.to(dtype).contiguous() for name, tensor in parameters.items()}))


def read_config(folder: Path) -> ModelConfig:
    values = read_json(folder / "config.json")
    unknown = set(values) - {"format_version", "model", "special_ids"}
    if unknown:
        raise LabError(
            "unknown_setting", "config.json has a field {field} this version does not know.", "config.json", field=sorted(unknown)[0]
        )
    if values.get("format_version") != FORMAT_VERSION:
        raise LabError(
            "unknown_format",
            "config.json has format version {value}; this version reads {known}.",
            "config.json",
            value=values.get("format_version"),
            known=FORMAT_VERSION,
        )
    if values.get("special_ids") != {piece: number for number, piece in enumerate(SPECIAL_PIECES)}:
        raise LabError("special_ids", "config.json must number the special tokens padding, start, end and unknown 0 to 3.", "config.json")
    if not isinstance(values.get("model"), dict):
        raise LabError("unknown_format", "config.json does not describe a model.", "config.json")
    return ModelConfig.from_dict(values["model"])


def load_model(folder: Path, largest: int = limits.MODEL_BYTES) -> SavedModel:
    """The model in a folder, after every check, or a `LabError` that names the file and the rule.

    `largest` is the most bytes of parameters it will read.
    """
    config = read_config(folder)
    tokenizer = load_tokenizer(folder)
    if len(tokenizer.pieces) != config.vocabulary:
        raise LabError(
            "vocabulary_differs", "The tokenizer has {tokenizer} pieces, the model {model} rows of embeddings.",
            "tokenizer", tokenizer=len(tokenizer.pieces), model=config.vocabulary,
        )  # fmt: skip
    data = _read_bounded(folder / "model.safetensors", largest)
    model = with_parameters(config, read_parameters(data, config))
    return SavedModel(model, tokenizer, read_json(folder / "card.json"), hashlib.sha256(data).hexdigest())


def with_parameters(config: ModelConfig, parameters: Mapping[str, Tensor]) -> AnyModel:
    """A model of that shape with those parameters, for evaluation only."""
    model = empty_model(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(parameters[name])
    return model.requires_grad_(False).eval()


def read_parameters(data: bytes, config: ModelConfig) -> dict[str, Tensor]:
    """The tensors of a safetensors file, checked against the shape of the model: names, shapes, types, finiteness."""
    _check_header(data)
    try:
        tensors = load_safetensors(data)
    except Exception as error:
        raise LabError("not_safetensors", "model.safetensors is damaged: {reason}.", "model.safetensors", reason=str(error)[:200]) from None
    expected = parameter_shapes(config)
    for name in sorted(set(expected) ^ set(tensors)):
        template = (
            "model.safetensors lacks {name}." if name in expected else "model.safetensors has a tensor {name} that this model does not."
        )
        raise LabError("tensor_names", template, "model.safetensors", name=name)
    for name, tensor in tensors.items():
        if tensor.shape != expected[name]:
            raise LabError(
                "tensor_shape",
                "{name} is {found}; this model needs {needed}.",
                "model.safetensors",
                name=name,
                found=" × ".join(map(str, tensor.shape)),
                needed=" × ".join(map(str, expected[name])),
            )
        if tensor.dtype not in (torch.float32, torch.float16):
            raise LabError(
                "tensor_type",
                "{name} is {found}; parameters must be float32 or float16.",
                "model.safetensors",
                name=name,
                found=str(tensor.dtype).removeprefix("torch."),
            )
        if not tensor.isfinite().all():
            raise LabError("tensor_not_finite", "{name} holds a number that is not finite.", "model.safetensors", name=name)
    return {name: tensor.float() for name, tensor in tensors.items()}


def _read_bounded(path: Path, largest: int) -> bytes:
    if not path.is_file():
        raise LabError("file_missing", "There is no {file} in the model's folder.", path.name, file=path.name)
    if path.stat().st_size > largest:
        raise LabError("file_too_large", "{file} has more than {limit} bytes.", path.name, file=path.name, limit=largest)
    return path.read_bytes()


def _check_header(data: bytes) -> None:
    """Length and number of tensors are read and capped before the library parses anything."""
    length = struct.unpack("<Q", data[:8])[0] if len(data) >= 8 else 0
    if not 2 <= length <= min(limits.MODEL_HEADER_BYTES, len(data) - 8):
        raise LabError(
            "not_safetensors",
            "model.safetensors has no valid header (at most {limit} bytes): it is cut off, or no safetensors file.",
            "model.safetensors",
            limit=limits.MODEL_HEADER_BYTES,
        )
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        raise LabError(
            "not_safetensors",
            "model.safetensors has no valid header (at most {limit} bytes): it is cut off, or no safetensors file.",
            "model.safetensors",
            limit=limits.MODEL_HEADER_BYTES,
        ) from None
    if not isinstance(header, dict) or len(header) > limits.MODEL_TENSORS:
        raise LabError(
            "too_many_tensors", "model.safetensors lists more than {limit} tensors.", "model.safetensors", limit=limits.MODEL_TENSORS
        )

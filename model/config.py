"""The shape of a Transformer as a value: validated, hashable, with its presets and its exact parameter count.

Source of names and presets: "Attention Is All You Need", sections 3 and 6.2, Table 3. Knows no torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

from model import limits
from model.errors import LabError

Kind = Literal["encoder_decoder", "decoder", "encoder"]
Norm = Literal["post", "pre", "none"]
Positions = Literal["sinusoidal", "learned", "none"]

PADDING, START, END, UNKNOWN = range(4)
SPECIAL_PIECES = ("<pad>", "<s>", "</s>", "<unk>")


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The shape of one model. Raises `LabError` with a sentence a learner can act on.

    `d_k` and `d_v` are widths per head and free of d_model / heads (Table 3, row B); 0 means d_model / heads.
    `classes` is the number of classes of an encoder-only classifier; 0 for the other kinds.
    """

    kind: Kind = "encoder_decoder"
    layers: int = 6
    d_model: int = 512
    d_ff: int = 2048
    heads: int = 8
    d_k: int = 0
    d_v: int = 0
    vocabulary: int = 37_000
    dropout: float = 0.1
    maximum_length: int = 512
    norm: Norm = "post"
    residual: bool = True
    positions: Positions = "sinusoidal"
    scaling: bool = True
    causal_mask: bool = True
    tied_embeddings: bool = True
    projection_biases: bool = False
    classes: int = 0

    def __post_init__(self) -> None:
        check_types(self)
        for name in ("layers", "d_model", "d_ff", "heads", "maximum_length"):
            if getattr(self, name) < 1:
                raise LabError("too_small", "{field} is {value}; it must be at least 1.", name, value=getattr(self, name))
        for name in ("d_k", "d_v"):
            if getattr(self, name) < 0:
                raise LabError(
                    "too_small", "{field} is {value}; it must be at least 1, or 0 for d_model / heads.", name, value=getattr(self, name)
                )
            if getattr(self, name) == 0:
                if self.d_model % self.heads:
                    raise LabError(
                        "heads_do_not_divide",
                        "d_model {d_model} cannot be split evenly among {heads} heads; set {field}.",
                        name, d_model=self.d_model, heads=self.heads,
                    )  # fmt: skip
                object.__setattr__(self, name, self.d_model // self.heads)
        if self.vocabulary <= len(SPECIAL_PIECES):
            raise LabError(
                "vocabulary_too_small",
                "A vocabulary of {value} has no room beside the four special tokens.",
                "vocabulary",
                value=self.vocabulary,
            )
        if not 0 <= self.dropout < 1:
            raise LabError("dropout_range", "dropout is {value}; it must be from 0 up to, not including, 1.", "dropout", value=self.dropout)
        if self.positions == "sinusoidal" and self.d_model % 2:
            raise LabError(
                "odd_d_model", "d_model {value} is odd; sines and cosines come in pairs, so make it even.", "d_model", value=self.d_model
            )
        if (self.kind == "encoder") != (self.classes > 0):
            raise LabError(
                "classes",
                "An encoder-only classifier needs classes of at least 1, the other kinds need 0; got {value}.",
                "classes",
                value=self.classes,
            )

    def with_(self, **changes: Any) -> ModelConfig:
        """The same shape with some values changed; d_k and d_v follow d_model / heads where they did before."""
        widths: dict[str, Any] = _inherited_widths(self, changes)
        return replace(self, **widths, **changes)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ModelConfig:
        """Refuses a name it does not know; a missing one takes its default."""
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise LabError(
                    "unknown_setting",
                    "{field} is not a setting of a model; the settings are {known}.",
                    name,
                    known=", ".join(sorted(known)),
                )
        return cls(**values)


def _inherited_widths(config: ModelConfig, changes: Mapping[str, Any]) -> dict[str, int]:
    if not {"d_model", "heads"} & set(changes):
        return {}
    even = config.d_model / config.heads
    return {name: 0 for name in ("d_k", "d_v") if name not in changes and getattr(config, name) == even}


def check_types(config: object) -> None:
    """Raise `LabError` for the first field of a frozen dataclass that is not of its type; a whole number becomes a float where asked."""
    for name, hint in get_type_hints(type(config)).items():
        value = getattr(config, name)
        choices = get_args(hint)
        if choices:
            if value not in choices:
                raise LabError(
                    "not_a_choice", "{field} is {value}; it must be one of {choices}.", name, value=repr(value), choices=", ".join(choices)
                )
        elif hint is float:
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise LabError("wrong_type", "{field} is {value}; it must be a number.", name, value=repr(value))
            object.__setattr__(config, name, float(value))
        elif type(value) is not hint:
            raise LabError("wrong_type", "{field} is {value}; it must be of type {type}.", name, value=repr(value), type=hint.__name__)


def check_app_limits(config: ModelConfig) -> None:
    """Raise `LabError` where a model is larger than the app will build (the command line is free)."""
    for name, limit in (
        ("d_model", limits.D_MODEL), ("d_ff", 4 * limits.D_MODEL), ("d_k", limits.D_MODEL), ("d_v", limits.D_MODEL),
        ("layers", limits.LAYERS), ("heads", limits.HEADS), ("vocabulary", limits.VOCABULARY), ("maximum_length", 1024),
    ):  # fmt: skip
        if getattr(config, name) > limit:
            raise LabError("too_large", "{field} is {value}; this app goes up to {limit}.", name, value=getattr(config, name), limit=limit)
    total = sum(count_parameters(config).values())
    if total > limits.PARAMETERS:
        raise LabError(
            "too_many_parameters",
            "This model would have {value} parameters; this app goes up to {limit}.",
            None,
            value=f"{total:,}",
            limit=f"{limits.PARAMETERS:,}",
        )


def count_parameters(config: ModelConfig) -> dict[str, int]:
    """Exact number of trainable parameters by part, without building the model.

    A vocabulary matrix has V · d_model entries; one for source, target and output when tied (section 3.4), three when
    not. A sub-layer of attention has d_model · heads · (2 d_k + 2 d_v) entries (sections 3.2.2), one of feed-forward
    2 · d_model · d_ff + d_ff + d_model (section 3.3), each normalization 2 · d_model.
    """
    d, biases = config.d_model, config.projection_biases
    attention = d * config.heads * (2 * config.d_k + 2 * config.d_v)
    if biases:
        attention += config.heads * (2 * config.d_k + config.d_v) + d
    feed_forward = 2 * d * config.d_ff + config.d_ff + d
    stacks = {"encoder_decoder": (1, 1), "decoder": (0, 1), "encoder": (1, 0)}[config.kind]
    cross = 1 if config.kind == "encoder_decoder" else 0
    matrices = 1 if config.tied_embeddings else {"encoder_decoder": 3, "decoder": 2, "encoder": 1}[config.kind]
    sublayers = config.layers * (2 * stacks[0] + (2 + cross) * stacks[1])
    norms = 0 if config.norm == "none" else sublayers + (sum(stacks) if config.norm == "pre" else 0)
    parts = {
        "embeddings": matrices * config.vocabulary * d,
        "positions": sum(stacks) * config.maximum_length * d if config.positions == "learned" else 0,
        "encoder_self_attention": stacks[0] * config.layers * attention,
        "encoder_feed_forward": stacks[0] * config.layers * feed_forward,
        "decoder_self_attention": stacks[1] * config.layers * attention,
        "decoder_cross_attention": stacks[1] * cross * config.layers * attention,
        "decoder_feed_forward": stacks[1] * config.layers * feed_forward,
        "normalization": norms * 2 * d,
        "classifier": config.classes * (d + 1),
    }
    return {name: count for name, count in parts.items() if count}


_BASE = ModelConfig()

PRESETS: dict[str, ModelConfig] = {
    "base": _BASE,
    "A1": _BASE.with_(heads=1),
    "A4": _BASE.with_(heads=4),
    "A16": _BASE.with_(heads=16),
    "A32": _BASE.with_(heads=32),
    "B16": _BASE.with_(d_k=16),
    "B32": _BASE.with_(d_k=32),
    "C-N2": _BASE.with_(layers=2),
    "C-N4": _BASE.with_(layers=4),
    "C-N8": _BASE.with_(layers=8),
    "C-d256": _BASE.with_(d_model=256, d_k=32, d_v=32),
    "C-d1024": _BASE.with_(d_model=1024, d_k=128, d_v=128),
    "C-ff1024": _BASE.with_(d_ff=1024),
    "C-ff4096": _BASE.with_(d_ff=4096),
    "D-dropout0": _BASE.with_(dropout=0.0),
    "D-dropout2": _BASE.with_(dropout=0.2),
    "D-smoothing0": _BASE,
    "D-smoothing2": _BASE,
    "E": _BASE.with_(positions="learned"),
    "big": _BASE.with_(d_model=1024, d_ff=4096, heads=16, dropout=0.3),
    "toy": ModelConfig(layers=2, d_model=64, d_ff=256, heads=4, vocabulary=1000, dropout=0.0, maximum_length=128, tied_embeddings=False),
}

LABEL_SMOOTHING: dict[str, float] = {name: {"D-smoothing0": 0.0, "D-smoothing2": 0.2}.get(name, 0.1) for name in PRESETS}


def preset(name: str) -> ModelConfig:
    """The preset of that name, or a `LabError` that lists the names."""
    if name not in PRESETS:
        raise LabError(
            "unknown_preset", "There is no preset {name}; the presets are {known}.", "preset", name=repr(name), known=", ".join(PRESETS)
        )
    return PRESETS[name]

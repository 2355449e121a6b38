"""How a model is trained, as a value: validated, hashable, with the recipes of the presets.

Source of the paper's recipe: "Attention Is All You Need", sections 5.3 and 5.4. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_type_hints

from model.config import LABEL_SMOOTHING, ModelConfig, check_types, preset
from model.errors import LabError

Optimizer = Literal["adam", "adamw"]
Schedule = Literal["paper", "linear", "constant"]
BatchBy = Literal["sentences", "tokens"]

LEAST: dict[str, int] = {
    "steps": 1, "batch": 1, "pool": 1, "longest": 2, "warmup": 0, "evaluate_every": 0, "evaluate_sentences": 1,
    "checkpoint_every": 0, "keep": 1, "frames": 0, "norms_every": 1, "seed": 0,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One training. Raises `LabError` with a sentence a learner can act on.

    `batch` counts sentence pairs, or padded source tokens and padded target tokens (whichever are more) with batch_by
    "tokens". `rate` is the peak of the linear and constant schedules, `factor` multiplies the paper's. `warmup` is in
    steps. `clip` limits the norm of all gradients together; 0 leaves them alone. `subword_alpha` samples another
    segmentation of every sentence each time it is met; 0 does not. `spelling` is the share of sources that come with some
    words in a rare spelling (`Tokenizer.spell`), others in each epoch. `longest` leaves out pairs with a side of more
    tokens. `keep` is how many of the last checkpoints stay. `evaluate_every`, `checkpoint_every` and `frames` of 0 mean
    never, but for the last step of a run with a folder.
    """

    steps: int = 500
    batch_by: BatchBy = "sentences"
    batch: int = 32
    pool: int = 16
    longest: int = 64
    subword_alpha: float = 0.0
    spelling: float = 0.0

    optimizer: Optimizer = "adamw"
    beta1: float = 0.9
    beta2: float = 0.98
    epsilon: float = 1e-9
    weight_decay: float = 0.0
    schedule: Schedule = "linear"
    rate: float = 4e-3
    factor: float = 1.0
    warmup: int = 50
    label_smoothing: float = 0.1
    clip: float = 0.0

    evaluate_every: int = 100
    evaluate_sentences: int = 200
    checkpoint_every: int = 100
    keep: int = 3
    frames: int = 30
    norms_every: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        check_types(self)
        for name, least in LEAST.items():
            if getattr(self, name) < least:
                raise LabError(
                    "too_small", "{field} is {value}; it must be at least {least}.", name, value=getattr(self, name), least=least
                )
        for name in ("rate", "factor", "epsilon"):
            if getattr(self, name) <= 0:
                raise LabError("not_positive", "{field} is {value}; it must be larger than 0.", name, value=getattr(self, name))
        for name in ("weight_decay", "clip", "subword_alpha"):
            if getattr(self, name) < 0:
                raise LabError("negative", "{field} is {value}; it must be 0 (off) or larger.", name, value=getattr(self, name))
        for name in ("beta1", "beta2", "label_smoothing", "spelling"):
            if not 0 <= getattr(self, name) < 1:
                raise LabError(
                    "fraction_range", "{field} is {value}; it must be from 0 up to, not including, 1.", name, value=getattr(self, name)
                )
        if self.schedule == "paper" and self.warmup < 1:
            raise LabError("warmup_needed", "The paper's schedule divides by its warm-up; set warmup to at least 1.", "warmup")
        if self.schedule == "linear" and self.warmup >= self.steps:
            raise LabError(
                "warmup_too_long", "A warm-up of {warmup} steps leaves nothing of {steps} steps; make warmup smaller than steps.",
                "warmup", warmup=self.warmup, steps=self.steps,
            )  # fmt: skip

    def with_(self, **changes: Any) -> TrainConfig:
        """The same training with some values changed. On the linear schedule the warm-up keeps its share of the steps unless given."""
        return replace(self, **{**_inherited_warmup(self, changes), **changes})

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainConfig:
        """Refuses a name it does not know; a missing one takes its default."""
        known = names_of(cls)
        for name in values:
            if name not in known:
                raise LabError(
                    "unknown_setting",
                    "{field} is not a setting of a training; the settings are {known}.",
                    name,
                    known=", ".join(sorted(known)),
                )
        return cls(**values)


def _inherited_warmup(config: TrainConfig, changes: Mapping[str, Any]) -> dict[str, int]:
    steps = changes.get("steps", config.steps)
    if changes.get("schedule", config.schedule) != "linear" or type(steps) is not int or steps < 1:
        return {}
    return {"warmup": round(config.warmup * steps / config.steps)}


def names_of(kind: type) -> set[str]:
    return {field.name for field in fields(kind)}


_TOY = TrainConfig(steps=500, batch=128, rate=8e-3, warmup=80, spelling=0.005)
_PAPER = TrainConfig(
    steps=100_000, batch_by="tokens", batch=25_000, longest=256, optimizer="adam", schedule="paper", warmup=4000,
    evaluate_every=1000, checkpoint_every=1000, norms_every=100,
)  # fmt: skip


def recipe(name: str) -> TrainConfig:
    """How the preset of that name is trained: the live one for "toy", the paper's for the others (sections 5.1 to 5.4)."""
    preset(name)  # a name it does not know is refused there
    return _TOY if name == "toy" else _PAPER.with_(label_smoothing=LABEL_SMOOTHING[name])


def apply_settings(shape: ModelConfig, training: TrainConfig, settings: Iterable[str]) -> tuple[ModelConfig, TrainConfig]:
    """Apply "name=value" to whichever of the two has that name; their names do not overlap (a test holds that)."""
    changes: dict[type, dict[str, Any]] = {ModelConfig: {}, TrainConfig: {}}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        owner = next((kind for kind in changes if name in names_of(kind)), None)
        if not equals or owner is None:
            known = ", ".join(sorted(names_of(ModelConfig) | names_of(TrainConfig)))
            raise LabError(
                "unknown_setting",
                "{value} is not of the form name=value with a known name; the names are {known}.",
                "set",
                value=repr(setting),
                known=known,
            )
        changes[owner][name] = _parse(name, text.strip(), get_type_hints(owner)[name])
    return shape.with_(**changes[ModelConfig]), training.with_(**changes[TrainConfig])


def _parse(name: str, text: str, hint: Any) -> Any:
    """The text as the field's type; what does not read as that stays text, and the check of types says so."""
    if hint is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if hint in (int, float):
        try:
            return hint(text)
        except ValueError:
            return text
    return text

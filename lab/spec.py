"""What a run is asked to do, as a value: where its pairs come from, and one to four members to train. Knows no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from model.config import ModelConfig, check_app_limits, preset
from model.corpora import CORPORA
from model.errors import LabError
from model.limits import UPLOAD_LINES
from model.text import clean_text
from model.tokenizers import KINDS
from model.train_config import TrainConfig, names_of, recipe

Source = Literal["built-in", "pairs", "aligned"]
MEMBERS = 4
NAME_CHARACTERS = 60
STEPS, BATCH_SENTENCES, BATCH_TOKENS, FRAMES, EVALUATE_SENTENCES, KEEP, POOL = 100_000, 512, 16_384, 60, 1_000, 5, 64

DEFAULT_CORPUS = "simple"
TOKENIZERS = {**dict.fromkeys(CORPORA, "word"), "dates": "character"}
STORIES = "stories"  # what a decoder alone goes on with; all else is translated
# Settings other than those of the preset, by built-in corpus. A story has five times the words of a sentence.
USUAL: Mapping[str, Mapping[str, Any]] = {
    # A small language: fewer pairs a step, little padding, hidden layers half as wide; clipped, every seed ends well.
    "simple": dict(batch=64, spelling=0.0, pool=64, d_ff=128, steps=400, warmup=67, beta2=0.9, clip=1.0),
    STORIES: {"kind": "decoder", "steps": 900, "warmup": 112, "batch": 24, "rate": 6e-3, "longest": 80, "spelling": 0.0},
}


@dataclass(frozen=True, kw_only=True)
class CorpusSource:
    """A built-in corpus by `name`, `seed` and `pairs` (0: as many as it comes with), or a kept upload of the visitor's."""

    kind: Source = "built-in"
    name: str = DEFAULT_CORPUS
    seed: int = 0
    pairs: int = 0
    upload: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Source):
            raise LabError(
                "not_a_choice",
                "{field} is {value}; it must be one of {choices}.",
                "corpus",
                value=repr(self.kind),
                choices=", ".join(get_args(Source)),
            )
        if self.kind == "built-in" and self.name not in CORPORA:
            raise LabError(
                "unknown_corpus",
                "There is no corpus {name}; the corpora are {known}.",
                "corpus",
                name=repr(self.name),
                known=", ".join(CORPORA),
            )
        if not 0 <= self.pairs <= UPLOAD_LINES:
            raise LabError("too_large", "{field} is {value}; this app goes up to {limit}.", "pairs", value=self.pairs, limit=UPLOAD_LINES)
        if (self.kind == "built-in") == bool(self.upload):
            raise LabError("corpus_missing", "Choose a corpus, or upload one.", "corpus")


@dataclass(frozen=True, kw_only=True)
class MemberSpec:
    """One model to train; `name` tells the members of a race apart."""

    name: str = ""
    shape: ModelConfig
    training: TrainConfig

    def __post_init__(self) -> None:
        check_app_limits(self.shape)
        if self.shape.kind == "encoder":
            raise LabError(
                "not_a_writer", "{field} is {value}; a run trains what writes: encoder_decoder or decoder.", "kind", value="encoder"
            )
        batch = BATCH_TOKENS if self.training.batch_by == "tokens" else BATCH_SENTENCES
        for name, limit in (
            ("steps", STEPS), ("batch", batch), ("frames", FRAMES), ("evaluate_sentences", EVALUATE_SENTENCES), ("keep", KEEP),
            ("pool", POOL),
        ):  # fmt: skip
            value = getattr(self.training, name)
            if value > limit:
                raise LabError("too_large", "{field} is {value}; this app goes up to {limit}.", name, value=value, limit=limit)


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """One member is a run, two to four are a race. Raises `LabError` with a sentence a learner can act on."""

    name: str
    corpus: CorpusSource
    tokenizer: str
    members: tuple[MemberSpec, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_name(self.name))
        if self.tokenizer not in KINDS:
            raise LabError(
                "tokenizer_kind",
                "There is no tokenizer {kind}; the kinds are {known}.",
                "tokenizer",
                kind=repr(self.tokenizer),
                known=", ".join(KINDS),
            )
        if not 1 <= len(self.members) <= MEMBERS:
            raise LabError(
                "members", "A race has from 2 to {limit} members; this one has {value}.", "members", limit=MEMBERS, value=len(self.members)
            )
        if len({member.shape.vocabulary for member in self.members}) > 1:
            raise LabError("vocabulary_differs", "All members of a race share one tokenizer; give them the same vocabulary.", "vocabulary")
        if len({member.name for member in self.members}) < len(self.members):
            raise LabError("members_alike", "Give each member of a race a name of its own.", "members")

    @property
    def kind(self) -> str:
        return "run" if len(self.members) == 1 else "race"

    @property
    def continues(self) -> bool:
        """A decoder alone learns to go on with a text; else what learns is a translator."""
        return self.members[0].shape.kind == "decoder"

    @property
    def steps(self) -> int:
        """All steps of all members."""
        return sum(member.training.steps for member in self.members)

    def as_dict(self) -> dict[str, Any]:
        """Plain values: a column of the journal, a message to a worker."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RunSpec:
        members = tuple(
            MemberSpec(
                name=member["name"], shape=ModelConfig.from_dict(member["shape"]), training=TrainConfig.from_dict(member["training"])
            )
            for member in values["members"]
        )
        return cls(name=values["name"], corpus=CorpusSource(**values["corpus"]), tokenizer=values["tokenizer"], members=members)


def clean_name(name: str) -> str:
    """A name as it is kept and shown: clean text, short, never empty."""
    name = clean_text(name)
    if not name:
        raise LabError("name_empty", "Give the run a name.", "name")
    if len(name) > NAME_CHARACTERS:
        raise LabError(
            "name_too_long", "The name has {value} characters; at most {limit} are allowed.", "name", value=len(name), limit=NAME_CHARACTERS
        )
    return name


def plan(
    name: str, corpus: CorpusSource | str = DEFAULT_CORPUS, preset_name: str = "toy", tokenizer: str = "", /, **settings: Any
) -> RunSpec:
    """A run from a preset and whichever settings of its shape or its training are to differ: `plan("mine", steps=300, heads=2)`."""
    source = CorpusSource(name=corpus) if isinstance(corpus, str) else corpus
    built_in = source.name if source.kind == "built-in" else ""
    usual = _changed(MemberSpec(shape=preset(preset_name), training=recipe(preset_name)), name, USUAL.get(built_in, {}))
    pieces = tokenizer or TOKENIZERS.get(built_in, "unigram")
    return RunSpec(name=name, corpus=source, tokenizer=pieces, members=(_changed(usual, name, settings),))


def race(run: RunSpec, switches: Mapping[str, Mapping[str, Any]], name: str = "") -> RunSpec:
    """A race of variants of one run, a member for each name: `{"as it is": {}, "no mask": {"causal_mask": False}}`."""
    members = tuple(_changed(run.members[0], label, settings) for label, settings in switches.items())
    return RunSpec(name=name or run.name, corpus=run.corpus, tokenizer=run.tokenizer, members=members)


def _changed(member: MemberSpec, name: str, settings: Mapping[str, Any]) -> MemberSpec:
    shape = {key: value for key, value in settings.items() if key in names_of(ModelConfig)}
    training = {key: value for key, value in settings.items() if key in names_of(TrainConfig)}
    for key in settings.keys() - shape.keys() - training.keys():
        raise LabError("unknown_setting", "{field} is not a setting of a model or of a training.", key)
    return MemberSpec(name=clean_name(name), shape=member.shape.with_(**shape), training=member.training.with_(**training))

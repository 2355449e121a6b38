"""How a model in training does on pairs kept apart: with the right words fed in (loss, accuracy), and on its own (greedy)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from model.batches import Batch, Encoded, batches_in_order, encode_pairs, encode_texts
from model.continuing import continuations
from model.corpora import Corpus, stories
from model.evaluation import score, token_accuracy
from model.loss import smoothed_cross_entropy
from model.noise import Noise
from model.tokenizers import Tokenizer
from model.transformer import LanguageModel, Writer
from model.translate import translate

BATCH, SAMPLES = 32, 3  # more sentences at once are slower: their logits, [32, n, V], are the largest tensors here
NUMBERS = ("loss", "token_accuracy", "exact_match", "bleu", "fitting")


@dataclass(frozen=True)
class SplitScore:
    """`loss` in nats a token, without smoothing; `token_accuracy` and `exact_match` from 0 to 1, `bleu` from 0 to 100.

    `fitting`, from 0 to 1, of built-in stories alone: the share of the sentences written that can stand in such a story. There
    is no one right way to go on with a text, so exact match and BLEU say nothing then.
    """

    sentences: int
    loss: float
    token_accuracy: float
    exact_match: float
    bleu: float
    fitting: float | None = None


@dataclass(frozen=True)
class Sample:
    source: str
    reference: str
    translation: str


@dataclass(frozen=True)
class HeldOutScores:
    """By name of the held-out set; `seconds` is what measuring took."""

    splits: Mapping[str, SplitScore]
    samples: tuple[Sample, ...]
    seconds: float

    def mean(self, name: str) -> float:
        """The mean of one number over the sets."""
        return sum(float(getattr(split, name)) for split in self.splits.values()) / len(self.splits)

    @property
    def means(self) -> dict[str, float]:
        """Every number that has a meaning for all sets, by its name."""
        return {name: self.mean(name) for name in NUMBERS if all(getattr(split, name) is not None for split in self.splits.values())}

    @property
    def rank(self) -> list[float]:
        """What makes one moment of a training better than another: BLEU (of stories what fits), then the loss. Larger is better."""
        means = self.means
        return [means.get("fitting", means["bleu"]), -means["loss"]]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class EncodedCorpus:
    """A corpus as ids, encoded once for any number of trainings: what is learnt from, and the held-out sets by name.

    Its limits: a side has at most `longest` tokens, a held-out set at most `sentences` pairs.
    """

    train: Encoded
    held_out: Mapping[str, Encoded]
    longest: int
    sentences: int

    def within(self, longest: int, sentences: int) -> EncodedCorpus:
        """The same with narrower limits."""
        held_out = {name: data.within(longest, sentences) for name, data in self.held_out.items()}
        return EncodedCorpus(self.train.within(longest), held_out, longest, sentences)


def encode_corpus(corpus: Corpus, tokenizer: Tokenizer, longest: int, sentences: int, one_text: bool = False) -> EncodedCorpus:
    """`one_text`: for a decoder-only model."""
    encode = encode_texts if one_text else encode_pairs
    held_out = {name: encode(pairs[:sentences], tokenizer, longest) for name, pairs in corpus.held_out.items() if pairs}
    return EncodedCorpus(encode(corpus.train, tokenizer, longest), held_out, longest, sentences)


@torch.inference_mode()
def measure(model: Writer, tokenizer: Tokenizer, sets: Mapping[str, Encoded]) -> HeldOutScores:
    start = time.perf_counter()
    splits, samples = {}, []
    for name, data in sets.items():
        loss, accuracy = teacher_forced(model, data)
        sources, references = [pair.source for pair in data.pairs], [pair.target for pair in data.pairs]
        written = write(model, tokenizer, sources)
        scores = score(written, references)
        splits[name] = SplitScore(len(data), loss, accuracy, scores.exact_match, scores.bleu, _fitting(sources, references, written))
        triples = zip(sources, references, written, strict=True)
        samples += [Sample(source, reference, ours) for source, reference, ours in list(triples)[:SAMPLES]]
    return HeldOutScores(splits, tuple(samples), time.perf_counter() - start)


def _fitting(sources: Sequence[str], references: Sequence[str], written: Sequence[str]) -> float | None:
    """Where what was to be written are built-in stories."""
    if not stories.is_story(f"{sources[0]} {references[0]}"):
        return None
    return sum(map(stories.share_that_fits, sources, written)) / len(sources)


def write(model: Writer, tokenizer: Tokenizer, sources: Sequence[str]) -> list[str]:
    """What the model makes of every source on its own, the most probable token every time: a translation, or how a text goes on."""
    if isinstance(model, LanguageModel):
        return continuations(model, tokenizer, sources)
    return [found.translation for found in translate(model, tokenizer, sources, beam=1, alpha=0.0)]


@torch.inference_mode()
def teacher_forced(model: Writer, data: Encoded) -> tuple[float, float]:
    """(cross-entropy in nats a token without smoothing, share of tokens right) with the reference fed in."""
    loss = accuracy = tokens = 0.0
    for batch in batches_in_order(data, BATCH):
        logits = model.output(last_vectors(model, batch))
        loss += float(smoothed_cross_entropy(logits, batch.labels, smoothing=0.0)) * batch.tokens
        accuracy += token_accuracy(logits.argmax(-1), batch.labels) * batch.tokens
        tokens += batch.tokens
    return loss / tokens, accuracy / tokens


def last_vectors(model: Writer, batch: Batch, noise: Noise | None = None) -> Tensor:
    """What the decoder makes of a batch [B, n, d_model], before the last matrix makes logits of it."""
    if isinstance(model, LanguageModel):
        return model.stacks(batch.decoder_input, noise=noise)[1].output
    return model.stacks(batch.source, batch.decoder_input, noise=noise)[1].output

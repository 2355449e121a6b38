"""A language model goes on with a text: the same searches as for translation, over a scorer that has read the beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from model.config import START, ModelConfig
from model.decoding import outcome
from model.scorer import Indices, Scores, pad
from model.searches import Sampling, greedy, sample
from model.tokenizers import Tokenizer
from model.transformer import LanguageModel

LONGEST = 80  # tokens of a continuation, the end token included
Prefix = tuple[int, ...]


@dataclass(frozen=True)
class Prefixes:
    """The live texts, the start token first."""

    texts: tuple[Prefix, ...]


class TextScorer:
    """Scores the next token of texts that begin as given; what `model/decoding.py` asks for.

    All of every text is computed again at every step: right for a model with its mask and for one without.
    """

    def __init__(self, model: LanguageModel, beginnings: Sequence[Sequence[int]]) -> None:
        self.model, self.beginnings = model, beginnings

    def start(self) -> tuple[Prefixes, Scores]:
        return self._scored(Prefixes(tuple((START, *beginning) for beginning in self.beginnings)))

    def extend(self, state: Prefixes, parents: Indices, tokens: Indices) -> tuple[Prefixes, Scores]:
        pairs = zip(parents.tolist(), tokens.tolist(), strict=True)
        return self._scored(Prefixes(tuple((*state.texts[parent], token) for parent, token in pairs)))

    @torch.inference_mode()
    def _scored(self, state: Prefixes) -> tuple[Prefixes, Scores]:
        _, decoder = self.model.stacks(pad(state.texts))
        last = torch.tensor([len(text) - 1 for text in state.texts])
        hidden = decoder.output[torch.arange(len(last)), last]  # the row that has just been given the last token
        return state, self.model.output(hidden).log_softmax(dim=-1).numpy()


def continuations(
    model: LanguageModel, tokenizer: Tokenizer, beginnings: Sequence[str], settings: Sampling | None = None, seed: int = 0
) -> list[str]:
    """How the model goes on with each beginning: the most probable token every time, or drawn from its own probabilities."""
    ids = [tokenizer.encode(beginning).ids for beginning in beginnings]
    scorer, longest = TextScorer(model, ids), [_longest(len(row), model.config) for row in ids]
    steps = greedy(scorer, longest) if settings is None else sample(scorer, longest, settings, torch.Generator().manual_seed(seed))
    return [tokenizer.decode(hypothesis.words) for hypothesis in outcome(steps)]


def _longest(beginning: int, config: ModelConfig) -> int:
    return max(1, min(LONGEST, config.maximum_length - beginning))

"""Three models from one set of layers: encoder-decoder (the paper's), decoder-only language model, encoder-only classifier."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from model.config import PADDING, ModelConfig
from model.interventions import NOTHING, Interventions
from model.layers import LayerCache, Stack
from model.noise import Noise
from model.trace import StackTrace, Trace


def not_padding(ids: Int[Tensor, "batch m"]) -> Bool[Tensor, "batch 1 1 m"]:
    """The padding mask: which keys any query of that sentence may look at."""
    return (ids != PADDING)[:, None, None, :]


def not_later(ids: Int[Tensor, "batch n"], causal: bool) -> Bool[Tensor, "batch 1 n n"]:
    """The decoder's mask: no padding and, when causal, no later position. The diagonal is allowed: the input is shifted by one."""
    n = ids.shape[1]
    seen = torch.ones(n, n, dtype=torch.bool, device=ids.device)
    return not_padding(ids) & (seen.tril() if causal else seen)


def embedding(config: ModelConfig) -> nn.Embedding:
    """A row for each piece, not yet set. `nn.Embedding` would draw numbers that nobody keeps, and on the meta device import
    torch's compiler for it: 72 MB.
    """
    return nn.Embedding.from_pretrained(torch.empty(config.vocabulary, config.d_model), freeze=False)


@dataclass(frozen=True)
class Cache:
    """What decoding keeps between steps: the decoder layers' keys and values, and which source tokens may be seen."""

    layers: tuple[LayerCache, ...]
    memory: Float[Tensor, "batch m d_model"] | None
    memory_allowed: Bool[Tensor, "batch 1 1 m"] | None
    length: int

    def rows(self, index: Int[Tensor, " new_batch"]) -> Cache:
        """The sentences at `index`, repeated or reordered, as a beam needs after each step."""
        chosen = None if self.memory is None else self.memory.index_select(0, index)
        allowed = None if self.memory_allowed is None else self.memory_allowed.index_select(0, index)
        return Cache(tuple(layer.rows(index) for layer in self.layers), chosen, allowed, self.length)


class Transformer(nn.Module):
    """Encoder and decoder (figure 1). Parameters are shared between threads and never changed by a pass."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.source_embedding = embedding(config)
        self.target_embedding = embedding(config)
        self.output = nn.Linear(config.d_model, config.vocabulary, bias=False)
        self.encoder = Stack(config, "encoder", cross=False)
        self.decoder = Stack(config, "decoder", cross=True)
        self.tie()

    def tie(self) -> None:
        """Section 3.4: one matrix for source, target and output, where the configuration says so."""
        if self.config.tied_embeddings:
            self.target_embedding.weight = self.output.weight = self.source_embedding.weight

    def encode(self, source_ids: Int[Tensor, "batch m"], interventions: Interventions = NOTHING, noise: Noise | None = None) -> StackTrace:
        """The encoder alone; its `output` is the memory."""
        return self.encoder(source_ids, self.source_embedding, not_padding(source_ids), interventions, noise)[0]

    def forward(
        self,
        source_ids: Int[Tensor, "batch m"],
        target_ids: Int[Tensor, "batch n"],
        interventions: Interventions = NOTHING,
        noise: Noise | None = None,
    ) -> Trace:
        """All positions in one pass. `target_ids` are the decoder's input: start + target."""
        encoder, decoder = self.stacks(source_ids, target_ids, interventions, noise)
        return Trace(source_ids, target_ids, encoder, decoder, self.output(decoder.output))

    def stacks(
        self, source_ids: Tensor, target_ids: Tensor, interventions: Interventions = NOTHING, noise: Noise | None = None
    ) -> tuple[StackTrace, StackTrace]:
        """Encoder and decoder, before the last matrix makes logits."""
        encoder = self.encode(source_ids, interventions, noise)
        causal = self.config.causal_mask and not interventions.drop_mask
        decoder, _ = self.decoder(
            target_ids, self.target_embedding, not_later(target_ids, causal), interventions, noise,
            memory=encoder.output, memory_allowed=not_padding(source_ids),
        )  # fmt: skip
        return encoder, decoder

    def start(self, source_ids: Int[Tensor, "batch m"], interventions: Interventions = NOTHING) -> Cache:
        """Encode once and keep what every step of decoding will need."""
        memory = self.encode(source_ids, interventions).output
        return Cache(self.decoder.first_cache(memory), memory, not_padding(source_ids), 0)

    def step(self, tokens: Int[Tensor, "batch 1"], cache: Cache, interventions: Interventions = NOTHING) -> tuple[Trace, Cache]:
        """One more row of the decoder from the cache. The trace is that of the one row; its keys are all rows so far."""
        allowed = torch.ones(1, 1, 1, cache.length + 1, dtype=torch.bool, device=tokens.device)
        decoder, layers = self.decoder(
            tokens, self.target_embedding, allowed, interventions, None,
            memory_allowed=cache.memory_allowed, cache=cache.layers, start=cache.length,
        )  # fmt: skip
        trace = Trace(None, tokens, None, decoder, self.output(decoder.output))
        return trace, Cache(layers, cache.memory, cache.memory_allowed, cache.length + 1)


class LanguageModel(nn.Module):
    """Decoder-only: masked self-attention, no cross-attention (as GPT)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.target_embedding = embedding(config)
        self.output = nn.Linear(config.d_model, config.vocabulary, bias=False)
        self.decoder = Stack(config, "decoder", cross=False)
        self.tie()

    def tie(self) -> None:
        """One matrix for input and output, where the configuration says so."""
        if self.config.tied_embeddings:
            self.output.weight = self.target_embedding.weight

    def forward(self, target_ids: Int[Tensor, "batch n"], interventions: Interventions = NOTHING, noise: Noise | None = None) -> Trace:
        _, decoder = self.stacks(target_ids, interventions, noise)
        return Trace(None, target_ids, None, decoder, self.output(decoder.output))

    def stacks(self, target_ids: Tensor, interventions: Interventions = NOTHING, noise: Noise | None = None) -> tuple[None, StackTrace]:
        """No encoder, and the decoder before the last matrix makes logits."""
        causal = self.config.causal_mask and not interventions.drop_mask
        decoder, _ = self.decoder(target_ids, self.target_embedding, not_later(target_ids, causal), interventions, noise)
        return None, decoder


class Classifier(nn.Module):
    """Encoder-only: the first vector is classified (as BERT). `logits` [batch, 1, classes]."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.source_embedding = embedding(config)
        self.encoder = Stack(config, "encoder", cross=False)
        self.output = nn.Linear(config.d_model, config.classes)

    def tie(self) -> None:
        """Nothing to tie: the classes are not the vocabulary."""

    def forward(self, source_ids: Int[Tensor, "batch m"], interventions: Interventions = NOTHING, noise: Noise | None = None) -> Trace:
        encoder, _ = self.encoder(source_ids, self.source_embedding, not_padding(source_ids), interventions, noise)
        return Trace(source_ids, None, encoder, None, self.output(encoder.output[:, :1]))


Writer = Transformer | LanguageModel  # what writes text, one token after another
AnyModel = Writer | Classifier
_KINDS: dict[str, type[AnyModel]] = {"encoder_decoder": Transformer, "decoder": LanguageModel, "encoder": Classifier}


def empty_model(config: ModelConfig) -> AnyModel:
    """A model of that shape whose parameters are not yet set (for loading): building draws no random number."""
    with torch.device("meta"):
        model = _KINDS[config.kind](config)
    for part in model.modules():
        for name, parameter in part.named_parameters(recurse=False):  # `to_empty` would import torch's compiler, as in `embedding`
            setattr(part, name, nn.Parameter(torch.empty(parameter.shape)))
    model.tie()  # each name has got a matrix of its own
    return model


def parameter_shapes(config: ModelConfig) -> dict[str, torch.Size]:
    """Names and shapes of a model's parameters, without their memory. A tied matrix goes by its first name."""
    with torch.device("meta"):
        return {name: parameter.shape for name, parameter in _KINDS[config.kind](config).named_parameters()}


def new_model(config: ModelConfig, seed: int) -> AnyModel:
    """A model of that shape with random parameters: a function of `seed` alone.

    Matrices are uniform with variance 2 / (inputs + outputs) (Glorot and Bengio, 2010). Those that write to the stream, W^O and
    W₂, are divided by √(2N) so that the branches of N layers together start no larger than the stream (as in GPT-2), and W^Q
    and W^K by √2: post-norm learns half as fast without. Rows of embeddings have standard deviation d_model^-½, so that times
    √d_model they match the size of the positions.
    """
    model, generator = empty_model(config), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "embedding" in name or name.endswith("positions"):
                parameter.normal_(0, config.d_model**-0.5, generator=generator)
            elif parameter.dim() == 2:
                bound = _gain(name, config.layers) * (6 / sum(parameter.shape)) ** 0.5
                parameter.uniform_(-bound, bound, generator=generator)
            else:
                parameter.fill_(1.0 if name.endswith("norm.weight") else 0.0)
    return model


def _gain(name: str, layers: int) -> float:
    part = name.removesuffix(".weight")
    if part.endswith(("attention.output", "feed_forward.outer")):
        return (2 * layers) ** -0.5
    return 2**-0.5 if part.endswith(("attention.query", "attention.key")) else 1.0

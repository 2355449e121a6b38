"""Which rows of the decoder depend on which of its inputs, found out from outside: change a word, compute again, compare.

What comes out is the mask itself, seen from without: with it, rows before the changed word come out the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model import limits
from model.changes import Changes
from model.config import END, SPECIAL_PIECES
from model.decoding import longest_translations, outcome
from model.interventions import NOTHING, Interventions
from model.reading import Reading
from model.saved import SavedModel
from model.scorer import RecomputingScorer, Scores, WholeRows
from model.searches import greedy
from model.transformer import Transformer, not_later, not_padding

CHANGES, EACH = 60, 3  # changes in all and for one word, at most
UNMASKED = Interventions(drop_mask=True)
WORD_START = "\u2581"


def change_words(saved: SavedModel, reading: Reading) -> Changes:
    """Every word of the decoder's input changed in turn, to what the model itself found next most probable there."""
    fed = torch.from_numpy(reading.arrays["target.ids"]).long()
    source = torch.from_numpy(reading.arrays["source.ids"]).long()[None]
    places, tokens = others(reading, saved.tokenizer.pieces)
    changed = fed.repeat(len(places), 1)
    changed[torch.arange(len(places)), torch.tensor(places, dtype=torch.int64)] = torch.tensor(tokens, dtype=torch.int64)
    labels = [*fed[1:].tolist(), _last_label(reading, saved)]
    memory, found = _Memory.of(saved, source), {}
    for name, edit in (("masked", NOTHING), ("unmasked", UNMASKED)):
        found[name], found[f"labels_{name}"] = _differences(saved, memory, torch.cat([fed[None], changed]), edit, labels)
    return Changes(
        np.array(places, np.int64), tuple(saved.tokenizer.pieces[token] for token in tokens), **found,
        unmasked_translation=_unmasked_translation(saved, memory, source.shape[1]),
    )  # fmt: skip


def _last_label(reading: Reading, saved: SavedModel) -> int:
    return saved.tokenizer.pieces.index(reading.target_out[-1])


@dataclass(frozen=True)
class _Memory:
    """The source, encoded once: no change of the decoder's input, and no mask of its, reaches the encoder."""

    model: Transformer
    vectors: Tensor  # 1 × m × d_model
    allowed: Tensor  # 1 × 1 × 1 × m

    @classmethod
    @torch.inference_mode()
    def of(cls, saved: SavedModel, source: Tensor) -> _Memory:
        return cls(saved.translator, saved.translator.encode(source).output, not_padding(source))

    @torch.inference_mode()
    def decoded(self, rows: Tensor, edit: Interventions) -> Tensor:
        """What the decoder makes of inputs [rows, n]: rows × n × d_model, before the last matrix makes logits."""
        seen = not_later(rows, self.model.config.causal_mask and not edit.drop_mask)
        memory, allowed = self.vectors.expand(len(rows), -1, -1), self.allowed.expand(len(rows), -1, -1, -1)
        stack, _ = self.model.decoder(rows, self.model.target_embedding, seen, edit, None, memory=memory, memory_allowed=allowed)
        return stack.output


class _Unmasked(RecomputingScorer):
    """Without the mask earlier rows change with every word, so the decoder runs anew for each; the encoder need not."""

    def __init__(self, memory: _Memory) -> None:
        super().__init__(memory.model, torch.zeros(1, 0, dtype=torch.int64), UNMASKED)
        self.memory = memory

    @torch.inference_mode()
    def _scored(self, rows: WholeRows) -> tuple[WholeRows, Scores]:
        last = self.memory.decoded(rows.prefixes, self.interventions)[:, -1]
        return rows, self.model.output(last).log_softmax(dim=-1).numpy()


def _unmasked_translation(saved: SavedModel, memory: _Memory, source_tokens: int) -> str:
    (longest,) = longest_translations([source_tokens], saved.config)
    (found,) = outcome(greedy(_Unmasked(memory), [min(longest, limits.SENTENCE_TOKENS)]))
    return saved.tokenizer.decode([token for token in found.tokens if token != END])


@torch.inference_mode()
def _differences(
    saved: SavedModel, memory: _Memory, rows: Tensor, edit: Interventions, labels: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of all changes against the rows of the unchanged input, the first; all of one shape, so that the arithmetic is the same."""
    decoded = memory.decoded(rows, edit)
    difference = (decoded[1:] - decoded[:1]).abs().amax(-1)  # changes × n
    chances = saved.translator.output(decoded[0]).softmax(-1)  # n × vocabulary
    return difference.numpy(), chances[torch.arange(len(labels)), torch.tensor(labels)].numpy()


def others(reading: Reading, pieces: Sequence[str]) -> tuple[list[int], list[int]]:
    """(places, ids): for every input but the start token the most probable other words at that place, in the model's own view."""
    fed = reading.arrays["target.ids"]
    each = max(1, min(EACH, CHANGES // max(1, len(fed) - 1)))
    places, tokens = [], []
    for place in range(1, len(fed)):
        best = np.argsort(-reading.arrays["logits"][place - 1], kind="stable")
        kept = [int(token) for token in best[:200] if token != fed[place] and _is_word(pieces[token], pieces[fed[place]])][:each]
        places += [place] * len(kept)
        tokens += kept
    return places, tokens


def _is_word(piece: str, instead_of: str) -> bool:
    """Letters that stand as the other piece stands: after a space or not. A byte or a special token is no word."""
    text = piece.removeprefix(WORD_START)
    starts_alike = piece.startswith(WORD_START) == instead_of.startswith(WORD_START)
    return piece not in SPECIAL_PIECES and starts_alike and bool(text) and text.replace("'", "").isalpha()

"""One sentence through one model, everything kept: trace → reading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from model import limits
from model.config import END, SPECIAL_PIECES, START
from model.decoding import longest_translations, outcome
from model.interventions import NOTHING, Interventions
from model.reading import Reading
from model.saved import SavedModel
from model.scorer import pad, scorer_for
from model.searches import greedy
from model.text import check_tokens, clean_sentence
from model.tokenizers import Encoding
from model.trace import Trace, named


def read(saved: SavedModel, source: str, target: str | None = None, interventions: Interventions = NOTHING) -> Reading:
    """The reading of `source` with `target` forced, or with the model's own greedy translation. Raises `LabError`.

    Decoder input = start + target; label = target + end (section 3.1). A translation cut off before its end token keeps
    no row for the missing end.
    """
    source = clean_sentence(source)
    encoded = _checked(saved.tokenizer.encode(source))
    if target is None:
        labels = _greedy(saved, encoded.ids, interventions)
        encoded_target = _encoding_of(saved, labels)
    else:
        encoded_target = _checked(saved.tokenizer.encode(clean_sentence(target)))
        labels = (*encoded_target.ids, END)
    with torch.inference_mode():
        trace = saved.translator(torch.tensor([encoded.ids]), torch.tensor([(START, *labels[:-1])]), interventions)
    finished = labels[-1] == END
    shown = encoded_target.pieces if finished else encoded_target.pieces[:-1]
    text = saved.tokenizer.decode(encoded_target.ids)
    return Reading(
        arrays=arrays_of(trace),
        source=source, target=text, forced=target is not None, finished=finished,
        source_pieces=encoded.pieces, source_spans=encoded.spans,
        target_in=(SPECIAL_PIECES[START], *shown),
        target_out=(*encoded_target.pieces, SPECIAL_PIECES[END]) if finished else encoded_target.pieces,
        target_spans=(*encoded_target.spans, (len(text), len(text))) if finished else encoded_target.spans,
        log_probability=_log_probability(trace.logits[0], labels),
        config=saved.config, model_sha256=saved.sha256,
    )  # fmt: skip


def _checked(encoding: Encoding) -> Encoding:
    check_tokens(encoding)
    return encoding


def arrays_of(trace: Trace) -> dict[str, np.ndarray]:
    """A trace of one sentence as NumPy arrays under their public names, the batch dimension squeezed."""
    return {name: _squeezed(name, tensor) for name, tensor in named(trace)}


def _squeezed(name: str, tensor: Tensor) -> np.ndarray:
    if name.endswith(".position"):  # has no batch
        return tensor.numpy()
    if name.endswith(".allowed"):  # batch × 1 × n × m
        return tensor[0, 0].numpy()
    return tensor[0].numpy()


def _greedy(saved: SavedModel, source_ids: Sequence[int], interventions: Interventions) -> tuple[int, ...]:
    """The tokens of the model's own translation, the end token last where it came to one."""
    ask = scorer_for(saved.searcher if interventions == NOTHING else saved.translator, pad([source_ids]), interventions)
    (longest,) = longest_translations([len(source_ids)], saved.config)
    return outcome(greedy(ask, [min(longest, limits.SENTENCE_TOKENS)]))[0].tokens


def _encoding_of(saved: SavedModel, produced: Sequence[int]) -> Encoding:
    """The pieces the model produced, with their spans in the text they spell (its own pieces, not a fresh tokenization)."""
    ids = tuple(produced[:-1] if produced[-1] == END else produced)
    text = saved.tokenizer.decode(ids)
    if (again := saved.tokenizer.encode(text)).ids == ids:
        return again
    ends = [len(saved.tokenizer.decode(ids[: count + 1])) for count in range(len(ids))]
    starts = [0, *ends[:-1]]
    return Encoding(ids, tuple(saved.tokenizer.pieces[number] for number in ids), tuple(zip(starts, ends, strict=True)))


def _log_probability(logits: Tensor, labels: Sequence[int]) -> float:
    rows = logits.log_softmax(dim=-1)
    return float(rows[range(len(labels)), list(labels)].sum())

"""Sentences in, translations out, in batches: what the command line and evaluation use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from model.config import ModelConfig
from model.decoding import Book, NormalizationKind, books, longest_translations
from model.errors import LabError
from model.plain import PlainModel
from model.scorer import pad, ready_for_searches, scorer_for
from model.searches import Beam, beam, greedy
from model.steps import Hypothesis
from model.tokenizers import Encoding, Tokenizer
from model.transformer import Transformer

BATCH_ROWS = 256  # live prefixes computed at once


@dataclass(frozen=True)
class Translation:
    """`target_pieces` are without the end token; `log_probability` is with it. Both sides of an empty sentence are empty."""

    source: str
    source_pieces: tuple[str, ...]
    translation: str
    target_pieces: tuple[str, ...]
    log_probability: float


Choose = Callable[[int, Sequence[Translation]], Translation]  # number of the sentence, and what was found for it, best first


def translate(
    model: Transformer,
    tokenizer: Tokenizer,
    sentences: Sequence[str],
    *,
    beam: int = 4,
    alpha: float = 0.6,
    normalization: NormalizationKind = "wu",
) -> list[Translation]:
    """The translation of every sentence, in their order. A beam of 1 is greedy."""
    settings = Beam(width=beam, alpha=alpha, normalization=normalization)
    done = dict(translations(model, tokenizer, sentences, settings))
    return [done[number] for number in range(len(sentences))]


def translations(
    model: Transformer, tokenizer: Tokenizer, sentences: Sequence[str], settings: Beam, choose: Choose | None = None
) -> Iterator[tuple[int, Translation]]:
    """(number of the sentence, translation) as they come: sentences of one length share a batch, the longest first.

    The translation is the best the search found, or what `choose` takes of all it found.
    Raises `LabError` for a sentence longer than the model has positions for.
    """
    encodings = [tokenizer.encode(sentence) for sentence in sentences]
    for number, encoding in enumerate(encodings):
        _check_length(number, encoding, model.config)
    order = sorted(range(len(sentences)), key=lambda number: -len(encodings[number].ids))
    size = max(1, BATCH_ROWS // settings.width)
    ready = ready_for_searches(model)
    for start in range(0, len(order), size):
        numbers = order[start : start + size]
        for number, book in zip(numbers, _books([encodings[number].ids for number in numbers], ready, settings), strict=True):
            source, encoding = sentences[number], encodings[number]
            found = [_translation(source, encoding, hypothesis, tokenizer) for hypothesis in (book if choose else book[:1])]
            yield number, choose(number, found) if choose else found[0]


def _check_length(number: int, encoding: Encoding, config: ModelConfig) -> None:
    if len(encoding.ids) > config.maximum_length:
        raise LabError(
            "longer_than_positions", "Sentence {number} becomes {count} tokens; the model has positions for {limit}.",
            "source", number=number + 1, count=len(encoding.ids), limit=config.maximum_length,
        )  # fmt: skip


EMPTY = Hypothesis((), 0.0, 0.0, False)


def _books(rows: Sequence[tuple[int, ...]], model: Transformer | PlainModel, settings: Beam) -> list[Book]:
    """What was found for every row, best first; nothing is made of nothing."""
    filled = [row for row in rows if row]
    if not filled:
        return [(EMPTY,)] * len(rows)
    ask, longest = scorer_for(model, pad(filled)), longest_translations(map(len, filled), model.config)
    found = iter(books(greedy(ask, longest) if settings.width == 1 else beam(ask, longest, settings)))
    return [next(found) if row else (EMPTY,) for row in rows]


def _translation(source: str, encoding: Encoding, hypothesis: Hypothesis, tokenizer: Tokenizer) -> Translation:
    words = hypothesis.words
    return Translation(
        source, encoding.pieces, tokenizer.decode(words), tuple(tokenizer.pieces[word] for word in words), hypothesis.log_probability
    )

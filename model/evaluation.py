"""How good translations are: corpus BLEU and chrF by sacrebleu, exact matches, and pronouns that name the right referent.

Two protocols. `sacrebleu`: cased, as written; the score to quote. `moses-lc`: for comparison with the literature on Multi30k,
lower-cased, punctuation normalized and tokenized for French as by the Moses scripts, with their escapes (`&apos;`), BLEU
without further tokenization.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal, get_args

from jaxtyping import Int
from sacrebleu.metrics import BLEU, CHRF
from sacremoses import MosesPunctNormalizer, MosesTokenizer
from torch import Tensor

from model.config import PADDING
from model.corpora import Gold, Pair
from model.errors import LabError
from model.searches import Beam
from model.text import clean_text
from model.tokenizers import Tokenizer
from model.transformer import Transformer
from model.translate import Choose, Translation, translations

Protocol = Literal["sacrebleu", "moses-lc"]
Numbered = Iterable[tuple[int, Translation]]


@dataclass(frozen=True)
class Scores:
    """BLEU and chrF from 0 to 100 with the signature of sacrebleu; `exact_match` is a share from 0 to 1."""

    protocol: Protocol
    bleu: float
    signature: str
    chrf: float
    exact_match: float
    sentences: int


@dataclass(frozen=True)
class Evaluation:
    """Scores of a model, and the seconds it took to translate."""

    scores: Scores
    seconds: float
    translations: tuple[Translation, ...]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self.scores), "seconds": self.seconds}


def evaluate(
    model: Transformer,
    tokenizer: Tokenizer,
    sources: Sequence[str],
    references: Sequence[str],
    settings: Beam,
    protocol: Protocol = "sacrebleu",
    progress: Callable[[Numbered], Numbered] = iter,
) -> Evaluation:
    """Translate and compare. `progress` may wrap the stream of translations to show how far it is."""
    _check_lines(sources, references)
    _check_protocol(protocol)
    start = time.perf_counter()
    done = dict(progress(translations(model, tokenizer, sources, settings)))
    seconds = time.perf_counter() - start
    found = tuple(done[number] for number in range(len(sources)))
    return Evaluation(score([one.translation for one in found], references, protocol), seconds, found)


def nearest(sources: Sequence[str], references: Sequence[str]) -> Choose:
    """Of what a search found, the translation nearest its reference: the largest BLEU of one sentence, the better found of equals.

    A model taught with these learns sentences it can say itself, near what people wrote: sequence-level interpolation
    (Kim and Rush 2016, Sequence-Level Knowledge Distillation, section 3.3).
    """
    _check_lines(sources, references)
    bleu = BLEU(lowercase=True, effective_order=True)
    return lambda number, found: max(found, key=lambda one: bleu.sentence_score(one.translation, [references[number]]).score)


def score(hypotheses: Sequence[str], references: Sequence[str], protocol: Protocol = "sacrebleu") -> Scores:
    """Corpus scores of translations against one reference each.

    For `moses-lc` references may be raw, or already lower-cased and tokenized with escapes.
    """
    _check_lines(hypotheses, references)
    _check_protocol(protocol)
    if protocol == "moses-lc":
        hypotheses, references = [moses_lowercased(line) for line in hypotheses], _prepared(references)
    bleu = BLEU(tokenize="none", force=True) if protocol == "moses-lc" else BLEU()
    value = bleu.corpus_score(hypotheses, [references]).score
    chrf = CHRF().corpus_score(hypotheses, [references]).score
    return Scores(protocol, value, str(bleu.get_signature()), chrf, exact_match(hypotheses, references), len(references))


def _check_protocol(protocol: str) -> None:
    if protocol not in get_args(Protocol):
        raise LabError(
            "not_a_choice", "{field} is {value}; it must be one of {choices}.",
            "protocol", value=repr(protocol), choices=", ".join(get_args(Protocol)),
        )  # fmt: skip


def _check_lines(lines: Sequence[str], references: Sequence[str]) -> None:
    if len(lines) != len(references):
        raise LabError(
            "lines_differ",
            "{lines} lines cannot be compared with {references} references.",
            "reference",
            lines=len(lines),
            references=len(references),
        )
    if not references:
        raise LabError("nothing_to_evaluate", "There is no line to evaluate.", "reference")


def exact_match(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """The share of translations that are the reference, character by character once both are cleaned."""
    equal = [clean_text(ours) == clean_text(theirs) for ours, theirs in zip(hypotheses, references, strict=True)]
    return sum(equal) / max(1, len(equal))


def token_accuracy(predictions: Int[Tensor, "batch n"], labels: Int[Tensor, "batch n"]) -> float:
    """The share of labels, padding apart, that were the most probable token (with the right tokens before them fed in)."""
    counted = labels != PADDING
    return float(((predictions == labels) & counted).sum() / counted.sum().clamp(min=1))


# The Moses scripts


@cache
def _moses() -> tuple[MosesPunctNormalizer, MosesTokenizer]:
    return MosesPunctNormalizer(lang="fr"), MosesTokenizer(lang="fr")


def moses_lowercased(text: str) -> str:
    """French text lower-cased, then normalized, then tokenized with escapes.

    The Perl script reads lines with their line end, and one of its rules (`."` becomes `".`) needs a character after the
    quotation mark; so it gets its line end here too.
    """
    normalizer, tokenizer = _moses()
    tokens: str = tokenizer.tokenize(normalizer.normalize(text.lower() + "\n"), escape=True, return_str=True)
    return tokens


_RAW = re.compile("['\"]")
_ESCAPED = re.compile("&(apos|quot|amp|lt|gt|#91|#93|#124);")


def _prepared(references: Sequence[str]) -> Sequence[str]:
    """References as `moses-lc` compares them. Escaping twice would lower every score unseen, so a mixture is refused."""
    raw = any(_RAW.search(line) or line != line.lower() for line in references)
    if raw and any(_ESCAPED.search(line) for line in references):
        raise LabError(
            "references_mixed",
            "Some reference lines are raw and some already tokenized with escapes; moses-lc needs a file of one kind.",
            "reference",
        )
    return [moses_lowercased(line) for line in references] if raw else references


# Referents


@dataclass(frozen=True)
class ReferentAccuracy:
    """Shares from 0 to 1 of the pairs with a known referent: `pronoun` is right; `agreement`: and the adjective said of it too."""

    pairs: int
    pronoun: float
    agreement: float


SUBJECT_PRONOUNS = frozenset({"il", "elle", "ils", "elles"})
_WORDS = re.compile(r"\w+(?:-\w+)*'?|[^\w\s]")


def referent_accuracy(pairs: Sequence[Pair], hypotheses: Sequence[str]) -> ReferentAccuracy:
    """Does *il* or *elle* show the referent? Only pairs whose gold names one count; translations go with `pairs` one to one."""
    judged = [_judged(pair.gold, text) for pair, text in zip(pairs, hypotheses, strict=True) if pair.gold and pair.gold.referent]
    if not judged:
        raise LabError("no_referents", "None of these pairs has a pronoun whose referent is known.", "corpus")
    pronouns, both = (sum(column) / len(judged) for column in zip(*judged, strict=True))
    return ReferentAccuracy(len(judged), pronouns, both)


def _judged(gold: Gold, translation: str) -> tuple[bool, bool]:
    """Is the pronoun of the gold's clause right, and with it every adjective said of it?

    The pronoun is found by counting: the gold's first, second, ... of il, elle, ils, elles is the translation's.
    """
    assert gold.referent is not None
    expected, position = [word.text.lower() for word in gold.target_words], gold.referent.target_pronoun
    words = _WORDS.findall(translation.lower().replace("’", "'"))
    earlier = sum(word in SUBJECT_PRONOUNS for word in expected[:position])
    places = [place for place, word in enumerate(words) if word in SUBJECT_PRONOUNS]
    if len(places) <= earlier or words[places[earlier]] != expected[position]:
        return False, False
    return True, set(_said_of(gold, position)) <= set(words[places[earlier] :])


def _said_of(gold: Gold, pronoun: int) -> Iterator[str]:
    """The adjectives after a pronoun and its verb, before the clause turns to another noun."""
    for word in gold.target_words[pronoun + 1 :]:
        if word.part_of_speech in {"determiner", "noun", "name", "preposition", "conjunction"}:
            return
        if word.part_of_speech == "adjective":
            yield word.text.lower()

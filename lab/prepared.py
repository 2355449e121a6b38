"""What a worker has ready before anybody asks: the built-in corpora with their tokenizers, every sentence encoded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.spec import DEFAULT_CORPUS, EVALUATE_SENTENCES, TOKENIZERS, CorpusSource, RunSpec, plan
from lab.uploads import NAMES
from model.corpora import CORPORA, Corpus, Pair, load_corpus
from model.corpora.own import CleaningReport, read_aligned, read_pairs
from model.held_out import EncodedCorpus, encode_corpus
from model.tokenizers import Tokenizer, train_tokenizer

LONGEST = 255  # tokens of a side; a training that wants more encodes for itself


@dataclass(frozen=True)
class Material:
    """A corpus, the tokenizer of a run on it, and all of it as ids."""

    corpus: Corpus
    tokenizer: Tokenizer
    encoded: EncodedCorpus


Wanted = tuple[CorpusSource, str, int, bool]  # what is prepared: source, kind of tokenizer, vocabulary, is a pair one text?


def wanted(spec: RunSpec) -> Wanted:
    return spec.corpus, spec.tokenizer, spec.members[0].shape.vocabulary, spec.continues


class Prepared:
    """The material of the built-in corpora in their default settings, made one stage at a time."""

    def __init__(self) -> None:
        self._ready: dict[Wanted, Material] = {}
        self._stages = self._prepare_all()
        self._finished = False

    @property
    def corpora(self) -> list[str]:
        return [source.name for source, *_ in self._ready]

    def prepare_more(self) -> bool:
        """One stage further; False where all is ready."""
        self._finished = self._finished or next(self._stages, None) is None
        return not self._finished

    def get(self, key: Wanted) -> Material | None:
        """The material, where it is one of those prepared; waits for the stages that are missing if it was being made."""
        if key[0].kind == "built-in" and key == _default(key[0].name):
            for _ in self._stages if key not in self._ready else ():
                if key in self._ready:
                    break
        return self._ready.get(key)

    def _prepare_all(self) -> Iterator[str]:
        for name in (DEFAULT_CORPUS, *(name for name in CORPORA if name != DEFAULT_CORPUS)):
            key = _default(name)
            for stage in build(key, None):
                if isinstance(stage, Material):
                    self._ready[key] = stage
                yield name
            if name == DEFAULT_CORPUS:
                rehearse(self._ready[key])
                yield name


def _default(name: str) -> Wanted:
    return wanted(plan(name, name, "toy", TOKENIZERS[name]))


def rehearse(material: Material) -> None:
    """A step of learning on a few pairs, thrown away: what torch sets up at its first step is then set up."""
    from model.training import Training
    from model.transformer import Transformer, new_model

    spec = plan("rehearsal", evaluate_every=1, evaluate_sentences=2).members[0]
    few = Corpus(material.corpus.name, material.corpus.train[:256], material.corpus.held_out)
    model = new_model(spec.shape.with_(vocabulary=len(material.tokenizer.pieces)), 0)
    assert isinstance(model, Transformer)
    Training(model, material.tokenizer, few, spec.training).advance()


def build(key: Wanted, upload: Path | None, tokenizer: Tokenizer | None = None) -> Iterator[str | Material]:
    """The name of each stage before it is done, and the material last. A run that goes on brings its `tokenizer`."""
    source, kind, vocabulary, one_text = key
    yield "corpus"
    corpus = without_gold(read_corpus(source, upload))
    if tokenizer is None:
        yield "tokenizer"
        tokenizer = train_tokenizer(kind, (text for pair in corpus.train for text in (pair.source, pair.target)), vocabulary)
    yield "encoding"
    yield Material(corpus, tokenizer, encode_corpus(corpus, tokenizer, LONGEST, EVALUATE_SENTENCES, one_text))


def read_corpus(source: CorpusSource, upload: Path | None) -> Corpus:
    """The pairs, built or read again; the same every time."""
    if source.kind == "built-in":
        return load_corpus(source.name, source.seed, source.pairs or None)
    assert upload is not None, "a run on a visitor's text holds a copy of it"
    return read_text(upload, source.kind, source.name)[0]


def read_text(folder: Path, kind: str, name: str) -> tuple[Corpus, CleaningReport]:
    """A kept text, cleaned."""
    files = [(folder / file).read_bytes() for file in NAMES[kind]]
    return read_pairs(files[0], name) if kind == "pairs" else read_aligned(files[0], files[1], name)


def without_gold(corpus: Corpus) -> Corpus:
    """Training asks for sentences alone; what is known about their words takes twenty times their room."""
    return Corpus(corpus.name, tuple(Pair(pair.source, pair.target, None, pair.attribution) for pair in corpus.train), corpus.held_out)

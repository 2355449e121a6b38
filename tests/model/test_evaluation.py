"""Scores against sacrebleu's own command line rules, the published tokenization of Multi30k, and hand-made referents."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
import sacrebleu
import torch

from model.config import ModelConfig
from model.corpora import Gold, Pair, Referent, Word, load_corpus
from model.errors import LabError
from model.evaluation import evaluate, exact_match, moses_lowercased, referent_accuracy, score, token_accuracy
from model.searches import Beam
from model.tokenizers import train_tokenizer
from model.transformer import Transformer, new_model
from model.translate import Translation

REFERENCES = ["Le chat noir dort dans le jardin.", "L'oiseau chante quand il pleut.", "Nous n'avons pas vu la vieille ville hier."]


def test_bleu_and_chrf_are_sacrebleus() -> None:
    hypotheses = ["Le chat noir dort dans un jardin.", "L'oiseau chante quand il pleut.", "Nous avons vu la vieille ville."]
    found = score(hypotheses, REFERENCES)
    assert found.bleu == pytest.approx(sacrebleu.corpus_bleu(hypotheses, [REFERENCES]).score)
    assert found.chrf == pytest.approx(sacrebleu.corpus_chrf(hypotheses, [REFERENCES]).score)
    assert found.exact_match == pytest.approx(1 / 3) and found.sentences == 3
    assert {"nrefs:1", "case:mixed", "tok:13a", f"version:{sacrebleu.__version__}"} <= set(found.signature.split("|"))


@pytest.mark.parametrize("protocol", ["sacrebleu", "moses-lc"])
def test_a_copy_of_the_reference_is_perfect(protocol: str) -> None:
    found = score(REFERENCES, REFERENCES, protocol)  # type: ignore[arg-type]
    assert (found.bleu, found.chrf, found.exact_match) == (pytest.approx(100), pytest.approx(100), 1)


def test_the_protocol_of_the_literature() -> None:
    assert moses_lowercased("L'oiseau dit “non”, hier.") == "l&apos; oiseau dit &quot; non &quot; , hier ."
    tokenized = [moses_lowercased(line) for line in REFERENCES]
    hypotheses = [line.upper() for line in REFERENCES]
    for references in (REFERENCES, tokenized):  # raw, or prepared as the published file is
        found = score(hypotheses, references, "moses-lc")
        assert found.bleu == pytest.approx(100) and "tok:none" in found.signature
    assert score(hypotheses, REFERENCES).bleu < 20


def test_references_of_two_kinds_are_refused() -> None:
    with pytest.raises(LabError, match="one kind"):
        score(REFERENCES[:2], ["l&apos; oiseau", "l'oiseau"], "moses-lc")


def test_tokenization_is_that_of_the_published_reference(multi30k: Path) -> None:
    with gzip.open(multi30k / "test_2016_flickr.fr.gz", "rt", encoding="utf-8") as file:
        raw = file.read().split("\n")[:-1]
    published = (multi30k / "test_2016_flickr.lc.norm.tok.fr").read_text(encoding="utf-8").split("\n")[:-1]
    assert len(raw) == len(published) == 1000
    assert [moses_lowercased(line) for line in raw] == published
    assert score(raw, published, "moses-lc").exact_match == 1


def test_what_cannot_be_compared_is_refused() -> None:
    for hypotheses, references, protocol in ((["a"], ["a", "b"], "sacrebleu"), ([], [], "sacrebleu"), (["a"], ["a"], "best")):
        with pytest.raises(LabError):
            score(hypotheses, references, protocol)  # type: ignore[arg-type]


def test_exact_match_minds_letters_not_spaces() -> None:
    assert exact_match(["un  chat ", "Un chat", "une"], ["un chat", "un chat", "une"]) == pytest.approx(2 / 3)
    assert exact_match([], []) == 0


def test_token_accuracy_leaves_padding_out() -> None:
    labels = torch.tensor([[5, 6, 2], [7, 2, 0]])
    assert token_accuracy(torch.tensor([[5, 9, 2], [7, 8, 0]]), labels) == pytest.approx(3 / 5)
    assert token_accuracy(labels, torch.zeros_like(labels)) == 0


def test_a_model_is_evaluated() -> None:
    tokenizer = train_tokenizer("word", REFERENCES, 320)
    model = new_model(ModelConfig(layers=1, d_model=16, d_ff=16, heads=2, vocabulary=len(tokenizer.pieces), maximum_length=20), seed=0)
    assert isinstance(model, Transformer)
    seen = []

    def watched(stream: Iterable[tuple[int, Translation]]) -> Iterable[tuple[int, Translation]]:
        for item in stream:
            seen.append(item[0])
            yield item

    found = evaluate(model, tokenizer, REFERENCES, REFERENCES, Beam(width=2), progress=watched)
    assert sorted(seen) == [0, 1, 2] and [one.source for one in found.translations] == REFERENCES
    assert found.as_dict().keys() == {"protocol", "bleu", "signature", "chrf", "exact_match", "sentences", "seconds"}
    assert found.seconds > 0 and found.scores.sentences == 3


# --- referents


def french(*words: tuple[str, str]) -> tuple[Word, ...]:
    return tuple(Word(text, 0, 0, part) for text, part in words)


RIDDLE = Pair(
    "The animal did not cross the street because it was too tired.",
    "L'animal n'a pas traversé la rue parce qu'il était trop fatigué.",
    Gold(
        (),
        french(
            ("L'", "determiner"), ("animal", "noun"), ("n'", "particle"), ("a", "auxiliary"), ("pas", "particle"), ("traversé", "verb"),
            ("la", "determiner"), ("rue", "noun"), ("parce", "conjunction"), ("qu'", "conjunction"), ("il", "pronoun"), ("était", "verb"),
            ("trop", "adverb"), ("fatigué", "adjective"), (".", "punctuation"),
        ),
        (),
        referent=Referent(8, 1, 6, 10, 1, 7),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("translation", "pronoun", "agreement"),
    [
        (RIDDLE.target, 1, 1),
        ("l’animal n’a pas traversé la rue parce qu’il était trop fatigué", 1, 1),
        ("L'animal n'a pas traversé la rue parce qu'il était trop fatiguée.", 1, 0),
        ("L'animal n'a pas traversé la rue parce qu'elle était trop fatiguée.", 0, 0),
        ("L'animal n'a pas traversé la rue parce qu'elle était trop fatigué.", 0, 0),
        ("Le chien ne traverse pas la rue quand il est fatigué.", 1, 1),
        ("L'animal fatigué n'a pas traversé la rue parce qu'il était trop large.", 1, 0),
        ("L'animal n'a pas traversé la rue.", 0, 0),
        ("Le fil, elle, la ville", 0, 0),
        ("", 0, 0),
    ],
)
def test_the_pronoun_and_its_adjective(translation: str, pronoun: int, agreement: int) -> None:
    found = referent_accuracy([RIDDLE, Pair("a", "b")], [translation, "il"])
    assert (found.pairs, found.pronoun, found.agreement) == (1, pronoun, agreement)


def test_without_referents_there_is_nothing_to_say() -> None:
    with pytest.raises(LabError, match="referent"):
        referent_accuracy([Pair("a", "b"), replace(RIDDLE, gold=None)], ["il", "il"])


def test_the_grammar_against_itself_and_against_its_rival() -> None:
    pairs = [pair for pair in load_corpus("grammar", pairs=2000).train if pair.gold and pair.gold.referent]
    right = referent_accuracy(pairs, [pair.target for pair in pairs])
    assert len(pairs) > 50 and (right.pronoun, right.agreement) == (1, 1)
    assert referent_accuracy(pairs, [_other_gender(pair) for pair in pairs]).pronoun == 0
    shuffled = random.Random(0).sample([pair.target for pair in pairs], len(pairs))
    assert referent_accuracy(pairs, shuffled).pronoun < 0.7


def _other_gender(pair: Pair) -> str:
    """The same sentence with the pronoun of the rival."""
    assert pair.gold and pair.gold.referent
    word = pair.gold.target_words[pair.gold.referent.target_pronoun]
    swapped = {"il": "elle", "elle": "il", "ils": "elles", "elles": "ils"}[word.text.lower()]
    return pair.target[: word.start] + swapped + pair.target[word.end :]

"""The shipped captions model: what its card says of it is measured again where the data is at hand; the grammar is always at hand."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from model.config import count_parameters
from model.corpora import load_corpus
from model.evaluation import evaluate, exact_match, referent_accuracy
from model.saved import find_model, load_model
from model.searches import Beam
from model.translate import translations

FOLDER = find_model("captions")
GREEDY = Beam(width=1)


@pytest.fixture(scope="module")
def captions():
    return load_model(FOLDER)


def test_small_and_post_norm(captions) -> None:
    assert captions.config.norm == "post" and sum(count_parameters(captions.config).values()) <= 3_000_000
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 8 * 2**20
    for name in ("data", "terms", "command", "seed", "hours", "scores", "limits", "licence", "history"):
        assert captions.card[name] not in ("", None), name


@pytest.mark.parametrize("split", ["unseen_sentences", "unseen_combinations"])
def test_it_knows_the_course_s_sentences(captions, split: str) -> None:
    pairs = [pair for pair in load_corpus("grammar").held_out[split] if pair.gold and pair.gold.referent][:150]
    found = dict(translations(captions.translator, captions.tokenizer, [pair.source for pair in pairs], GREEDY))
    written = [found[number].translation for number in range(len(pairs))]
    assert exact_match(written, [pair.target for pair in pairs]) >= 0.95
    assert referent_accuracy(pairs, written).agreement >= 0.95


@pytest.mark.skipif("ATTENTION_LAB_MULTI30K" not in os.environ, reason="ATTENTION_LAB_MULTI30K names no folder")
def test_the_score_of_its_card(captions) -> None:
    folder = Path(os.environ["ATTENTION_LAB_MULTI30K"])
    sources = gzip.decompress((folder / "test_2016_flickr.en.gz").read_bytes()).decode().splitlines()
    references = (folder / "test_2016_flickr.lc.norm.tok.fr").read_text(encoding="utf-8").splitlines()
    found = evaluate(captions.translator, captions.tokenizer, sources, references, Beam(width=5), "moses-lc")
    assert found.scores.bleu == pytest.approx(
        captions.card["scores"]["test_2016_flickr"]["BLEU, lower-cased and tokenized by Moses, beam 5"], abs=0.15
    )

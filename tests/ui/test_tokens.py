"""Lesson 6: every number it claims, found again another way: NumPy from the parameters, SentencePiece, counting afresh."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from streamlit.testing.v1 import AppTest

from figures.payload import unpack
from model.corpora import load_corpus
from model.corpora.grammar_lexicon import NOUNS
from model.reading import Reading
from model.tokenizers import WORD_START, train_tokenizer
from model.tokenizers.subword import SubwordTokenizer
from ui import first, readings, sentences
from ui.lessons import tokens, tokens_break, tokens_check, tokens_data, tokens_map, tokens_missing, tokens_rows, tokens_workshop
from ui.lessons import tokens_words as texts
from ui.lessons.tokens_facts import KINDS, PAIRS, PARTS, SIZES

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "ui" / "components" / "parts"
SOURCES = (sentences.DEFAULT, "the old owl will sleep in the small garden", "Zorvax didn't sing, caf\u00e9!", "a")
TEXTS = {
    "cuts": texts.cuts_texts, "merges": texts.merges_texts, "lattice": texts.lattice_texts,
    "rows": texts.rows_texts, "map": texts.map_texts,
}  # fmt: skip


@pytest.fixture(scope="module")
def shown() -> Reading:
    return readings.reading("toy", sentences.DEFAULT)


def parameters(name: str, moment: int | None = None) -> np.ndarray:
    """A matrix of the toy model from its file, or from a frame of its film."""
    folder = first.MODELS / "toy"
    path = folder / "model.safetensors" if moment is None else sorted((folder / "frames").glob("*.safetensors"))[moment]
    return load_file(path)[name].astype(np.float64)


# What is shipped


def test_the_text_is_the_grammars() -> None:
    pairs = load_corpus("grammar", 0, PAIRS).train
    assert tokens_data.course_lines() == tuple(line for pair in pairs for line in (pair.source, pair.target))


@pytest.mark.parametrize("kind", ("bpe", "unigram"))
@pytest.mark.parametrize("size", (SIZES[0], 600, SIZES[-1]))
def test_shipped_tokenizers_are_what_training_gives(kind: str, size: int) -> None:
    again = train_tokenizer(kind, tokens_data.course_lines(), size)
    assert tokens_data.tokenizer_of(kind, size).fingerprint == again.fingerprint


@pytest.mark.parametrize("kind", KINDS)
def test_counts_of_pieces(kind: str) -> None:
    tokenizer = tokens_data.tokenizer_of(kind, 400)
    counted = Counter(index for line in tokens_data.course_lines() for index in tokenizer.encode(line).ids)
    counts = tokens_data.counts_of(kind, 400)
    assert len(counts) == len(tokenizer.pieces)
    assert {index: count for index, count in enumerate(counts) if count} == counted


@pytest.mark.parametrize("side", ("source", "target"))
def test_neighbours_from_the_parameters(side: str) -> None:
    """Cosine by cosine, at the first and the last moment."""
    arrays = tokens_data.facts().arrays
    ids, used = arrays[f"{side}.ids"], arrays[f"{side}.used"]
    for when, moment in enumerate((0, None)):
        matrix = parameters(f"{side}_embedding.weight", moment)
        for place in np.flatnonzero(used)[::29]:
            row = matrix[ids[place]]
            cosine = {
                other: row @ matrix[ids[other]] / np.linalg.norm(row) / np.linalg.norm(matrix[ids[other]])
                for other in np.flatnonzero(used) if other != place
            }  # fmt: skip
            best = sorted(cosine, key=lambda other: -cosine[other])[: arrays[f"{side}.near"].shape[2]]
            told = arrays[f"{side}.cosines"][when, place]
            assert np.allclose(told, [cosine[other] for other in best], atol=2e-3)
            assert np.allclose([cosine[other] for other in arrays[f"{side}.near"][when, place]], told, atol=2e-3)


@pytest.mark.parametrize("side", ("source", "target"))
@pytest.mark.parametrize("places", ("places", "gender_places"))
def test_one_plane_for_all_moments(side: str, places: str) -> None:
    """Every moment's places are one and the same affine map of that moment's rows: found at the last, right at the others."""
    arrays, steps = tokens_data.facts().arrays, tokens_data.facts().about["steps"]
    names = [int(path.stem) for path in sorted((first.MODELS / "toy" / "frames").glob("*.safetensors"))]
    ids = arrays[f"{side}.ids"]

    def with_one(moment: int) -> np.ndarray:
        rows = parameters(f"{side}_embedding.weight", names.index(steps[moment]))[ids]
        return np.concatenate([rows, np.ones((len(rows), 1))], axis=1)

    told = arrays[f"{side}.{places}"].astype(np.float64)
    projection, *_ = np.linalg.lstsq(with_one(-1), told[-1], rcond=None)
    for moment in (0, len(steps) // 2, len(steps) - 1):
        assert np.abs(with_one(moment) @ projection - told[moment]).max() < 0.01
    assert np.allclose(projection[:-1].T @ projection[:-1], np.eye(2), atol=0.01), "directions of length one, upright to each other"


def test_the_first_plane_is_that_of_the_largest_spread() -> None:
    arrays, share = tokens_data.facts().arrays, tokens_data.facts().about["source"]["share"]
    used = arrays["source.used"]
    rows = parameters("source_embedding.weight")[arrays["source.ids"][used]]
    values = np.linalg.eigvalsh(np.cov(rows.T))[::-1]
    assert share == pytest.approx(list(values[:2] / values.sum()), rel=1e-3)
    spread = arrays["source.places"][-1][used].astype(np.float64).var(axis=0, ddof=1)
    assert spread == pytest.approx(list(values[:2]), rel=5e-3)


@pytest.mark.parametrize("side", ("source", "target"))
def test_used_rows_are_those_training_moved(side: str) -> None:
    arrays = tokens_data.facts().arrays
    name = f"{side}_embedding.weight"
    moved = np.abs(parameters(name) - parameters(name, 0)).max(axis=1) > 0.01
    assert np.array_equal(arrays[f"{side}.used"], moved[arrays[f"{side}.ids"]])


def test_nearest_nouns_share_their_french_gender() -> None:
    """The claims about part of speech and gender, by plain loops over the parameters and the lexicon."""
    arrays, about = tokens_data.facts().arrays, tokens_data.facts().about["source"]
    pieces = readings.tokenizer("toy").pieces
    gender = {form: noun.gender for noun in NOUNS if "name" not in noun.kinds for form in (noun.english, noun.english_plural) if form}
    words = {pieces[number].removeprefix(WORD_START): number for number in arrays["source.ids"][arrays["source.used"]]}
    nouns = [word for word in words if word in gender]
    for when, moment in enumerate((0, None)):
        matrix = parameters("source_embedding.weight", moment)
        rows = np.stack([matrix[words[noun]] / np.linalg.norm(matrix[words[noun]]) for noun in nouns])
        right = 0
        for place, noun in enumerate(nouns):
            likeness = rows @ rows[place]
            likeness[place] = -2
            right += gender[nouns[int(likeness.argmax())]] == gender[noun]
        assert right / len(nouns) == pytest.approx(about["gender"][when])
    assert about["gender"][1] > 0.9 > 0.65 > about["gender"][0]
    assert about["part"][1] > 0.9 > 0.5 > about["part"][0]
    assert about["left_out"][1] > 0.85 > 0.65 > about["left_out"][0]


def test_parts_of_speech_are_the_golds() -> None:
    arrays, pieces = tokens_data.facts().arrays, readings.tokenizer("toy").pieces
    told = {pieces[number]: PARTS[part] for number, part in zip(arrays["source.ids"], arrays["source.part"], strict=True)}
    expected = {
        "street": "noun",
        "cross": "verb",
        "tired": "adjective",
        "the": "small word",
        "it": "small word",
        "Emma": "name",
        "rue": "not used",
    }
    assert {word: told[WORD_START + word] for word in expected} == expected


# The sentence


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", KINDS)
def test_cuts_are_the_tokenizers(source: str, kind: str) -> None:
    for size, cut in zip(SIZES, tokens_data.cuts_of(source)[kind], strict=True):
        tokenizer = tokens_data.tokenizer_of(kind, size)
        assert tokenizer.decode([index for _, _, index, _, _ in cut.pieces]) == source
        covered = {place for start, end, *_ in cut.pieces for place in range(start, end)}
        assert covered >= {place for place, character in enumerate(source) if character != " "}
        assert all(count == tokens_data.counts_of(kind, size)[index] for _, _, index, count, _ in cut.pieces)
        assert len(cut.used) == len(tokenizer.pieces) <= size


@pytest.mark.parametrize("source", SOURCES[:3])
def test_merges_replayed_give_sentencepieces_pieces(source: str) -> None:
    trained = tokens_data.train("bpe", "", 600)
    words = {place: list(word) for place, word in enumerate(tokens_workshop.marked_words(source))}
    ranks = []
    for joint in tokens_workshop.joints_of(source, trained):
        ranks.append(joint.rank)
        for word, place in joint.joins:
            assert words[word][place : place + 2] == [joint.left, joint.right]
            words[word][place : place + 2] = [joint.left + joint.right]
    assert ranks == sorted(ranks)
    ids = [index for pieces in words.values() for piece in pieces for index in trained.tokenizer._ids_of(piece)]
    assert tuple(ids) == trained.tokenizer.encode(source).ids


def test_the_lattice_of_the_page_has_sentencepieces_best_path() -> None:
    trained = tokens_data.train("unigram", "", 600)
    header, _ = unpack(tokens_workshop.lattice_of(sentences.DEFAULT, trained, ""))
    assert header["sizes"] == sorted(header["sizes"], reverse=True) and header["sizes"][header["chosen"]] == 600
    for term in header["terms"]:
        for size, found in zip(header["sizes"], term["sizes"], strict=True):
            tokenizer = tokens_data.train("unigram", "", size).tokenizer
            assert tuple(found["spellings"][0]["pieces"]) == tokenizer.encode(term["text"]).pieces
            for spelling in found["spellings"]:
                assert spelling["score"] == pytest.approx(sum(spelling["scores"]), rel=1e-5)


def test_rows_times_the_factor_are_what_entered(shown: Reading) -> None:
    ids = tokens_data.ids_of("toy", shown)
    assert [readings.tokenizer("toy").pieces[index] for index in ids] == list(shown.source_pieces)
    rows = parameters("source_embedding.weight")[list(ids)]
    assert np.array_equal(tokens_data.vocabulary_matrix("toy")[list(ids)], rows.astype(np.float32))
    assert np.allclose(rows * np.sqrt(64), shown.arrays["encoder.embedding"], atol=1e-5)
    assert np.allclose(rows * np.sqrt(64) + shown.arrays["encoder.position"], shown.arrays["encoder.input"], atol=1e-5)


def test_rows_of_an_untrained_model_are_its_own() -> None:
    model = "toy" + readings.UNTRAINED
    told = readings.reading(model, "the dog", "le chien")
    rows = tokens_data.vocabulary_matrix(model)[list(tokens_data.ids_of(model, told))]
    assert np.allclose(rows * 8, told.arrays["encoder.embedding"], atol=1e-5)


def test_the_spread_of_the_rows() -> None:
    """The factor's story: 1/8 at the start, larger at the end."""
    ids = tokens_data.facts().arrays["source.ids"][tokens_data.facts().arrays["source.used"]]
    for moment, place in ((0, 0), (None, -1)):
        size = np.sqrt((parameters("source_embedding.weight", moment)[ids] ** 2).mean())
        assert tokens_data.facts().arrays["source.lengths"][place] == pytest.approx(size, rel=2e-3)
    assert tokens_data.facts().arrays["source.lengths"][0] == pytest.approx(0.125, rel=0.03)


def test_the_cost_of_the_vocabulary(shown: Reading) -> None:
    assert "| 1\u202f000 × 64 × 3 | 192\u202f000 |" in tokens_rows.cost_row("", shown.config)
    stored = load_file(first.MODELS / "toy" / "model.safetensors")
    share = 100 * 192_000 / sum(values.size for values in stored.values())
    assert f"| {share:.0f}\u202f% |" in tokens_rows.cost_row("", shown.config)


def test_the_bets_answer(shown: Reading) -> None:
    word = tokens.cut_most(shown.source)
    assert word.pieces == ("st", "re", "et") and word.text == "street"
    assert word.times == sum(line.split().count("street") for line in tokens_data.course_lines())
    whole = tokens.kept_whole(shown.source, word)
    assert whole is not None and whole.text == "because" and whole.times > word.times


def test_nearest_words() -> None:
    matrix = parameters("source_embedding.weight")
    pieces = readings.tokenizer("toy").pieces
    rows = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    likeness = rows @ rows[pieces.index(WORD_START + "street")]
    moved = np.abs(matrix - parameters("source_embedding.weight", 0)).max(axis=1) > 0.01
    order = [pieces[index] for index in np.argsort(-likeness) if moved[index] and not pieces[index].startswith("<")]
    assert tokens_map.nearest_words("street") == tuple(piece.removeprefix(WORD_START) for piece in order[1:4])
    assert tokens_map.nearest_words("xyzzy") == ()


# Broken


def test_without_the_factor_rows_enter_as_they_are(shown: Reading) -> None:
    broken = tokens_break.broken_readings("toy", shown)
    assert np.allclose(broken.forced.arrays["encoder.embedding"] * 8, shown.arrays["encoder.embedding"], atol=1e-5)
    assert np.allclose(broken.forced.arrays["encoder.position"], shown.arrays["encoder.position"])
    assert broken.forced.target == shown.target != broken.free.target
    assert broken.forced.log_probability < shown.log_probability - 10


def test_shipped_translations_of_the_made_up_name() -> None:
    saved = readings.loaded("toy")
    for source in first.SOURCES:
        start, end = tokens_missing.replaced(source)
        assert source[start:end] == "the animal"
        changed = source[:start] + tokens_missing.MADE_UP + source[end:]
        place = (start, start + len(tokens_missing.MADE_UP))
        told = tokens_data.facts().about["missing"][changed]
        assert told == {"bytes": tokens_missing.translation(saved, changed), "unknown": tokens_missing.translation(saved, changed, place)}


def test_one_unknown_token_stands_for_a_word() -> None:
    tokenizer = readings.tokenizer("toy")
    plain = tokenizer.encode("the dog sleeps").ids
    changed = tokens_missing.with_unknown(tokenizer, "Zorvax sleeps", (0, 6))
    assert changed == (3, plain[2])
    assert tokens_missing.with_unknown(tokenizer, "Plinko sleeps", (0, 6)) == changed, "two names, one row"


# Asked


def test_right_answers(shown: Reading) -> None:
    doubled, twice, wrong = tokens_check.questions("toy", shown)
    assert doubled.right == 2 * parameters("source_embedding.weight").size  # type: ignore[union-attr]
    assert "“the” is token 1 and token 6" in twice.text
    header, arrays = unpack(wrong.payload)  # type: ignore[union-attr]
    words = [token["text"] for token in header["columns"]]
    ((row, column),) = wrong.right  # type: ignore[union-attr, misc]
    for i, kind in enumerate(KINDS):
        for j, word in enumerate(words):
            truth = len(tokens_data.tokenizer_of(kind, tokens.BET_SIZE).encode(word).ids)
            assert (arrays["values"][i, j] == truth) != ((i, j) == (row, column))


# On the spot


@pytest.mark.parametrize("kind", ("bpe", "unigram"))
def test_training_on_the_spot_takes_no_time(kind: str) -> None:
    """Under 0.3 s of processor time, for the course's text and for the longest of the learner's own."""
    words = [f"{a}{b}{c}" for a in "bdfglmnprst" for b in "aeiou" for c in ("n", "rt", "st", "m", "l")]
    own = "\n".join(" ".join(words[(7 * line + place) % len(words)] for place in range(40)) for line in range(200))[
        : tokens_workshop.OWN_TEXT
    ]
    for text in ("", own):
        tokens_data.most_pieces.clear()  # type: ignore[attr-defined]
        tokens_data.train.clear()  # type: ignore[attr-defined]
        begun = time.process_time()
        found = tokens_data.train(kind, text, 500)
        assert time.process_time() - begun < 0.6, "the limit, found first, and the tokenizer itself"
        assert found.milliseconds < 300
        assert isinstance(found.tokenizer, SubwordTokenizer) and len(found.counts) == min(500, found.most)


def page(**made: str) -> AppTest:
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60).run().switch_page("pages/embeddings.py").run()
    group = next(group for group in app.button_group if group.key and group.key.startswith("bet_choice_embeddings.pieces_"))
    return group.set_value("3 pieces").run()


def test_own_text_and_kind() -> None:
    app = page()
    app.text_area(key="tokens_text").set_value("low lower lowest newer newest wider widest\n" * 30).run()
    app.button_group(key="tokens_kind").set_value("unigram").run()
    assert not app.exception
    app.text_area(key="tokens_text").set_value("a").run()
    assert not app.exception, "too little text is a sentence, not a traceback"
    app.text_input(key="tokens_word").set_value("<b>$x$</b>").run()
    assert not app.exception
    app.text_input(key="tokens_word").set_value(" ").run()
    assert not app.exception


def test_the_first_view_needs_no_torch() -> None:
    program = (
        "import sys; import ui.lessons.tokens_workshop, ui.lessons.tokens_break, ui.lessons.tokens_check; assert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


# Words


def asked(name: str) -> set[str]:
    return set(re.findall(r"\bt\.([a-z_]+)", (SCRIPTS / f"tokens_{name}.js").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", TEXTS)
def test_every_word_a_picture_asks_for_exists_and_none_is_idle(name: str) -> None:
    told = TEXTS[name]().keys()
    assert asked(name) | asked("boxes") <= told | texts.shared_texts().keys() | {"table"}
    assert not told - asked(name) - texts.shared_texts().keys()

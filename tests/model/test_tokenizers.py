"""Tokenizers against laws (round trip, spans) and against SentencePiece itself where its work is written out in Python."""

from __future__ import annotations

import json
import math
import random
import struct
from collections import Counter
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from model import limits
from model.config import SPECIAL_PIECES, UNKNOWN
from model.errors import LabError
from model.text import clean_text
from model.tokenizers import KINDS, WORD_START, Encoding, Tokenizer, count_pieces, load_tokenizer, train_tokenizer, unfamiliar
from model.tokenizers.base import BYTE_PIECES
from model.tokenizers.sampling import PairMerger, Segmenter

LINES = [
    "The old cat did not cross the street because it was too tired.",
    "Le vieux chat n'a pas traversé la rue parce qu'il était trop fatigué.",
    "The river was wide and the bridge was closed.",
    "La rivière était large et le pont était fermé.",
    "Anna saw the dog that chased the small animal.",
    "Anna a vu le chien qui poursuivait l'animal ; aujourd'hui elle rit.",
    "It didn't rain on <unk> or </s> or <0x41>, said the teacher's friend.",
] * 5
LOSSLESS = KINDS
SUBWORD = ("unigram", "bpe")

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
LIKE_TEXT = st.lists(st.sampled_from([*" ".join(LINES[:7]).split(), "<s>", "<pad>", "<0xE2>", "€", "zz", "語"])).map(" ".join)
TEXTS = ANY_TEXT | LIKE_TEXT


@cache
def trained(kind: str, vocabulary: int = 400) -> Tokenizer:
    return train_tokenizer(kind, LINES, vocabulary)


@pytest.mark.parametrize("kind", LOSSLESS)
@given(text=TEXTS)
def test_decoding_undoes_encoding(kind: str, text: str) -> None:
    assert trained(kind).decode(trained(kind).encode(text).ids) == clean_text(text)


@pytest.mark.parametrize("kind", LOSSLESS)
@given(text=TEXTS, seed=st.integers(), alpha=st.floats(0, 1))
def test_every_other_spelling_says_the_same(kind: str, text: str, seed: int, alpha: float) -> None:
    tokenizer = trained(kind)
    for encoding in (tokenizer.sample(text, random.Random(seed), alpha), tokenizer.spell(text, random.Random(seed), alpha)):
        assert tokenizer.decode(encoding.ids) == clean_text(text)
        _check_spans(tokenizer, encoding, clean_text(text))


@given(words=st.lists(st.sampled_from(sorted({word for line in LINES for word in line.split()}))))
def test_known_words_come_back(words: list[str]) -> None:
    assert trained("word").decode(trained("word").encode(" ".join(words)).ids) == " ".join(words)


@pytest.mark.parametrize("kind", KINDS)
@given(text=TEXTS)
def test_spans_point_at_the_text_of_the_piece(kind: str, text: str) -> None:
    _check_spans(trained(kind), trained(kind).encode(text), clean_text(text))


def _check_spans(tokenizer: Tokenizer, encoding: Encoding, text: str) -> None:
    """In order, without gaps but for spaces; each piece reads as its span, the bytes of a character as that character."""
    assert len(encoding.ids) == len(encoding.pieces) == len(encoding.spans)
    place, previous, of_character = 0, (0, 0), b""
    for index, piece, (start, end) in zip(encoding.ids, encoding.pieces, encoding.spans, strict=True):
        assert 0 <= start <= end <= len(text)
        assert index == UNKNOWN or tokenizer.pieces[index] == piece
        if index == 4 + ord(" ") and start == end:  # the space before a word that is spelt
            assert of_character == b""
        elif index in range(4, 260):
            of_character += bytes([index - 4])
            if end > start and of_character == text[start:end].encode():
                of_character = b""
        else:
            assert of_character in (b"", b" ")
            of_character = b""
            body = piece if piece == WORD_START else piece.removeprefix(WORD_START)
            assert body == text[start:end].replace(" ", WORD_START) or (piece == WORD_START and end == 0)
        assert start >= place or (start, end) == previous
        assert text[place:start].strip() == ""
        place, previous = max(place, end), (start, end)
    assert text[place:].strip() == ""


def test_bytes_of_one_character_share_its_span() -> None:
    encoding = trained("bpe").encode("the €😀 cat")
    spans = [span for span, piece in zip(encoding.spans, encoding.pieces, strict=True) if piece.startswith("<0x")]
    assert spans == [(4, 5)] * 3 + [(5, 6)] * 4


@pytest.mark.parametrize("kind", KINDS)
def test_every_vocabulary_starts_with_the_special_pieces(kind: str) -> None:
    tokenizer = trained(kind)
    assert tokenizer.kind == kind
    assert tokenizer.pieces[:4] == SPECIAL_PIECES
    assert len(set(tokenizer.pieces)) == len(tokenizer.pieces) <= 400
    assert min(tokenizer.encode("Anna saw <s> </s> <pad> . 語").ids, default=9) >= UNKNOWN
    known = tokenizer.encode("the cat").ids
    assert tokenizer.decode((1, *known, 2, 0, 0)) == "the cat"
    assert tokenizer.encode("") == tokenizer.sample("", random.Random(0), 0.5)
    assert tokenizer.encode("").ids == () and tokenizer.decode(()) == ""


@pytest.mark.parametrize("kind", LOSSLESS)
def test_any_ids_decode(kind: str) -> None:
    tokenizer = trained(kind)
    generator = random.Random(0)
    for _ in range(50):
        ids = [generator.randrange(len(tokenizer.pieces)) for _ in range(30)]
        tokenizer.decode(ids).encode()


@pytest.mark.parametrize("kind", SUBWORD)
def test_decode_is_what_sentencepiece_decodes(kind: str, tmp_path: Path) -> None:
    trained(kind).save(tmp_path)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(tmp_path / "tokenizer.model"))
    for line in LINES[:7]:
        assert trained(kind).encode(line).pieces == tuple(processor.encode(line, out_type=str))
        assert processor.decode(list(trained(kind).encode(line).ids)) == line


@pytest.mark.parametrize("kind", KINDS)
def test_saved_and_loaded_is_the_same(kind: str, tmp_path: Path) -> None:
    trained(kind).save(tmp_path / "model")
    loaded = load_tokenizer(tmp_path / "model")
    assert (loaded.kind, loaded.pieces, loaded.fingerprint) == (kind, trained(kind).pieces, trained(kind).fingerprint)
    assert loaded.encode(LINES[1]) == trained(kind).encode(LINES[1])


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_lines_give_the_same_bytes(kind: str) -> None:
    assert train_tokenizer(kind, iter(LINES), 400).fingerprint == trained(kind).fingerprint
    assert train_tokenizer(kind, LINES[:3], 400).fingerprint != trained(kind).fingerprint


def test_words_are_words_marks_and_elided_forms() -> None:
    text = "Qu'il n'a pas l'animal, aujourd'hui it didn't see Anna's dog-house!"
    pieces = train_tokenizer("word", [text], 400).encode(text).pieces
    words = [piece.replace(WORD_START, " ") for piece in pieces]
    assert words == [
        " Qu'", "il", " n'", "a", " pas", " l'", "animal", ",", " aujourd'hui", " it", " didn't", " see", " Anna's", " dog-house", "!",
    ]  # fmt: skip


def test_an_unfamiliar_word_becomes_its_bytes_in_place() -> None:
    encoding = trained("word").encode("the zoé")
    assert encoding.pieces[1:] == ("<0x20>", "<0x7A>", "<0x6F>", "<0xC3>", "<0xA9>")
    assert encoding.spans[1:] == ((4, 4), (4, 5), (5, 6), (6, 7), (6, 7))
    assert trained("word").decode(encoding.ids) == "the zoé"


@pytest.mark.parametrize("kind", SUBWORD)
def test_a_small_text_gives_a_small_vocabulary(kind: str) -> None:
    assert 260 < len(train_tokenizer(kind, ["a b c"], 5000).pieces) < 300


@pytest.mark.parametrize("kind", ("unigram", "bpe", "character"))
def test_many_letters_fit_a_small_vocabulary_as_bytes(kind: str) -> None:
    lines = ["".join(map(chr, range(0x4E00, 0x4E00 + 500))), *LINES]
    tokenizer = train_tokenizer(kind, lines, 300)
    assert len(tokenizer.pieces) <= 300
    assert tokenizer.decode(tokenizer.encode(lines[0]).ids) == lines[0]


@pytest.mark.parametrize(
    ("kind", "lines", "vocabulary", "code"),
    [
        ("unigram", LINES, 281, "vocabulary_too_small"),
        ("bpe", LINES, 100, "vocabulary_too_small"),
        ("character", LINES, 260, "vocabulary_too_small"),
        ("word", LINES, 4, "vocabulary_too_small"),
        ("bpe", LINES, limits.VOCABULARY + 1, "vocabulary_too_large"),
        ("bpe", [" ", "\x00"], 300, "no_text"),
        ("unigram", [], 300, "no_text"),
        ("word", [], 300, "no_text"),
        ("character", [""], 300, "no_text"),
        ("wordpiece", LINES, 300, "tokenizer_kind"),
    ],
)
def test_what_cannot_be_trained_says_why(kind: str, lines: list[str], vocabulary: int, code: str) -> None:
    with pytest.raises(LabError) as caught:
        train_tokenizer(kind, lines, vocabulary)
    assert caught.value.code == code and str(caught.value)


def test_hardly_met_pieces_are_found() -> None:
    tokenizer = trained("word")
    counts = count_pieces(tokenizer, ["the cat"] * 9)
    assert sum(counts) == 18
    assert unfamiliar(tokenizer.encode("the dog"), counts) == (1,)


# Sampling


@pytest.mark.parametrize("kind", SUBWORD)
def test_sampling_depends_on_its_generator_alone(kind: str) -> None:
    def draw(seed: int) -> list[tuple[int, ...]]:
        generator = random.Random(seed)
        return [trained(kind).sample(LINES[0], generator, 0.2).ids for _ in range(5)]

    first = draw(1)
    random.seed(5)
    assert draw(1) == first != draw(2)
    assert len(set(first)) > 1


def test_no_dropout_is_the_encoding() -> None:
    for line in LINES[:7]:
        assert trained("bpe").sample(line, random.Random(0), 0.0) == trained("bpe").encode(line)


def test_full_dropout_leaves_characters() -> None:
    assert all(len(piece) == 1 for piece in trained("bpe").sample("the animal", random.Random(0), 1.0).pieces)


def test_a_large_alpha_is_the_encoding() -> None:
    for line in LINES[:6]:
        sample, encoding = (
            f(line) for f in (lambda text: trained("unigram").sample(text, random.Random(0), 500.0), trained("unigram").encode)
        )
        assert sample.pieces == encoding.pieces or len(sample.pieces) == len(encoding.pieces)  # equal scores may tie


@pytest.mark.parametrize("alpha", (0.0, 0.5, 1.0))
def test_segmentations_come_as_often_as_their_scores_say(alpha: float) -> None:
    """Against all segmentations of a word, listed by brute force."""
    scores = {"a": -1.0, "b": -1.5, "ab": -2.0, "ba": -1.2, "aba": -3.0}
    word, draws = "abaxab", 20_000
    weights = {}
    for cuts in product((False, True), repeat=len(word) - 1):
        edges = [0, *(place for place, cut in enumerate(cuts, 1) if cut), len(word)]
        pieces = tuple(word[start:end] for start, end in pairwise(edges))
        if all(piece in scores or piece == "x" for piece in pieces):
            weights[pieces] = math.exp(alpha * sum(scores.get(piece, -13.0) for piece in pieces))
    generator, segmenter = random.Random(3), Segmenter(scores)
    drawn = Counter(tuple(segmenter.sample(word, generator, alpha)) for _ in range(draws))
    assert set(drawn) <= set(weights)
    for pieces, weight in weights.items():
        expected = weight / sum(weights.values())
        assert abs(drawn[pieces] / draws - expected) < 5 * math.sqrt(expected * (1 - expected) / draws) + 1e-4


def test_a_skipped_merge_is_skipped_as_often_as_alpha_says() -> None:
    merger, generator = PairMerger({"ab": 0.0}), random.Random(4)
    skipped = sum(merger.sample("ab", generator, 0.3) == ["a", "b"] for _ in range(10_000))
    assert abs(skipped / 10_000 - 0.3) < 0.025


@pytest.mark.parametrize("kind", KINDS)
def test_rare_spellings_are_rare_pieces(kind: str) -> None:
    tokenizer = trained(kind)
    assert tokenizer.spell(LINES[0], random.Random(0), 0.0) == tokenizer.encode(LINES[0])
    rare = tokenizer.spell(LINES[0], random.Random(0), 1.0)
    assert any(3 <= index < 260 for index in rare.ids)


# Files from outside


def _save_json(folder: Path, **changes: object) -> None:
    content = {"format_version": 1, "kind": "word", "pieces": [*SPECIAL_PIECES, *BYTE_PIECES, "▁a", "b"]} | changes
    (folder / "tokenizer.json").write_text(json.dumps(content))


def test_the_plain_file_is_read(tmp_path: Path) -> None:
    _save_json(tmp_path)
    assert load_tokenizer(tmp_path).encode("a b a").ids == (260, 4 + 0x20, 4 + ord("b"), 260)


@pytest.mark.parametrize(
    "changes",
    [
        {"format_version": 2},
        {"format_version": True},
        {"kind": "bpe"},
        {"kind": []},
        {"extra": 1},
        {"pieces": None},
        {"pieces": ["▁a"]},
        {"pieces": list(SPECIAL_PIECES)},
        {"pieces": [*SPECIAL_PIECES, "▁a", "▁a"]},
        {"pieces": [*SPECIAL_PIECES, 5]},
        {"pieces": [*SPECIAL_PIECES, ""]},
        {"pieces": [*SPECIAL_PIECES, "▁"]},
        {"pieces": [*SPECIAL_PIECES, "a b"]},
        {"pieces": [*SPECIAL_PIECES, "a\x00"]},
        {"pieces": [*SPECIAL_PIECES, "\ud800"]},
        {"pieces": [*SPECIAL_PIECES, *(f"w{index}" for index in range(limits.VOCABULARY))]},
        {"kind": "character"},
    ],
)
def test_the_plain_reader_refuses_what_it_does_not_know(tmp_path: Path, changes: dict[str, object]) -> None:
    _save_json(tmp_path, **changes)
    _refused(tmp_path)


def _refused(folder: Path) -> None:
    with pytest.raises(LabError) as caught:
        load_tokenizer(folder)
    assert caught.value.code == "tokenizer_file" and str(caught.value)


@pytest.mark.parametrize("text", ["", "[", "[" * 100_000, "null", '{"kind": "word", "kind": "word"}', "\udcff", " " * (4 * 2**20 + 1)])
def test_broken_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokenizer.json").write_bytes(text.encode(errors="surrogateescape"))
    _refused(tmp_path)


def test_a_folder_without_or_with_two_tokenizers_is_refused(tmp_path: Path) -> None:
    _refused(tmp_path)
    _save_json(tmp_path)
    trained("bpe").save(tmp_path)
    _refused(tmp_path)


def _saved(kind: str, folder: Path) -> bytes:
    trained(kind).save(folder)
    return (folder / "tokenizer.model").read_bytes()


def _replace(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def test_crafted_models_are_refused(tmp_path: Path) -> None:
    data = _saved("bpe", tmp_path)
    lowest = struct.pack("<f", -1.0)
    for crafted in (
        b"",
        data[:-1],
        data[: len(data) // 2],
        data + b"\x22\x00",  # a self-test
        data + b"\x0a\x00",  # an empty piece
        data + b"\x0a\x03\x0a\x01\xff",  # no UTF-8
        data + b"\x0a\x03\x0a\x01a",  # twice
        data + b"\x0a\x05\x0a\x01\xc2\xb5\x18\x04",  # a field cut short
        data + b"\x0a\x06\x0a\x02\xc2\xb5\x18\x04",  # user defined
        data + b"\x2a\x04\x12\x02ab",  # a denormalizer
        _replace(data, b"identity", b"nmt_nfkc"),
        _replace(data, b"identity\x12\x00", b"identity\x52\x00"),
        _replace(data, lowest, struct.pack("<f", math.nan)),
        _replace(data, lowest, struct.pack("<f", math.inf)),
        _replace(data, b"<pad>", b"<bad>"),
        _replace(data, b"<0x41>", b"<0x42>"),
        b"\xff" * 1000,
        b"\x0a" * 1000,
        data * 2,
    ):
        (tmp_path / "tokenizer.model").write_bytes(crafted)
        _refused(tmp_path)


@settings(max_examples=300)
@given(st.data())
def test_a_changed_byte_is_refused_or_harmless(data: st.DataObject) -> None:
    from model.tokenizers.subword import SubwordTokenizer

    whole = bytearray(trained("unigram")._data)  # type: ignore[attr-defined]
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        tokenizer = SubwordTokenizer.from_bytes(bytes(whole))
    except LabError:
        return
    tokenizer.decode(tokenizer.encode(LINES[0]).ids)
    tokenizer.sample(LINES[0], random.Random(0), 0.2)

"""The learner's own text: what is kept, what each rule removes, that nothing leaks, that no file does harm."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import limits
from model.corpora import Corpus, Pair
from model.corpora.own import RULES, CleaningReport, read_aligned, read_tsv
from model.errors import LabError
from model.text import clean_text

GOOD = [f"The cat number {number} sleeps.\tLe chat numéro {number} dort." for number in range(60)]


def _tsv(*lines: str) -> bytes:
    return "\n".join([*GOOD, *lines]).encode()


def _all_pairs(corpus: Corpus) -> list[Pair]:
    return [*corpus.train, *(pair for pairs in corpus.held_out.values() for pair in pairs)]


def _targets(corpus: Corpus) -> set[str]:
    return {pair.target for pair in _all_pairs(corpus)}


def _removed(report: CleaningReport) -> dict[str, int]:
    assert set(report.removed) == set(RULES)
    return {rule: count for rule, count in report.removed.items() if count}


def _refusal(data: bytes) -> LabError:
    with pytest.raises(LabError) as caught:
        read_tsv(data)
    assert str(caught.value)
    return caught.value


def test_a_clean_file_is_kept_whole() -> None:
    corpus, report = read_tsv(_tsv() + b"\n")
    assert report == CleaningReport(60, 60, dict.fromkeys(RULES, 0))
    assert len(_all_pairs(corpus)) == 60
    assert {name: len(pairs) for name, pairs in corpus.held_out.items()} == {"validation": 3, "test": 3}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("", "empty_side"),
        ("\tune phrase", "empty_side"),
        ("a sentence\t \u200b", "empty_side"),
        ("no tabulator", "wrong_columns"),
        ("a\tb\tc\td", "wrong_columns"),
        ("a" * 301 + "\t" + "b" * 301, "too_long"),
        ("yes\t" + "oui " * 10, "length_ratio"),
        (GOOD[3], "duplicate"),
        (GOOD[3] + "\tsomeone else", "duplicate"),
    ],
)
def test_each_rule_counts_its_lines(line: str, rule: str) -> None:
    _, report = read_tsv(_tsv(line, line) + b"\n")
    assert _removed(report) == {rule: 2} and report.lines == 62 and report.kept == 60


def test_a_line_that_is_no_utf8_is_counted() -> None:
    _, report = read_tsv(_tsv() + b"\nna\xefve\tna\xeff")
    assert _removed(report) == {"not_utf8": 1}


def test_what_csv_readers_trip_over_is_text() -> None:
    corpus, report = read_tsv(
        _tsv('He said "no.\tIl a dit "non.', '"a\t"b', "one\u2028two\x0bthree\tun\u2028deux\x85trois", "x,y;z\tx,y;z")
    )
    assert report.kept == 64
    assert {'Il a dit "non.', '"b', "un deux trois", "x,y;z"} <= _targets(corpus)


def test_line_ends_and_marks_of_other_systems_are_no_text() -> None:
    corpus, _ = read_tsv(b"\xef\xbb\xbf" + _tsv().replace(b"\n", b"\r\n") + b"\r\n")
    assert {pair.source for pair in _all_pairs(corpus)} == {line.split("\t")[0] for line in GOOD}
    assert _targets(corpus) == {line.split("\t")[1] for line in GOOD}


def test_the_third_column_is_kept_as_attribution() -> None:
    corpus, _ = read_tsv(_tsv("Go.\tVa !\tCC-BY 2.0 (France) somebody & somebody"))
    assert {pair.attribution for pair in _all_pairs(corpus)} == {"", "CC-BY 2.0 (France) somebody & somebody"}


def test_gzip_is_read_in_several_members_too() -> None:
    plain = _tsv()
    assert (
        read_tsv(gzip.compress(plain, mtime=0))
        == read_tsv(gzip.compress(plain[:500]) + gzip.compress(plain[500:]) + b"\0" * 8)
        == read_tsv(plain)
    )


def test_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(limits.UPLOAD_BYTES + 2**20) + b"\n" * 2**24, 9, mtime=0)
    tracemalloc.start()
    try:
        assert _refusal(bomb).code == "upload_bytes"
        assert tracemalloc.get_traced_memory()[1] < 3.5 * limits.UPLOAD_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "upload_empty"),
        (b"\n", "upload_empty"),
        (b"\xef\xbb\xbf", "upload_empty"),
        (gzip.compress(b"", mtime=0), "upload_empty"),
        (gzip.compress(_tsv(), mtime=0)[:-20], "upload_gzip"),
        (b"\x1f\x8b" + b"a" * 100, "upload_gzip"),
        (gzip.compress(_tsv(), mtime=0) + b"rest", "upload_gzip"),
        (gzip.compress(b"", mtime=0) * 1000, "upload_gzip"),
        (_tsv().decode().encode("utf-16"), "upload_utf16"),
        (b"a" * (limits.UPLOAD_BYTES + 1), "upload_bytes"),
        (b"a\tb\n" * (limits.UPLOAD_LINES + 1), "upload_lines"),
        (_tsv("a" * (limits.LINE_CHARACTERS + 1)), "upload_line_characters"),
        (("été\tsummer\n" * 9).encode("latin-1") + b"x\ty", "mostly_not_utf8"),
        (b"one,un\ntwo,deux\nthree,trois", "no_columns"),
        (b"a\tb\na\tc\nb\tc", "too_few_pairs"),
    ],
)
def test_a_file_beyond_the_limits_says_which(data: bytes, code: str) -> None:
    assert _refusal(data).code == code


def test_limits_count_characters_and_name_the_line() -> None:
    read_tsv(_tsv("é" * limits.LINE_CHARACTERS))
    error = _refusal(_tsv("é" * (limits.LINE_CHARACTERS + 1)))
    assert "Line 61 has 1001 characters" in str(error)


def test_the_most_lines_allowed_are_read() -> None:
    _, report = read_tsv(b"a\n" * (limits.UPLOAD_LINES - 60) + _tsv())
    assert report.lines == limits.UPLOAD_LINES


def test_aligned_files_are_read_line_by_line() -> None:
    source, target = ("\n".join(column) for column in zip(*(line.split("\t") for line in GOOD), strict=True))
    assert read_aligned(source.encode(), gzip.compress(target.encode() + b"\n", mtime=0))[0] == read_tsv(_tsv())[0]
    _, report = read_aligned(b"\xff\n" + source.encode() + b"\n\n", b"x\n" + target.encode() + b"\nx\n")
    assert _removed(report) == {"not_utf8": 1, "empty_side": 1}


def test_a_tabulator_in_an_aligned_file_is_a_space() -> None:
    corpus, _ = read_aligned(b"a\tb\nc\nd", b"a\nb\nc\td")
    assert {pair.source for pair in _all_pairs(corpus)} == {"a b", "c", "d"}


def test_unequal_files_are_refused_with_both_counts() -> None:
    with pytest.raises(LabError, match="source has 3 lines and the target has 2") as caught:
        read_aligned(b"a\nb\nc", b"a\nb\n")
    assert caught.value.code == "unequal_lines"


WORDS = st.sampled_from(["cat", "Cat", "dog", "CAT", "", "bird", "é", "fox", "the hen", "the  hen", "\u2028cat"])


@given(st.lists(st.tuples(WORDS, WORDS), max_size=40))
def test_no_source_sentence_is_on_two_sides(rows: list[tuple[str, str]]) -> None:
    lines = [f"{source}\t{target}" for source, target in rows] + ["one\tun", "two\tdeux", "three\ttrois"]
    corpus, report = read_tsv("\n".join(lines).encode())
    assert report.kept + sum(report.removed.values()) == report.lines == len(lines)
    assert set(corpus.held_out) == {"validation", "test"}
    sides = [{pair.source.casefold() for pair in side} for side in (corpus.train, *corpus.held_out.values())]
    assert all(sides)
    assert len(set().union(*sides)) == sum(map(len, sides))
    expected = {(clean_text(source), clean_text(target)) for source, target in rows if clean_text(source) and clean_text(target)}
    assert expected <= {(pair.source, pair.target) for pair in _all_pairs(corpus)}


def test_the_split_does_not_depend_on_the_order_of_lines() -> None:
    first, second = read_tsv(_tsv())[0], read_tsv("\n".join(reversed(GOOD)).encode())[0]
    assert {name: set(pairs) for name, pairs in first.held_out.items()} == {name: set(pairs) for name, pairs in second.held_out.items()}


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_give_a_corpus_or_a_clear_error(data: bytes, with_text: bool) -> None:
    try:
        _, report = read_tsv(data + b"\n" + _tsv() if with_text else data)
    except LabError as error:
        assert str(error)
    else:
        assert report.kept >= 60


def test_a_real_corpus_passes_nearly_whole(multi30k) -> None:
    _, report = read_aligned((multi30k / "train.en.gz").read_bytes(), (multi30k / "train.fr.gz").read_bytes())
    assert report.lines == 29_000 and report.kept > 28_900

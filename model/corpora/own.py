"""The learner's own text: pairs from a table of two or three columns, or from two files line by line.

What cannot be learnt from is left out and counted, rule by rule. Pairs are split by their source sentence: all
translations of one sentence stand on the same side, so that no test sentence is met in training.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from model import limits
from model.corpora import Corpus, Pair, tmx
from model.errors import LabError
from model.text import clean_text

RULES = ("not_utf8", "wrong_columns", "empty_side", "too_long", "length_ratio", "duplicate")  # a blank line is an empty side

RATIO, RATIO_FREE = 3, 10  # a side may have three times the other's characters and ten more
HELD_OUT_SHARE, HELD_OUT_MOST = 20, 1_000  # one source sentence in twenty goes to each held-out split, at most so many
SMALLEST = 3  # source sentences: one for each split

GZIP = b"\x1f\x8b"
GZIP_MEMBERS = 16  # unpacking copies the rest of the file once for each
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Row = Pair | str  # a pair, or the name of the rule that removes its line


@dataclass(frozen=True)
class CleaningReport:
    """`lines` = `kept` + the sum of `removed`, which has a count for every rule of `RULES`."""

    lines: int
    kept: int
    removed: Mapping[str, int]


def read_tsv(data: bytes, name: str = "own") -> tuple[Corpus, CleaningReport]:
    """Lines of source, tabulator, target and, if there is a third column, attribution; UTF-8, gzip accepted.

    Quotation marks are text. Raises `LabError` for a file beyond the limits or with too few sentences left.
    """
    return _corpus(name, (_tsv_row(line) for line in _lines(data, "pairs")))


def read_tmx(data: bytes, name: str = "own", languages: tmx.Languages | None = None) -> tuple[Corpus, CleaningReport]:
    """A translation memory (`model.corpora.tmx`), gzip accepted; a unit that lacks a side counts as one with an empty side."""
    found = enumerate(tmx.segments(BytesIO(_unpacked(data, "pairs")), languages))
    return _corpus(name, ("empty_side" if pair is None else _row(*pair) for number, pair in found if _within(number)))


def _within(number: int) -> bool:
    if number >= limits.UPLOAD_LINES:
        raise LabError(
            "upload_lines", "The file has more than {limit} lines, the most that is allowed.", "pairs", limit=limits.UPLOAD_LINES
        )
    return True


def read_pairs(data: bytes, name: str = "own") -> tuple[Corpus, CleaningReport]:
    """Pairs in one file: a translation memory if it begins like one, else a table."""
    return read_tmx(data, name) if tmx.is_tmx(_unpacked(data, "pairs")) else read_tsv(data, name)


def read_aligned(source: bytes, target: bytes, name: str = "own", *, held_out: Sequence[bytes] = ()) -> tuple[Corpus, CleaningReport]:
    """Line n of `target` translates line n of `source`; both UTF-8, gzip accepted. Raises `LabError` as `read_tsv`.

    `held_out`, a source and a target of its own, is used for validation in place of a share of the text; sentences it has
    are not learnt from.
    """
    rows = _aligned_rows(source, target)
    if not held_out:
        return _corpus(name, rows)
    pairs, report = _cleaned(rows)
    validation, _ = _cleaned(_aligned_rows(*held_out))
    tested = {_key(pair) for pair in validation}
    return Corpus(name, tuple(pair for pair in pairs if _key(pair) not in tested), {"validation": tuple(validation)}), report


def _aligned_rows(source: bytes, target: bytes) -> Iterator[Row]:
    sources, targets = _lines(source, "source"), _lines(target, "target")
    if len(sources) != len(targets):
        raise LabError(
            "unequal_lines",
            "The source has {sources} lines and the target has {targets}; each line must have its translation.",
            "target", sources=len(sources), targets=len(targets),
        )  # fmt: skip
    return (_aligned_row(*pair) for pair in zip(sources, targets, strict=True))


def _corpus(name: str, rows: Iterable[Row]) -> tuple[Corpus, CleaningReport]:
    pairs, report = _cleaned(rows)
    return _split(name, pairs), report


def _cleaned(rows: Iterable[Row]) -> tuple[list[Pair], CleaningReport]:
    removed = Counter(dict.fromkeys(RULES, 0))
    pairs: dict[tuple[str, str], Pair] = {}
    for row in rows:
        if isinstance(row, str):
            removed[row] += 1
        elif (row.source, row.target) in pairs:
            removed["duplicate"] += 1
        else:
            pairs[row.source, row.target] = row
    report = CleaningReport(lines=len(pairs) + removed.total(), kept=len(pairs), removed=dict(removed))
    if 2 * removed["not_utf8"] > report.lines:
        template = "{count} of {lines} lines are no UTF-8; save it as plain text in UTF-8."
        raise LabError("mostly_not_utf8", template, "pairs", count=removed["not_utf8"], lines=report.lines)
    if report.lines and removed["wrong_columns"] == report.lines:
        raise LabError("no_columns", "No line has two columns; put a tabulator between each sentence and its translation.", "pairs")
    return list(pairs.values()), report


def _split(name: str, pairs: list[Pair]) -> Corpus:
    """The sentences whose hashes are smallest are held out: neither their order nor a generator decides."""
    order = sorted({_key(pair) for pair in pairs})
    if len(order) < SMALLEST:
        raise LabError(
            "too_few_pairs",
            "Different source sentences left after cleaning: {count}; at least {smallest} are needed.",
            "pairs", count=len(order), smallest=SMALLEST,
        )  # fmt: skip
    size = max(1, min(HELD_OUT_MOST, len(order) // HELD_OUT_SHARE))
    test, validation = set(order[:size]), set(order[size : 2 * size])
    held_out = {
        "validation": tuple(pair for pair in pairs if _key(pair) in validation),
        "test": tuple(pair for pair in pairs if _key(pair) in test),
    }
    return Corpus(name, tuple(pair for pair in pairs if _key(pair) not in test | validation), held_out)


def _key(pair: Pair) -> bytes:
    """The same for sentences that differ in capitals only."""
    return hashlib.sha256(pair.source.casefold().encode()).digest()


def _tsv_row(line: bytes) -> Row:
    try:
        columns = line.decode().split("\t")
    except UnicodeDecodeError:
        return "not_utf8"
    if not "".join(columns).strip():
        return "empty_side"
    if len(columns) not in (2, 3):
        return "wrong_columns"
    return _row(*columns)


def _aligned_row(source: bytes, target: bytes) -> Row:
    try:
        return _row(source.decode(), target.decode())
    except UnicodeDecodeError:
        return "not_utf8"


def _row(source: str, target: str, attribution: str = "") -> Row:
    source, target = clean_text(source), clean_text(target)
    shorter, longer = sorted((len(source), len(target)))
    if not shorter:
        return "empty_side"
    if longer > limits.SENTENCE_CHARACTERS:
        return "too_long"
    if longer > RATIO * shorter + RATIO_FREE:
        return "length_ratio"
    return Pair(source, target, attribution=clean_text(attribution))


def _lines(data: bytes, field: str) -> list[bytes]:
    """The lines of a file within the limits. Only a line feed ends a line: U+2028 and its kin are text."""
    data = _unpacked(data, field).removeprefix(BYTE_ORDER_MARK)
    if data.startswith(UTF_16):
        raise LabError("upload_utf16", "The file is in UTF-16; save it as UTF-8.", field)
    data = data.removesuffix(b"\n")
    if not data:
        raise LabError("upload_empty", "The file is empty.", field)
    if data.count(b"\n") >= limits.UPLOAD_LINES:
        count = data.count(b"\n") + 1
        raise LabError(
            "upload_lines", "The file has {count} lines; at most {limit} are allowed.", field, count=count, limit=limits.UPLOAD_LINES
        )
    lines = [line.removesuffix(b"\r") for line in data.split(b"\n")]
    for number, count in _long_lines(lines):
        raise LabError(
            "upload_line_characters",
            "Line {number} has {count} characters; at most {limit} are allowed in a line.",
            field, number=number, count=count, limit=limits.LINE_CHARACTERS,
        )  # fmt: skip
    return lines


def _long_lines(lines: list[bytes]) -> Iterator[tuple[int, int]]:
    """(number from 1, characters) of each line beyond the limit."""
    for number, line in enumerate(lines, start=1):
        if len(line) > limits.LINE_CHARACTERS:  # bytes, so at least as many as characters
            count = len(line.decode(errors="replace"))
            if count > limits.LINE_CHARACTERS:
                yield number, count


def _unpacked(data: bytes, field: str) -> bytes:
    """The bytes themselves, or those in the gzip file, of which no more is unpacked than the limit allows."""
    room = limits.UPLOAD_BYTES
    if data.startswith(GZIP) and len(data) <= room:
        data = _gunzip(data, room + 1, field)
    if len(data) > room:
        raise LabError("upload_bytes", "The file has more than {limit} bytes, the most that is allowed.", field, limit=room)
    return data


def _gunzip(data: bytes, most: int, field: str) -> bytes:
    """At most `most` bytes of the members of a gzip file, one after the other."""
    content = bytearray()
    try:
        for _ in range(GZIP_MEMBERS + 1):
            if not data or len(content) >= most:
                return bytes(content)
            member = zlib.decompressobj(wbits=31)
            content += member.decompress(data, most - len(content))
            if not member.eof and len(content) < most:
                raise zlib.error("ends too early")
            data = member.unused_data.lstrip(b"\0")  # gzip allows padding
        raise zlib.error("has too many members")
    except zlib.error as error:
        raise LabError("upload_gzip", "The file looks like gzip but cannot be unpacked.", field) from error

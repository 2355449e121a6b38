"""Fetching a data set: a stream of progress that goes on where it stopped, and a check of what came. Knows no torch.

    for progress in fetch(data_set("multi30k"), folder): ...        # not pulling any more is cancelling
    files = fetched(data_set("multi30k"), folder)                   # what `Laboratory.keep_text` takes

What has come so far stays in `<name>.part`; the next try asks the server for the rest alone.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from lab.data_sets import DataSet, File
from model import limits
from model.corpora.tmx import segments
from model.errors import LabError
from model.files import write_whole

CHUNK = 16 * 2**10
PATIENCE = 20.0  # seconds without a byte
AGENT = "attention-lab"
ROWS, TABLE = "rows.txt", "pairs.tsv"  # how many pairs there are, and those of a translation memory, once they have been read


@dataclass(frozen=True)
class Progress:
    """Of one file: bytes here so far, and in all where the server says."""

    file: int
    received: int
    total: int | None


def fetch(wanted: DataSet, folder: Path) -> Iterator[Progress]:
    """Fetch what is missing of a data set into `folder`. Raises `LabError` in one sentence for whatever goes wrong; nothing is lost."""
    folder.mkdir(parents=True, exist_ok=True)
    if not is_here(wanted, folder):
        _forget_contents(folder)
    for number, file in enumerate(wanted.files):
        if not _path(folder, file).exists():
            for received, total in _fetch_file(file, folder):
                yield Progress(number, received, total)
            _accept(file, folder)
    _check_rows(wanted, folder)


def is_here(wanted: DataSet, folder: Path) -> bool:
    return all(_path(folder, file).exists() for file in wanted.files)


def is_checked(wanted: DataSet, folder: Path) -> bool:
    """It is here and its pairs have been counted: `fetch` would find nothing to do."""
    return (folder / ROWS).exists() and is_here(wanted, folder)


def bytes_here(wanted: DataSet, folder: Path, files: int | None = None) -> int:
    """What has come so far, of its first `files` or of all, whole or in part."""
    paths = [path for file in wanted.files[:files] for path in (_path(folder, file), _part(folder, file))]
    return sum(path.stat().st_size for path in paths if path.exists())


def fetched(wanted: DataSet, folder: Path) -> list[bytes]:
    """The files of a visitor's own text: a source and a target, or one table of pairs, at most as many as the limit allows."""
    paths = [_path(folder, file) for file in wanted.files]
    if len(paths) == 2:
        return [path.read_bytes() for path in paths]
    if not (folder / TABLE).exists():
        with gzip.open(paths[0]) as memory:
            pairs = islice(filter(None, segments(memory, wanted.languages)), limits.UPLOAD_LINES)
            lines = ("\t".join(" ".join(side.split()) for side in pair) for pair in pairs)
            write_whole(folder / TABLE, "\n".join(lines).encode())
    return [(folder / TABLE).read_bytes()]


def _path(folder: Path, file: File) -> Path:
    return folder / Path(urlsplit(file.address).path).name


def _part(folder: Path, file: File) -> Path:
    path = _path(folder, file)
    return path.with_name(path.name + ".part")


def _fetch_file(file: File, folder: Path) -> Iterator[tuple[int, int | None]]:
    part = _part(folder, file)
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(file.address, headers={"User-Agent": AGENT, **({"Range": f"bytes={have}-"} if have else {})})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            goes_on = answer.status == http.HTTPStatus.PARTIAL_CONTENT
            have = have if goes_on else 0
            total = _total(answer, have)
            with open(part, "ab" if goes_on else "wb") as kept:
                yield have, total
                while data := answer.read(CHUNK):
                    have += len(data)
                    if have > limits.UPLOAD_BYTES:
                        raise LabError(
                            "fetch_bytes",
                            "The file is larger than {limit} bytes, the most that is allowed.",
                            "fetch",
                            limit=limits.UPLOAD_BYTES,
                        )
                    kept.write(data)
                    yield have, total
        if total is not None and have < total:
            raise _broken(file)
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            return  # all of it came the last time
        raise LabError(
            "fetch_refused", "{host} answers {code} for this file; it may have moved.", "fetch", host=_host(file), code=error.code
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise _broken(file) from error


def _total(answer: http.client.HTTPResponse, have: int) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return have + int(length) if length.isdigit() else None


def _broken(file: File) -> LabError:
    return LabError(
        "no_network", "{host} cannot be reached, or the connection broke. What has come is kept; fetch again to go on from there.",
        "fetch", host=_host(file),
    )  # fmt: skip


def _host(file: File) -> str:
    return urlsplit(file.address).hostname or ""


def _accept(file: File, folder: Path) -> None:
    """A file that is all there and what it should be gets its name; another is thrown away."""
    part = _part(folder, file)
    data = part.read_bytes()
    wrong = (file.size is not None and len(data) != file.size) or (
        file.sha256 is not None and hashlib.sha256(data).hexdigest() != file.sha256
    )
    if wrong or not data.startswith(b"\x1f\x8b"):
        part.unlink()
        raise LabError("fetch_other", "What {host} sent is not the file that was expected; it was thrown away.", "fetch", host=_host(file))
    os.replace(part, _path(folder, file))


def _check_rows(wanted: DataSet, folder: Path) -> None:
    """Count the pairs; a data set that has too few, or cannot be unpacked, goes."""
    try:
        counts = [data.count(b"\n") + 1 for data in _unpacked(wanted, folder)]
    except (OSError, EOFError, zlib.error, LabError) as error:
        raise _useless(wanted, folder, 0) from error
    if min(counts) < wanted.rows or len(set(counts)) > 1:
        raise _useless(wanted, folder, min(counts))
    write_whole(folder / ROWS, str(counts[0]).encode())


def _unpacked(wanted: DataSet, folder: Path) -> list[bytes]:
    files = fetched(wanted, folder)
    return [gzip.decompress(data).rstrip(b"\n") for data in files] if len(files) == 2 else files


def _forget_contents(folder: Path) -> None:
    for name in (ROWS, TABLE):
        (folder / name).unlink(missing_ok=True)


def _useless(wanted: DataSet, folder: Path, rows: int) -> LabError:
    _forget_contents(folder)
    for file in wanted.files:
        _path(folder, file).unlink(missing_ok=True)
    return LabError(
        "fetch_rows", "What came has {rows} pairs where at least {expected} were expected; it was thrown away.", "fetch",
        rows=rows, expected=wanted.rows,
    )  # fmt: skip

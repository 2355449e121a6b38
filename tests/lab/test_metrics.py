"""Reading metrics while they grow, against reading the whole file anew."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from lab.metrics import FILES, MetricsReader


def line(step: int, size: int = 0) -> bytes:
    return (json.dumps({"step": step, "loss": step / 7, "é": "x" * size}, ensure_ascii=False) + "\n").encode()


@given(st.lists(st.integers(1, 200), min_size=1, max_size=12), st.lists(st.integers(0, 30), min_size=1, max_size=12), st.integers(0, 30))
def test_in_pieces_as_at_once(cuts: list[int], asked: list[int], lines: int) -> None:
    """The file grows by arbitrary pieces, lines and half lines; whatever is asked in between is what a naive reader finds."""
    whole = b"".join(line(step, step % 5) for step in range(1, lines + 1))
    with tempfile.TemporaryDirectory() as folder:
        path, reader, written = Path(folder) / "metrics.jsonl", MetricsReader(), 0
        assert reader.after(path) == [] and reader.last(path) is None
        for number, cut in enumerate([*cuts, len(whole)]):
            with path.open("ab") as file:
                file.write(whole[written : written + cut])
            written = min(len(whole), written + cut)
            complete = [json.loads(text) for text in whole[:written].split(b"\n")[:-1] if whole[:written]]
            after = asked[number % len(asked)]
            assert reader.after(path, after) == [one for one in complete if one["step"] > after]
            assert reader.last(path) == (complete[-1] if complete else None)


def test_a_file_that_was_trimmed_and_put_in_its_place(tmp_path: Path) -> None:
    path, reader = tmp_path / "metrics.jsonl", MetricsReader()
    path.write_bytes(b"".join(line(step) for step in range(1, 101)))
    assert len(reader.after(path, 90)) == 10
    (tmp_path / "new").write_bytes(b"".join(line(step) for step in range(1, 51)))
    os.replace(tmp_path / "new", path)
    assert reader.after(path, 50) == [] and reader.last(path) == json.loads(line(50))
    with path.open("ab") as file:
        file.write(line(51))
    assert [one["step"] for one in reader.after(path, 40)] == list(range(41, 52))


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(line(1) + b"half a li\n[]\n{}\n\xff\n" + line(2))
    assert [one["step"] for one in MetricsReader().after(path)] == [1, 2]


def test_it_remembers_a_limited_number_of_files(tmp_path: Path) -> None:
    reader = MetricsReader()
    for number in range(FILES + 10):
        path = tmp_path / str(number)
        path.write_bytes(line(1))
        assert reader.after(path) == [reader.last(path)]
    assert len(reader._indices) == FILES

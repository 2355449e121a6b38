"""Streamlit's files from memory are those on the disk, and what a page is told of exists."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from ui.static_files import SOON, STATIC, FromMemory, links

FILES = sorted(path for path in (STATIC / "static").rglob("*") if path.suffix in {".js", ".css", ".woff2"})


def asked(path: str, method: str = "GET", kind: str = "http") -> list[dict[str, Any]]:
    """What is sent for an address; the app behind answers with 404."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(scope: object, receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})

    with suppress(StopIteration):  # nothing in it waits, so one step is all of it
        FromMemory(app)({"type": kind, "method": method, "path": path}, None, send).send(None)  # type: ignore[arg-type]
    return sent


@pytest.mark.parametrize("suffix", [".js", ".css", ".woff2"])
def test_a_file_is_what_stands_on_the_disk(suffix: str) -> None:
    path = next(path for path in FILES if path.suffix == suffix)
    start, body = asked(f"/{path.relative_to(STATIC).as_posix()}")
    headers = dict(start["headers"])
    assert start["status"] == 200 and body["body"] == path.read_bytes()
    assert headers[b"content-length"] == str(path.stat().st_size).encode() and b"immutable" in headers[b"cache-control"]
    assert {".js": b"javascript", ".css": b"text/css", ".woff2": b"font/woff2"}[suffix] in headers[b"content-type"]


@pytest.mark.parametrize(
    "path", ["/", "/static/", "/static/js/none.js", "/static/../index.html", "/static/js/../../index.html", "/inspect"]
)
def test_all_else_goes_on_to_the_app(path: str) -> None:
    assert asked(path)[0]["status"] == 404


def test_what_is_no_question_for_a_file_goes_on_too() -> None:
    path = f"/{FILES[0].relative_to(STATIC).as_posix()}"
    assert asked(path, method="POST")[0]["status"] == 404
    assert asked(path, kind="websocket")[0]["status"] == 404


def test_every_file_a_page_is_told_of_exists_once() -> None:
    """A new Streamlit may name them otherwise: then a first view waits longer, and this says so."""
    for pattern in SOON:
        assert len(list((STATIC / "static").glob(pattern))) == 1, pattern
    assert links().count("rel=") == len(SOON)

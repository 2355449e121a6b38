"""Streamlit's own scripts, styles and fonts from memory, and which of them a page had better be told of at once.

A first view asks for some sixty of them. Streamlit's own way takes a thread, a look at the file and pieces of
64 kB for each, a tenth more time for all (docs/log.md); what is asked for only when a page's first elements come costs one more journey.
"""

from __future__ import annotations

import mimetypes
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

STATIC = Path(st.__file__).parent / "static"
CACHED = b"public, immutable, max-age=31536000"  # a file's name has a hash of what stands in it
# What every page of this app shows: HTML (the style), components, links; the font of its titles.
SOON = (
    "js/Html.*.js", "js/purify.es.*.js", "js/BidiComponent.*.js", "js/_arrayReduce.*.js", "js/serialization.*.js",
    "js/recordbatch.*.js", "js/PageLink.*.js", "media/SourceSerifVariable-Roman.*.woff2", "media/MaterialSymbols-Rounded.*.woff2",
)  # fmt: skip


@cache
def _paths() -> dict[str, Path]:
    """Address -> file, of all that has a hash in its name."""
    return {f"/static/{path.relative_to(STATIC / 'static').as_posix()}": path for path in (STATIC / "static").rglob("*") if path.is_file()}


@cache
def _content(address: str) -> tuple[bytes, bytes]:
    """What stands in the file, and its type."""
    path = _paths()[address]
    return path.read_bytes(), (mimetypes.guess_type(path.name)[0] or "application/octet-stream").encode()


@cache
def links() -> str:
    """The value of a header `Link` that has the browser fetch `SOON` while it still reads the page."""
    found = [path for pattern in SOON for path in sorted((STATIC / "static").glob(pattern))]
    kind = {".js": "rel=modulepreload", ".woff2": "rel=preload; as=font; type=font/woff2"}
    return ", ".join(f"</static/{path.parent.name}/{path.name}>; {kind[path.suffix]}; crossorigin" for path in found)


class FromMemory:
    """Answers for these files itself; all else goes on to the app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in _paths():
            await self.app(scope, receive, send)
            return
        body, kind = _content(scope["path"])
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"cache-control", CACHED)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def tell_soon(headers: MutableHeaders) -> None:
    """Add the header to those of a page."""
    headers["Link"] = links()

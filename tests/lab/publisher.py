"""Somebody who publishes data sets, played on this computer: a server with files of the shape of the real ones."""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lab.data_sets import DataSet, File

SOURCES = [f"the {animal} number {n * 7919 % 10_007} sleeps" for animal in ("dog", "cat") for n in range(20_000)]
TARGETS = [f"le {animal} numéro {n * 7919 % 10_007} dort" for animal in ("chien", "chat") for n in range(20_000)]


def zipped(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def memory(count: int) -> bytes:
    units = "".join(
        f'<tu><tuv xml:lang="en"><seg>{source}</seg></tuv><tuv xml:lang="fr"><seg>{target}</seg></tuv></tu>'
        for source, target in list(zip(SOURCES, TARGETS, strict=True))[:count]
    )
    return zipped(f'<?xml version="1.0"?><tmx version="1.4"><header/><body>{units}</body></tmx>')


@dataclass
class Host:
    """What the server has, how it behaves, and what it was asked for."""

    files: dict[str, bytes]
    ranges: bool = True
    cut_after: int | None = None  # bytes of a body after which the connection breaks
    hold_after: int | None = None  # bytes of a body after which it waits for `go_on`
    go_on: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    address: str = ""


@contextmanager
def publisher() -> Iterator[Host]:
    host = Host({
        "/en.gz": zipped("\n".join(SOURCES) + "\n"), "/fr.gz": zipped("\n".join(TARGETS) + "\n"), "/en-fr.tmx.gz": memory(500),
    })  # fmt: skip

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            host.asked.append((self.path, wanted))
            body = host.files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and host.ranges else 0  # type: ignore[index]
            if start and start >= len(body):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            if host.hold_after is not None:
                self.wfile.write(body[start : start + host.hold_after])
                start += host.hold_after
                host.go_on.wait(60)
            self.wfile.write(body[start:] if host.cut_after is None else body[start : start + host.cut_after])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield host
    finally:
        host.go_on.set()
        server.shutdown()
        server.server_close()


def aligned(host: Host, rows: int = len(SOURCES)) -> DataSet:
    files = tuple(
        File(f"{host.address}{path}", len(body), hashlib.sha256(body).hexdigest())
        for path, body in ((path, host.files[path]) for path in ("/en.gz", "/fr.gz"))
    )
    return DataSet("pairs", "Pairs", "", "", ("en", "fr"), files, rows)

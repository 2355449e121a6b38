"""The app as an ASGI server: security headers, a visitor's key, a warm start. `make run` starts it.

`ATTENTION_LAB_HOST` and `ATTENTION_LAB_PORT` say where it listens (127.0.0.1:8501).
"""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import logging
import os
import re
import secrets
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http.cookies import SimpleCookie
from pathlib import Path

# One sentence goes through a model on one thread, whichever visitor asks; read by torch when it is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.server.starlette import starlette_server

from lab import close_laboratory
from model.errors import LabError
from ui import pace, static_files, train_models, wording
from ui.visitor import COOKIE

YEAR_SECONDS = 365 * 24 * 3600
COLLECTION_SECONDS = 60
SWITCH_SECONDS = 0.0005  # Python's own 5 ms let what a page has drawn so far wait behind the rest of its script, message by message
FIRST_VIEW_SECONDS = 2
PACE_SECONDS = {"opening": 0.3, "change": 0.15, "numbers": 0.4}  # what each is for: ui.pace.Pace


def inline_scripts() -> list[str]:
    """The hashes of the scripts that stand in Streamlit's own page, as a content policy names them."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]


# Components are imported from blob: addresses; Streamlit and emotion write styles inline.
CONTENT_POLICY = "; ".join((
    "default-src 'self'",
    " ".join(("script-src 'self' blob:", *inline_scripts())),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """Adds the security headers to every answer, and a random key to a page's first visitor."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if headers.get("content-type", "").startswith("text/html"):
                    static_files.tell_soon(headers)
                    if not _has_key(scope):
                        headers.append("Set-Cookie", _new_key(secure=scope["scheme"] == "https"))
            await send(message)

        await self.app(scope, receive, guarded)


def _has_key(scope: Scope) -> bool:
    return COOKIE in SimpleCookie(Headers(scope=scope).get("cookie", ""))


def _new_key(secure: bool) -> str:
    parts = [f"{COOKIE}={secrets.token_urlsafe(24)}", "Path=/", f"Max-Age={YEAR_SECONDS}", "HttpOnly", "SameSite=Lax"]
    return "; ".join([*parts, "Secure"] if secure else parts)


def warm_up() -> None:
    """Import what is heavy and load the shipped models, then take all of it out of every later garbage collection, once.

    It waits for the first view, which needs none of it and would share the processor with the import of torch.
    """
    time.sleep(FIRST_VIEW_SECONDS)
    try:
        import streamlit.emojis  # noqa: F401  (a pattern of 4,000 emojis, compiled at the first button with a label)

        from ui import readings

        for name in readings.trained_names():
            _ = readings.loaded(name).searcher
    except Exception:
        logging.getLogger(__name__).exception("the warm start failed; models are loaded when they are first asked for")
    gc.collect()
    gc.freeze()


async def _collect_by_the_clock() -> None:
    """In place of Streamlit's collection after every run of the script, which .streamlit/config.toml switches off."""
    while True:
        await asyncio.sleep(COLLECTION_SECONDS)
        await asyncio.to_thread(gc.collect)


def open_laboratory() -> None:
    """Runs of an earlier server go on, and a worker gets ready. A data folder that cannot be used ends the server with one sentence."""
    try:
        train_models.open_laboratory()
    except LabError as error:
        logging.getLogger(__name__).error("%s", error)
        logging.shutdown()
        os._exit(2)  # an exception here would be told as a failure of the web server, with a traceback


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    sys.setswitchinterval(SWITCH_SECONDS)
    vars(pace.PACE).update(PACE_SECONDS)
    await asyncio.to_thread(open_laboratory)
    threading.Thread(target=warm_up, name="warm start", daemon=True).start()
    collector = asyncio.create_task(_collect_by_the_clock())
    yield
    collector.cancel()
    with suppress(asyncio.CancelledError):
        await collector
    await asyncio.to_thread(close_laboratory)


def answer_at_once() -> None:
    """Small messages go out as they come.

    Streamlit binds a socket without naming its protocol, so asyncio does not take it for TCP and leaves Nagle's algorithm on: an answer's
    second small piece, and most of a page's messages, then wait for the browser's acknowledgement, which comes 40 ms late. What is
    accepted inherits the option from the socket that listens.
    """
    bind = starlette_server._bind_socket

    def bind_without_delay(address: str, port: int, backlog: int) -> socket.socket:
        listening = bind(address, port, backlog)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening

    starlette_server._bind_socket = bind_without_delay


# Streamlit takes a folder named pages for its automatic navigation until the first run of app.py; a server whose very
# first visitor came by a link to a page would run that page without the frame.
PagesManager.uses_pages_directory = False

app = st.App(
    Path(__file__).with_name("app.py"),
    lifespan=lifespan,
    middleware=[Middleware(Guard), Middleware(static_files.FromMemory)],
    on_script_error=wording.unexpected,
)


if __name__ == "__main__":
    answer_at_once()
    host, port = os.environ.get("ATTENTION_LAB_HOST", "127.0.0.1"), int(os.environ.get("ATTENTION_LAB_PORT", "8501"))
    app.run(config={"server.address": host, "server.port": port})

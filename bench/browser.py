"""A visitor's Chromium: found or installed, started and watched. The browser tests and `bench.pages` share it.

`python -m bench.browser` makes sure that there is one and exits 1, with one sentence, where there is not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebSocket, sync_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
MISSING = "The browser tests need Chromium: install it (Debian: apt install chromium), or name one in ATTENTION_LAB_CHROMIUM."

# No sandbox, for containers; nothing of the browser's own may reach for the network.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
LOCAL = ("127.0.0.1", "localhost", None)
PENDING_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SIZE_OF_VIEW = "() => document.body.innerText.length + document.querySelectorAll('*').length"

# Streamlit asks for its own files below the page's path on a deep link, and finds them at the root a moment later.
NOT_OURS = ("/_stcore/", "favicon")


def find() -> str | None:
    """The path of a Chromium or Chrome, or None."""
    named = os.environ.get("ATTENTION_LAB_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    for command in COMMANDS:
        path = shutil.which(command)
        if path:
            return path
    return next((path for path in MAC_APPLICATIONS if Path(path).exists()), None)


def install() -> str | None:
    """Install Debian's Chromium where that is allowed without a password; returns its path, or None."""
    if shutil.which("apt-get") is None:
        return None
    prefix: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode != 0:
            return None
        prefix = ["sudo", "-n"]
    print("No Chromium here; installing Debian's with apt-get.", file=sys.stderr, flush=True)
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        result = subprocess.run(
            [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if result.returncode != 0:
            print(result.stderr.strip()[-500:], file=sys.stderr)
    return find()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Raises `FileNotFoundError` with the sentence that says what to install."""
    path = find()
    if path is None:
        raise FileNotFoundError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One page of one fresh profile, and everything that went wrong or went out while it was open."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1280, height: int = 800, scheme: str = "light") -> None:
        self.address = address.rstrip("/")
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            accept_downloads=True,
        )
        self.page: Page = self.context.new_page()
        self.console_errors: list[str] = []
        self.page_errors: list[str] = []
        self.foreign_requests: list[str] = []
        self.frames_sent: int = 0
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.context.on("request", self._on_request)
        self.page.on("websocket", self._on_websocket)

    def open(self, path: str = "") -> Page:
        """Open a path of the app, or a whole address, and wait until it is still."""
        self.page.goto(path if "://" in path else f"{self.address}/{path.lstrip('/')}")
        settle(self.page)
        return self.page

    def close(self) -> None:
        self.context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "") if message.location else ""
        if message.type == "error" and not any(part in place for part in NOT_OURS):
            self.console_errors.append(f"{message.text} ({place})")

    def _on_request(self, request: Request) -> None:
        if urlparse(request.url).hostname not in LOCAL:
            self.foreign_requests.append(request.url)

    def _on_websocket(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda _: setattr(self, "frames_sent", self.frames_sent + 1))


NewVisit = Callable[..., Visit]


def settle(page: Page, timeout: float = 60_000) -> None:
    """Wait until no script runs and the view has stopped growing. Times in milliseconds."""
    page.wait_for_selector(IDLE, timeout=timeout)
    last = None
    for _ in range(int(timeout // 200)):
        page.evaluate(PENDING_FRAMES)
        now = (page.evaluate(SIZE_OF_VIEW), page.locator(IDLE).count())
        if now == last and now[1]:
            return
        last = now
        page.wait_for_timeout(200)
    raise TimeoutError(f"{page.url} was still changing after {timeout / 1000:.0f} s")


if __name__ == "__main__":
    if find() is None and install() is None:
        sys.exit(MISSING)

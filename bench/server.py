"""The real server as a process of its own: a free port, an empty data folder, gone at the end with all its children."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(environment: Mapping[str, str] | None = None, module: str = "server") -> Iterator[str]:
    """The address of a fresh server, `python -m` of that module. `RuntimeError` with the end of its log if it does not come up."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="attention-lab-") as folder:
        log_file = Path(folder) / "server.log"
        settings = {"ATTENTION_LAB_DATA": folder, "ATTENTION_LAB_HOST": "127.0.0.1", "ATTENTION_LAB_PORT": str(port)}
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env={**os.environ, **settings, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_until_healthy(process, f"http://127.0.0.1:{port}", log_file)
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(process)


def _wait_until_healthy(process: subprocess.Popen[bytes], address: str, log_file: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not come up within {START_SECONDS} s:\n{log_file.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole process group: first asked, then killed."""
    for request in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, request)
            process.wait(timeout=10)
            return
        except ProcessLookupError:
            process.wait(timeout=10)
            return
        except subprocess.TimeoutExpired:
            continue

"""A server started for a test or a measurement answers, and leaves nothing behind."""

from __future__ import annotations

import urllib.request

import pytest

from bench.server import running_server


def test_the_server_answers_and_is_gone_afterwards() -> None:
    with running_server() as address:
        assert urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).status == 200
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{address}/_stcore/health", timeout=5)


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(RuntimeError, match="No module named"), running_server(module="no_such_module"):
        pass

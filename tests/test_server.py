"""What the server does to its connections."""

from __future__ import annotations

import socket

import pytest
from streamlit.web.server.starlette import starlette_server

import server


def test_small_messages_go_out_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked of the accepted connection, which is the one that speaks."""
    monkeypatch.setattr(starlette_server, "_bind_socket", starlette_server._bind_socket)
    server.answer_at_once()
    with starlette_server._bind_socket("127.0.0.1", 0, 1) as listening:
        listening.setblocking(True)
        listening.listen()
        with socket.create_connection(listening.getsockname()) as visitor, listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
            assert visitor.getpeername() == listening.getsockname()

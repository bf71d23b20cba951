"""Connections are probed while they are silent."""

import socket
from contextlib import closing

import pytest
from farebox.proxy.keepalive import keep_alive


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=str)
def test_a_tcp_connection_is_probed_before_a_router_forgets_it(family: int) -> None:
    with closing(socket.socket(family)) as connection:
        keep_alive(connection)

        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        # macOS has another name for it.
        idle: int = getattr(socket, "TCP_KEEPIDLE", 0) or getattr(socket, "TCP_KEEPALIVE", 0)
        assert connection.getsockopt(socket.IPPROTO_TCP, idle) < 300


@pytest.mark.parametrize(
    ("family", "kind"), [(socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_UNIX, socket.SOCK_STREAM)], ids=str
)
def test_others_stay_as_they_are(family: int, kind: int) -> None:
    with closing(socket.socket(family, kind)) as connection:
        keep_alive(connection)

        assert not connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)

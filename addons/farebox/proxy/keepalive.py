"""TCP keep-alive: a silent peer that lives stays connected, and one that is gone is noticed within minutes.

Its probes also keep the entry of a connection in routers between us and the provider, which often last for five minutes
of silence alone.
"""

import contextlib
import socket

# Seconds until the first probe and between probes, and how many may stay unanswered.
_VALUES = (("TCP_KEEPIDLE", 60), ("TCP_KEEPALIVE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 6))


def keep_alive(connection: socket.socket) -> None:
    """Have the kernel probe `connection` while it is silent; other than TCP connections stay as they are."""
    if connection.type != socket.SOCK_STREAM or connection.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _VALUES:
            # Each system has some of them.
            if option := getattr(socket, name, None):
                connection.setsockopt(socket.IPPROTO_TCP, option, value)

"""A client that sees every byte: CONNECT, TLS, one request, and everything that is sent back."""

import contextlib
import socket
import ssl
from pathlib import Path

IDLE_SECONDS = 1.0


def exchange(proxy_port: int, ca: Path, host: str, request: bytes) -> list[bytes]:
    """Return what the proxy answered to CONNECT, what came through the tunnel, and how that ended."""
    with socket.create_connection(("127.0.0.1", proxy_port), timeout=15) as connection:
        connection.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nhost: {host}:443\r\n\r\n".encode())
        connected = b""
        while b"\r\n\r\n" not in connected:
            piece = connection.recv(65536)
            if not piece:
                return [connected, b"", b"closed"]
            connected += piece
        if b" 200 " not in connected.partition(b"\r\n")[0]:
            return [connected + _rest(connection)[0], b"", b"refused"]
        context = ssl.create_default_context(cafile=ca)
        with context.wrap_socket(connection, server_hostname=host, suppress_ragged_eofs=False) as tunnel:
            tunnel.sendall(request)
            return [connected, *_rest(tunnel)]


def _rest(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    connection.settimeout(IDLE_SECONDS)
    with contextlib.suppress(TimeoutError):
        try:
            while piece := connection.recv(65536):
                received += piece
        except (ConnectionError, ssl.SSLError) as error:
            return received, type(error).__name__.encode()
        return received, b"closed"
    return received, b"open"

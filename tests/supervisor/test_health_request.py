"""A request for health brings the body of any answer, and an OSError without one."""

import socket
import threading

import pytest
from farebox.supervisor.health_request import body_at


@pytest.fixture
def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@pytest.mark.parametrize("status", [b"200 OK", b"503 Service Unavailable"])
def test_the_body_comes_whatever_the_status(listener: socket.socket, status: bytes) -> None:
    answered(listener, b"HTTP/1.1 " + status + b"\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")

    assert body_at(f"http://127.0.0.1:{listener.getsockname()[1]}/healthz", 5.0) == b"{}"


def test_what_is_no_http_is_an_error_of_the_connection(listener: socket.socket) -> None:
    answered(listener, b"SSH-2.0-OpenSSH_9.2\r\n")

    with pytest.raises(OSError, match="no HTTP"):
        body_at(f"http://127.0.0.1:{listener.getsockname()[1]}/healthz", 5.0)


def answered(listener: socket.socket, answer: bytes) -> None:
    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(4096)
            connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()

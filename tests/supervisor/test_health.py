"""What a running sidecar tells of itself, as its own commands read it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from farebox.recorder.health import Health
from farebox.recorder.http import serve
from farebox.spool.telemetry import ClientDiagnostics, UntrustedConnections
from farebox.supervisor.health import HealthReport, ask
from prometheus_client import CollectorRegistry

SIGHTS = ClientDiagnostics(
    3, {"a.example": 1}, {"api.openai.com": 2}, (UntrustedConnections("api.groq.com", "::1", None, 1),), -40
)


@pytest.mark.parametrize(
    ("health", "told"),
    [
        (Health(1, 7, "locked", SIGHTS), HealthReport("ok", 1, "behind", 7, "locked", SIGHTS)),
        (Health(0, 0, None), HealthReport("no worker reports", 0, "ok", 0, None)),
    ],
    ids=["200", "503"],
)
def test_what_is_told_is_what_is_read(health: Health, told: HealthReport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server = serve(("127.0.0.1", 0), CollectorRegistry(), lambda: health)

    assert ask(f"http://127.0.0.1:{server.server_port}") == told

    server.shutdown()
    server.server_close()


def test_nobody_there_is_none() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

    assert ask(f"http://127.0.0.1:{port}") is None


def test_another_program_there_is_none() -> None:
    server = serve(("127.0.0.1", 0), CollectorRegistry(), lambda: Health(1, 0, None))

    assert ask(f"http://127.0.0.1:{server.server_port}/metrics?") is None

    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-demo\r\n",
        b"",
        b"HTTP/1.1 nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
        b"HTTP/1.1 503 No\r\ncontent-length: 9\r\n\r\n{",
        b"HTTP/1.1 302 Found\r\nlocation: http://[::1\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\xff\xfe",
    ],
    ids=["ssh", "closed", "status", "cut", "cut error", "redirect", "binary"],
)
def test_a_port_that_speaks_another_protocol_is_none(answer: bytes) -> None:
    with speaking(answer) as port:
        assert ask(f"http://127.0.0.1:{port}") is None


@contextmanager
def speaking(answer: bytes) -> Iterator[int]:
    """Answer one connection with `answer`."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve_one() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve_one, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)

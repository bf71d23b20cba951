"""The health of a running sidecar, as farebox's other commands read it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from farebox.recorder.health import Health
from farebox.recorder.http import serve
from farebox.spool.telemetry import ClientDiagnostics, UntrustedConnections
from farebox.supervisor.health import HealthReport, ask
from prometheus_client import CollectorRegistry

DIAGNOSTICS = ClientDiagnostics(
    3, {"a.example": 1}, {"api.openai.com": 2}, (UntrustedConnections("api.groq.com", "::1", None, 1),), -40
)


@contextmanager
def served(health: Callable[[], Health]) -> Iterator[str]:
    server = serve(("127.0.0.1", 0), CollectorRegistry(), health)
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def answered(response: bytes) -> Iterator[str]:
    """Serve one connection with `response`."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(response)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(20)


@pytest.mark.parametrize(
    ("health", "report"),
    [
        (Health(1, 7, "locked", DIAGNOSTICS), HealthReport("ok", 1, "behind", 7, "locked", DIAGNOSTICS)),
        (Health(0, 0, None), HealthReport("no worker reports", 0, "ok", 0, None)),
    ],
    ids=["200", "503"],
)
def test_the_report_is_what_the_sidecar_serves_whatever_proxy_is_set(
    health: Health, report: HealthReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    with served(lambda: health) as metrics:
        assert ask(metrics) == report


def test_no_server_is_no_report() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

    assert ask(f"http://127.0.0.1:{port}") is None


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"220 mail.example.com ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\ngone",
        b"HTTP/1.1 nonsense\r\n\r\n",
        b"HTTP/1.1 503 No\r\ncontent-length: 9\r\n\r\n{",
        b"HTTP/1.1 302 Found\r\nlocation: http://[::1\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\xff\xfe",
    ],
    ids=["closed", "not HTTP", "cut", "no report", "404", "status", "cut error", "redirect", "binary"],
)
def test_another_program_is_no_report(response: bytes) -> None:
    with answered(response) as metrics:
        assert ask(metrics) is None


@pytest.mark.parametrize("metrics", ["http://[::1", "http://a b:1", "http://::1:9464", "box:9464", "http://h:port"])
def test_a_host_that_makes_no_url_is_no_report(metrics: str) -> None:
    assert ask(metrics) is None

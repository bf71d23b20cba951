"""Clients that idle, drip or hang up keep no thread and no scrape waiting."""

import http.client
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from farebox.recorder import http_server
from farebox.recorder.http_server import CONNECTIONS_LIMIT, BoundedHTTPServer, QuietHandler

from tests.support.sidecar import wait_until

BODY = b"x" * (8 << 20)


class Handler(QuietHandler):
    def get(self) -> None:
        if self.path == "/bug":
            raise ValueError("secret")
        self.answer(200, "text/plain", BODY if self.path == "/large" else b"small")


@pytest.fixture
def server() -> Iterator[BoundedHTTPServer]:
    server = BoundedHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def connect(server: BoundedHTTPServer) -> Iterator[Callable[[], socket.socket]]:
    with ExitStack() as running:
        yield lambda: running.enter_context(socket.create_connection(("127.0.0.1", server.server_port), timeout=10))


def threads() -> int:
    return sum("process_request_thread" in thread.name for thread in threading.enumerate())


def get(server: BoundedHTTPServer, path: str = "/") -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)) as connection:
        connection.request("GET", path, headers={"Connection": "keep-alive"})
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_hundreds_of_half_sent_requests_keep_few_threads_and_no_scrape_waiting(
    server: BoundedHTTPServer, connect: Callable[[], socket.socket]
) -> None:
    idle = []
    for _ in range(450):
        idle.append(connect())
        idle[-1].sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")

    assert get(server) == (200, b"small")
    wait_until(lambda: threads() <= CONNECTIONS_LIMIT)
    # The oldest are disconnected, the newest stay.
    assert idle[0].recv(1) == b""
    idle[-1].sendall(b"yes\r\n\r\n")
    assert idle[-1].recv(15) == b"HTTP/1.0 200 OK"


def test_idle_and_half_sent_requests_end(
    server: BoundedHTTPServer, connect: Callable[[], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "IDLE_SECONDS", 0.2)
    clients = [connect() for _ in range(4)]
    for client in clients[2:]:
        client.sendall(b"GET /metr")

    assert [client.recv(1) for client in clients] == [b""] * 4
    wait_until(lambda: threads() == 0)


def test_a_connection_is_closed_after_its_answer(
    server: BoundedHTTPServer, connect: Callable[[], socket.socket]
) -> None:
    client = connect()
    client.sendall(b"GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")

    received = b""
    while piece := client.recv(65536):
        received += piece

    assert received.endswith(b"\r\n\r\nsmall")
    wait_until(lambda: threads() == 0)


def test_a_request_that_is_answered_is_disconnected_last(
    server: BoundedHTTPServer, connect: Callable[[], socket.socket]
) -> None:
    busy = connect()
    busy.sendall(b"GET /large HTTP/1.1\r\n\r\n")
    received = busy.recv(65536)
    idle = [connect() for _ in range(CONNECTIONS_LIMIT)]
    assert get(server) == (200, b"small")

    while piece := busy.recv(1 << 20):
        received += piece

    assert received.endswith(BODY)
    assert idle[0].recv(1) == b""


def test_clients_that_take_no_answer_give_way_to_others(
    server: BoundedHTTPServer, connect: Callable[[], socket.socket]
) -> None:
    for _ in range(CONNECTIONS_LIMIT):
        client = connect()
        client.sendall(b"GET /large HTTP/1.1\r\n\r\n")
        client.recv(1)

    assert get(server) == (200, b"small")


def test_a_client_that_hangs_up_leaves_no_traceback(
    server: BoundedHTTPServer,
    connect: Callable[[], socket.socket],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = connect()
    client.sendall(b"GET /large HTTP/1.1\r\n\r\n")
    client.recv(1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()

    wait_until(lambda: threads() == 0)
    assert (capfd.readouterr(), caplog.text) == (("", ""), "")


def test_a_bug_is_logged_by_its_kind_alone(
    server: BoundedHTTPServer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        get(server, "/bug")

    wait_until(lambda: threads() == 0)
    assert [record.getMessage() for record in caplog.records] == ["a request on the metrics port failed (ValueError)"]
    assert capfd.readouterr() == ("", "")
    assert get(server) == (200, b"small")

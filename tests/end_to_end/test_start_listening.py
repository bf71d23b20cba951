"""The proxy refuses connections until it can serve them, so no client sees a partial start."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import StartSidecar
from tests.support.postgres import free_port
from tests.support.sidecar import wait_until
from tests.support.upstream import Upstream

HOST = "api.openai.com"
ANSWERS = 10

pytestmark = pytest.mark.slow


def tunnelled(connection: socket.socket, bundle: Path) -> http.client.HTTPConnection:
    client = http.client.HTTPSConnection(HOST, context=ssl.create_default_context(cafile=bundle))
    client.set_tunnel(HOST)
    client._create_connection = lambda *_: connection  # type: ignore[attr-defined]
    return client


def direct(connection: socket.socket, bundle: Path) -> http.client.HTTPConnection:
    assert bundle.exists()
    client = http.client.HTTPConnection(HOST)
    client.sock = connection
    return client


def call(port: int, connect: Callable[[socket.socket], http.client.HTTPConnection]) -> str:
    """Return the status of one call, or how it failed."""
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    except ConnectionRefusedError:
        return "refused"
    with connection:
        try:
            with contextlib.closing(connect(connection)) as client:
                client.request("POST", "/v1/chat/completions", b"{}")
                return str(client.getresponse().status)
        except (OSError, AssertionError, http.client.HTTPException) as error:
            return repr(error)


@contextlib.contextmanager
def calling(port: int, connect: Callable[[socket.socket], http.client.HTTPConnection]) -> Iterator[list[str]]:
    """Call without pause for as long as the block runs; yield the results so far."""
    results: list[str] = []
    is_over = threading.Event()

    def call_on() -> None:
        while not is_over.is_set():
            results.append(call(port, connect))

    thread = threading.Thread(target=call_on)
    thread.start()
    try:
        yield results
    finally:
        is_over.set()
        thread.join(70)


@pytest.mark.parametrize("mode", ["one worker", "two workers", "reverse"])
def test_a_client_that_keeps_trying_is_refused_and_then_served(
    upstream: Upstream, start_sidecar: StartSidecar, tmp_path: Path, mode: str
) -> None:
    bundle, port, reverse_port = tmp_path / "home" / "ca-bundle.pem", free_port(), free_port()
    modes = ["--mode", f"reverse:https://{HOST}@{reverse_port}"] if mode == "reverse" else []
    workers = ["--workers", "2" if mode == "two workers" else "1"]
    to_call, client = (reverse_port, direct) if mode == "reverse" else (port, tunnelled)

    with calling(to_call, lambda connection: client(connection, bundle)) as results:
        start_sidecar(upstream, "--port", str(port), *modes, *workers)
        wait_until(lambda: results.count("200") >= ANSWERS or bool({*results} - {"refused", "200"}))

    first = results.index("200") if "200" in results else len(results)
    assert {*results[:first]} == {"refused"}
    assert {*results[first:]} == {"200"}

"""The proxy's own address as a target, however it is written: one clear answer, no row, and no loop."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from farebox.proxy.patches import own_listener
from farebox.proxy.patches.own_listener import (
    is_own,
    is_own_address_error,
    is_own_literal,
    own_address_error,
    refuse_own_address,
)
from mitmproxy.proxy.server import ConnectionHandler
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from tests.support.flows import Worker
from tests.support.live import ask, proxy

BODY = b'{"model": "gpt-4o", "messages": []}'
HEAD = b"POST http://%b/v1/chat/completions HTTP/1.1\r\nhost: %b\r\ncontent-type: application/json\r\n"
ELSEWHERE = "192.0.2.7"


@pytest.mark.parametrize(
    ("peer", "listening", "expected"),
    [
        (("127.0.0.1", 8080), [("127.0.0.1", 8080)], True),
        (("127.0.0.2", 8080), [("0.0.0.0", 8080)], True),
        (("::1", 8080, 0, 0), [("::", 8080, 0, 0)], True),
        (("::ffff:127.0.0.1", 8080, 0, 0), [("0.0.0.0", 8080)], True),
        (("127.0.0.1", 8081), [("127.0.0.1", 8080)], False),
        ((ELSEWHERE, 8080), [("0.0.0.0", 8080)], False),
        (("2001:db8::7", 8080, 0, 0), [("::", 8080, 0, 0)], False),
        (("fe80::1%nowhere", 8080, 0, 9), [("::", 8080, 0, 0)], False),
        (("127.0.0.1", 8080), [], False),
    ],
    ids=str,
)
def test_which_peers_are_farebox(peer: tuple[Any, ...], listening: list[tuple[Any, ...]], expected: bool) -> None:
    assert is_own(peer, listening) is expected


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("127.0.0.1", 8080, True),
        ("127.1", 8080, True),
        ("0x7f000001", 8080, True),
        ("2130706433", 8080, True),
        ("::ffff:7f00:1", 8080, True),
        ("LocalHost.", 8080, True),
        ("127.0.0.1", 8081, False),
        (ELSEWHERE, 8080, False),
        ("llm.example.net", 8080, False),
        ("a" * 300, 8080, False),
    ],
)
def test_which_targets_are_farebox_before_anything_is_connected(
    monkeypatch: pytest.MonkeyPatch, host: str, port: int, expected: bool
) -> None:
    monkeypatch.setattr(own_listener, "_listening", lambda _protocol: [("0.0.0.0", 8080)])

    assert is_own_literal(host, port) is expected


def test_another_spelling_of_the_proxy_s_address_is_not_connected_to(tmp_path: Path) -> None:
    async def answered(worker: Worker) -> bytes:
        async with proxy(worker.connections, worker.sidecar) as [port]:
            head = b"CONNECT 127.1:%d HTTP/1.1\r\nhost: 127.1\r\n\r\n" % port
            return await ask(port, head, until=b"early connections.")

    with Worker(tmp_path / "home") as worker:
        received = asyncio.run(answered(worker))
        seen = worker.diagnostics.snapshot()

    assert received.partition(b" ")[2][:3] == b"502"
    # The client's own connection alone.
    assert (seen.connections, seen.own_address) == (1, 1)


def test_every_address_of_this_machine_is_its_own() -> None:
    own = {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)}

    assert {is_own((address, 8080), [("0.0.0.0", 8080)]) for address in own} == {True}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (own_address_error(), True),
        (f"Connection killed: {own_address_error()}", True),
        (f"Cannot parse HTTP response: {own_address_error()}", False),
        (None, False),
    ],
)
def test_an_upstream_cannot_claim_to_be_the_proxy(message: str | None, expected: bool) -> None:
    assert is_own_address_error(message) is expected


class ToItself:
    """Connects every server to the proxy's own port, as a name server or a route that is wrong can."""

    port = 0

    def server_connect(self, data: ServerConnectionHookData) -> None:
        data.server.address = ("127.0.0.1", self.port)


@pytest.mark.parametrize("is_tunnel", [False, True], ids=["plain", "CONNECT"])
def test_a_connection_that_reaches_the_proxy_itself_gets_one_clear_answer_and_no_row(
    tmp_path: Path, is_tunnel: bool
) -> None:
    async def answered(worker: Worker) -> bytes:
        astray = ToItself()
        async with proxy(worker.connections, worker.sidecar, astray, host="0.0.0.0") as [astray.port]:
            if is_tunnel:
                head = b"CONNECT llm.example.net:443 HTTP/1.1\r\nhost: llm.example.net:443\r\n\r\n"
                return await ask(astray.port, head, until=b"early connections.")
            body = b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)
            return await ask(astray.port, HEAD % (b"llm.example.net", b"llm.example.net") + body)

    refuse_own_address()
    with Worker(tmp_path / "home", intercept={"all": True}) as worker:
        received = asyncio.run(answered(worker))
        readings, counted = worker.readings(), worker.diagnostics.snapshot().own_address

    assert received.partition(b" ")[2][:3] == b"502"
    assert b"this is the proxy&#x27;s own address" in received or own_address_error().encode() in received
    assert (readings, counted) == ([], 1)


def test_the_patch_fits_this_mitmproxy() -> None:
    """If this fails, mitmproxy's code has changed: see whether it compares addresses itself."""
    refuse_own_address()

    assert ConnectionHandler.open_connection is own_listener._PATCH.replacement

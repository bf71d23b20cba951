"""The proxy's own address as a target, however it is written: one clear answer, no row, and no loop."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from farebox.proxy.patches import own_listener
from farebox.proxy.patches.own_listener import is_own, is_own_address_error, own_address_error, refuse_own_address
from mitmproxy.proxy.server import ConnectionHandler

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


@pytest.mark.parametrize("is_tunnel", [False, True], ids=["plain", "CONNECT"])
def test_each_spelling_of_the_proxy_s_own_address_gets_one_clear_answer_and_no_row(
    tmp_path: Path, is_tunnel: bool
) -> None:
    names = ["127.0.0.2", "127.1", "2130706433", "[::ffff:127.0.0.1]", "LOCALHOST", "127.0.0.1"]

    async def answers(worker: Worker) -> list[bytes]:
        async with proxy(worker.connections, worker.sidecar, host="0.0.0.0") as [port]:
            at = [f"{name}:{port}".encode() for name in names]
            if is_tunnel:
                return [
                    await ask(port, b"CONNECT %b HTTP/1.1\r\nhost: %b\r\n\r\n" % (a, a), until=b"early connections.")
                    for a in at
                ]
            # The last name routes: path prefixes make it a base URL.
            body = b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)
            return [await ask(port, HEAD % (a, a) + body) for a in at[:-1]]

    refuse_own_address()
    with Worker(tmp_path / "home", intercept={"all": True}) as worker:
        received = asyncio.run(answers(worker))
        readings, counted = worker.readings(), worker.diagnostics.snapshot().own_address

    assert [answer.partition(b" ")[2][:3] for answer in received] == [b"502"] * len(received)
    assert [
        b"this is the proxy&#x27;s own address" in answer or own_address_error().encode() in answer
        for answer in received
    ] == [True] * len(received)
    assert (readings, counted) == ([], len(received))


def test_stock_mitmproxy_connects_to_itself() -> None:
    """If this fails, mitmproxy has mended it, and the patch can go."""

    async def established() -> bytes:
        async with proxy(host="0.0.0.0") as [port]:
            return await ask(port, b"CONNECT 127.0.0.2:%d HTTP/1.1\r\n\r\n" % port, until=b"\r\n\r\n")

    before = ConnectionHandler.open_connection
    ConnectionHandler.open_connection = own_listener._open_connection  # type: ignore[method-assign]
    try:
        assert b"200 Connection established" in asyncio.run(established())
    finally:
        ConnectionHandler.open_connection = before  # type: ignore[method-assign]

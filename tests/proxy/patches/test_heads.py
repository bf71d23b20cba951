"""A head that does not end is refused before it fills the memory."""

import asyncio
from pathlib import Path

import pytest
from farebox.proxy.patches import heads
from farebox.proxy.patches.heads import LIMIT, bound_heads
from mitmproxy.proxy.layers.http._http1 import Http1Server

from tests.proxy.patches.test_interim import answer_of
from tests.support.live import ask, call, proxy, upstream

# A peer that is cut while it still sends leaves its socket to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
ENDLESS = b"x-filler: " + b"x" * (LIMIT + 65536)


def test_a_request_s_head_is_bounded() -> None:
    bound_heads()

    async def refused() -> bytes:
        async with proxy() as [port]:
            return await ask(port, b"GET http://127.0.0.1/ HTTP/1.1\r\n" + ENDLESS, until=b"</html>")

    received = asyncio.run(refused())

    assert received.startswith(b"HTTP/1.1 431 ")
    assert b"The head of the request is longer than 256 KiB." in received


def test_an_answer_s_head_is_bounded(tmp_path: Path) -> None:
    bound_heads()

    received, outcomes = answer_of(tmp_path / "home", [b"HTTP/1.1 200 OK\r\n", ENDLESS], until=b"</html>")

    assert (received[:12], outcomes) == (b"HTTP/1.1 502", ["network_error None"])


def test_heads_of_usual_length_pass() -> None:
    bound_heads()

    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"messages")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await writer.drain()

    async def answer() -> bytes:
        async with upstream(answering) as server, proxy() as [port]:
            return await ask(port, call(server, headers=b"x-long: %b\r\n" % (b"x" * 60000)), until=b"{}")

    assert asyncio.run(answer()).endswith(b"\r\n\r\n{}")


def test_stock_mitmproxy_keeps_collecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, mitmproxy has a bound of its own, and the patch can go."""
    monkeypatch.setattr(Http1Server, "read_headers", heads._read_request_head)

    async def waiting() -> bytes:
        async with proxy() as [port]:
            return await ask(port, b"GET http://127.0.0.1/ HTTP/1.1\r\n" + ENDLESS, seconds=0.5)

    with pytest.raises(TimeoutError):
        asyncio.run(waiting())

"""Trailer fields over HTTP/1.1 pass in both directions, and the call is a row."""

import asyncio
from pathlib import Path

import h11
import pytest
from farebox.proxy.patches import trailers
from farebox.proxy.patches.trailers import pass_trailers
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server

from tests.support.flows import ANSWER, Worker
from tests.support.live import ask, call, proxy, upstream

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
TAIL = b"0\r\nx-checksum: 1234\r\nserver-timing: a;dur=1\r\n\r\n"
CHUNKS = b"%x\r\n%b\r\n" % (len(ANSWER), ANSWER)
BODY = b'{"model": "gpt-4o", "messages": []}'


async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"messages")
    writer.write(HEAD + CHUNKS + TAIL)
    await writer.drain()
    await reader.read()


def test_an_answer_s_trailer_fields_reach_the_client(tmp_path: Path) -> None:
    pass_trailers()

    async def answer(worker: Worker) -> bytes:
        async with upstream(answering) as server, proxy(worker.connections, worker.sidecar) as [port]:
            return await ask(port, call(server), until=b"dur=1\r\n\r\n")

    with Worker(tmp_path / "home") as worker:
        received = asyncio.run(answer(worker))
        [reading] = worker.readings()

    assert received == HEAD + CHUNKS + TAIL
    assert (reading.outcome, reading.usage.input_tokens) == ("ok", 9)


def test_a_request_s_trailer_fields_reach_the_server(tmp_path: Path) -> None:
    pass_trailers()
    arrived: list[bytes] = []

    async def receiving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(await reader.readuntil(b"x-end: 1\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await writer.drain()

    async def answer(worker: Worker) -> bytes:
        async with upstream(receiving) as server, proxy(worker.connections, worker.sidecar) as [port]:
            head = (
                b"POST http://127.0.0.1:%d/v1/chat/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n" % server
            )
            return await ask(port, head + b"%x\r\n%b\r\n0\r\nx-end: 1\r\n\r\n" % (len(BODY), BODY), until=b"{}")

    with Worker(tmp_path / "home") as worker:
        assert asyncio.run(answer(worker)).endswith(b"{}")
        assert [reading.outcome for reading in worker.readings()] == ["ok"]

    assert arrived[0].endswith(b"%x\r\n%b\r\n0\r\nx-end: 1\r\n\r\n" % (len(BODY), BODY))


def test_two_answers_on_one_connection_keep_their_own_trailer_fields(tmp_path: Path) -> None:
    pass_trailers()

    async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for tail in (TAIL, b"0\r\n\r\n"):
            await reader.readuntil(b"messages")
            writer.write(HEAD + CHUNKS + tail)
            await writer.drain()
        await reader.read()

    async def answers(worker: Worker) -> list[bytes]:
        async with upstream(twice) as server, proxy(worker.connections, worker.sidecar) as [port]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            received = []
            for end in (b"dur=1\r\n\r\n", b"0\r\n\r\n"):
                writer.write(call(server))
                async with asyncio.timeout(5):
                    received.append(await reader.readuntil(end))
            writer.close()
            return received

    with Worker(tmp_path / "home") as worker:
        assert asyncio.run(answers(worker)) == [HEAD + CHUNKS + TAIL, HEAD + CHUNKS + b"0\r\n\r\n"]


def test_stock_mitmproxy_lets_the_client_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, mitmproxy has mended it, and the patch can go."""
    monkeypatch.setattr(Http1Server, "send", trailers._send_answer)
    monkeypatch.setattr(Http1Client, "send", trailers._send_request)
    monkeypatch.delattr(Http1Connection, "body_reader", raising=False)

    async def answer() -> bytes:
        async with upstream(answering) as server, proxy() as [port]:
            return await ask(port, call(server), until=b"dur=1\r\n\r\n", seconds=1.0)

    with pytest.raises(TimeoutError):
        asyncio.run(answer())


def test_bodies_without_trailer_fields_are_read_as_before() -> None:
    reader = trailers._TrailerReader(ChunkedReader(), None)  # type: ignore[arg-type]
    buffer = ReceiveBuffer()
    buffer += b"2\r\n{}\r\n0\r\n\r\n"

    events = []
    while not isinstance(event := reader(buffer), h11.EndOfMessage):
        events.append(event)

    assert b"".join(bytes(event.data) for event in events if isinstance(event, h11.Data)) == b"{}"
    assert not event.headers

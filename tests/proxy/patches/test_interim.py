"""Interim answers are no answers."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from farebox.proxy.patches import heads
from farebox.proxy.patches.heads import bound_heads
from farebox.proxy.patches.interim import drop_interim
from h11._receivebuffer import ReceiveBuffer
from mitmproxy.proxy.events import DataReceived
from mitmproxy.proxy.layers.http._http1 import Http1Client
from mitmproxy.test import tutils

from tests.support.flows import ANSWER, Worker
from tests.support.live import ask, call, proxy, upstream

HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n"
PROCESSING = b"HTTP/1.1 102\r\n\r\n"
FINAL = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER)


@pytest.mark.parametrize(
    ("received", "kept"),
    [
        (HINTS + FINAL, FINAL),
        (PROCESSING + HINTS + FINAL, FINAL),
        (HINTS, b""),
        (HINTS[:-2], HINTS[:-2]),
        (FINAL, FINAL),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
        (b"HTTP/1.1 1", b"HTTP/1.1 1"),
        (b"", b""),
    ],
)
def test_only_whole_heads_of_interim_answers_are_dropped(received: bytes, kept: bytes) -> None:
    buffer = ReceiveBuffer()
    buffer += received

    drop_interim(buffer)

    assert bytes(buffer) == kept


def answer_of(home: Path, pieces: list[bytes], until: bytes = ANSWER) -> tuple[bytes, list[str]]:
    """Return what a client gets from a server that sends `pieces`, and the outcomes of its calls."""

    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"messages")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.05)
        await reader.read()

    async def answer(worker: Worker) -> bytes:
        async with upstream(answering) as server, proxy(worker.connections, worker.sidecar) as [port]:
            return await ask(port, call(server), until=until)

    with Worker(home) as worker:
        received = asyncio.run(answer(worker))
        return received, [f"{reading.outcome} {reading.status}" for reading in worker.readings()]


def test_mitmproxy_reads_the_head_without_interim_ones_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    def read_headers(connection: Any, _event: object) -> Iterator[Any]:
        seen.append(bytes(connection.buf))
        yield from ()

    monkeypatch.setattr(heads, "_read_response_head", read_headers)
    buffer = ReceiveBuffer()
    buffer += HINTS + FINAL
    conn: Any = SimpleNamespace(tls_established=False)
    connection: Any = SimpleNamespace(
        buf=buffer, request=tutils.treq(), state=None, read_headers=read_headers, conn=conn
    )

    list(heads._bounded_response_head(connection, DataReceived(conn, b"")))

    assert seen == [FINAL]


def test_the_patch_fits_this_mitmproxy() -> None:
    """If this fails, mitmproxy's code has changed: see whether it reads interim answers itself."""
    bound_heads()

    assert Http1Client.read_headers is heads._CLIENT.replacement

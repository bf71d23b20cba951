"""Interim answers are no answers."""

import asyncio
from pathlib import Path

import pytest
from farebox.proxy.patches import heads
from farebox.proxy.patches.heads import bound_heads
from farebox.proxy.patches.interim import drop_interim
from h11._receivebuffer import ReceiveBuffer
from mitmproxy.proxy.layers.http._http1 import Http1Client

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


def test_the_answer_after_interim_ones_is_the_answer(tmp_path: Path) -> None:
    bound_heads()

    pieces = [PROCESSING, HINTS[:20], HINTS[20:] + FINAL[:30], FINAL[30:]]
    assert answer_of(tmp_path / "home", pieces) == (FINAL, ["ok 200"])


def test_stock_mitmproxy_takes_the_first_one_for_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, mitmproxy has mended it, and the patch can go."""
    monkeypatch.setattr(Http1Client, "read_headers", heads._read_response_head)

    received, outcomes = answer_of(tmp_path / "home", [HINTS, FINAL], until=b"\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 103")
    assert outcomes != ["ok 200"]

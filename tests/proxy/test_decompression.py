"""Bodies of requests are decompressed beside the traffic, up to a limit, and read once that is done."""

import asyncio
import gzip
import os
import threading
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.proxy import decompression
from farebox.proxy.decompression import AT_ONCE, Decompressor
from farebox.proxy.memory_budget import MemoryBudget
from farebox.records.reading import Reading
from farebox.wire.content import decoded_start, start_limit
from mitmproxy import http

from tests.support.flows import JSON, Worker, answered, flow_of, whole

TEXT = os.urandom(2 * AT_ONCE).hex(" ").encode()
BUDGET = {"name": "all", "scope": "all", "limit": "1 USD", "window": "month", "enforce": "refuse"}
BODY = b'{"messages": [{"role": "user", "content": "%b"}], "model": "gpt-4o"}' % TEXT
PACKED = gzip.compress(BODY)
BOMB = gzip.compress(b'{"model": "gpt-4o", "messages": "' + b" " * (64 << 20) + b'"}')


def packed(body: bytes = PACKED) -> http.HTTPFlow:
    flow = flow_of(headers={**JSON, "content-encoding": "gzip"})
    flow.request.raw_content = body
    return flow


async def played(worker: Worker, flow: http.HTTPFlow) -> Reading:
    """Play the hooks of one call as mitmproxy does, each add-on in turn."""
    sidecar, decompressor = worker.sidecar, worker.sidecar.decompressor
    sidecar.requestheaders(flow)
    await whole(decompressor.request(flow))
    sidecar.request(flow)
    answered(flow)
    await whole(decompressor.responseheaders(flow))
    sidecar.responseheaders(flow)
    sidecar._answered(flow)
    [reading] = worker.readings()
    return reading


def test_a_large_body_is_decompressed_in_a_thread_and_read_as_before(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def seen(data: bytes, encodings: str | None, limit: int) -> tuple[bytes, bool]:
        threads.append(threading.current_thread())
        return decoded_start(data, encodings, limit)

    monkeypatch.setattr(decompression, "decoded_start", seen)

    reading = asyncio.run(played(worker, packed()))

    assert (reading.model_requested, reading.request_bytes) == ("gpt-4o", len(PACKED))
    assert (reading.sizes.prompt_bytes or 0) >= len(TEXT)
    assert threading.main_thread() not in threads
    assert len(threads) == 1


def test_what_a_few_bytes_become_is_bounded(worker: Worker) -> None:
    flow = packed(BOMB)

    reading = asyncio.run(played(worker, flow))

    assert (reading.model_requested, reading.sizes.prompt_bytes) == ("gpt-4o", None)
    assert flow.request.raw_content == BOMB
    assert start_limit(len(BOMB)) < 4 << 20


def test_a_call_that_ends_before_its_body_is_decompressed_has_a_row(worker: Worker) -> None:
    async def ended() -> None:
        flow = packed()
        worker.sidecar.requestheaders(flow)
        await whole(worker.sidecar.decompressor.request(flow))
        worker.sidecar.error(flow)

    asyncio.run(ended())

    [reading] = worker.readings()
    assert (reading.model_requested, reading.request_bytes) == (None, len(PACKED))


def test_an_error_waits_for_the_body(worker: Worker) -> None:
    async def failed() -> None:
        flow = packed()
        worker.sidecar.requestheaders(flow)
        await whole(worker.sidecar.decompressor.request(flow))
        await whole(worker.sidecar.decompressor.error(flow))
        worker.sidecar.error(flow)

    asyncio.run(failed())

    [reading] = worker.readings()
    assert reading.model_requested == "gpt-4o"


def test_a_budget_gets_the_body_before_the_request_goes_out(tmp_path: Path) -> None:
    with Worker(tmp_path / "home", budgets=[BUDGET]) as worker:

        async def asked() -> bool:
            flow = packed()
            worker.sidecar.requestheaders(flow)
            await whole(worker.sidecar.decompressor.request(flow))
            decoding = worker.sidecar._open[flow.id].decoding
            return decoding is not None and decoding.done()

        assert asyncio.run(asked())


@pytest.mark.parametrize(
    ("room", "model"), [(start_limit(len(PACKED)), "gpt-4o"), (0, None)], ids=["in memory", "beyond it"]
)
def test_bodies_have_a_bound_together_beyond_which_only_their_heads_are_read(room: int, model: str | None) -> None:
    long = b'{"messages": "%b", "model": "gpt-4o"}' % b64encode(os.urandom(1 << 20))
    memory = MemoryBudget(room and start_limit(len(long)))
    sent = packed(gzip.compress(long))

    async def decompressed(find: Callable[[str], object]) -> None:
        decompressor = Decompressor(find, memory)  # type: ignore[arg-type]
        await whole(decompressor.request(sent))
        await whole(decompressor.responseheaders(sent))
        decompressor.done()

    class Found:
        sent_start = sent.request.raw_content
        decoding: asyncio.Task[tuple[bytes, bool]] | None = None

    found = Found()
    asyncio.run(decompressed(lambda _id: found))
    assert found.decoding
    body, is_whole = found.decoding.result()
    assert is_whole is bool(model)
    assert (len(body) == len(long)) is bool(model)
    assert memory.used == (len(long) if room else 0)

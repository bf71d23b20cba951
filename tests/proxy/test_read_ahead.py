"""A larger request is read in pieces while the provider works, and other work goes on between them."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from farebox.metering.call import AT_ONCE
from farebox.records.reading import Reading
from mitmproxy import http

from tests.support.flows import JSON, Worker, answered, flow_of, whole

# In the forms that are decoded whole, and of which the ends are read.
BODIES = {
    size: json.dumps(
        {"model": "gpt-5", "temperature": 0.5, "messages": [{"role": "user", "content": "Hello"}] * number, "n": 2}
    ).encode()
    for size, number in (("small", 20), ("decoded", 4_000), ("large", 40_000))
}


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    with Worker(tmp_path) as worker:
        yield worker


def sent(worker: Worker, body: bytes, **headers: str) -> http.HTTPFlow:
    """Return the flow of a request that has gone out, with all hooks of it but those of the answer."""
    flow = flow_of(body=body, headers={**JSON, "content-length": str(len(body)), **headers})
    flow.request.headers["content-length"] = str(len(body))
    worker.sidecar.requestheaders(flow)
    if callable(flow.request.stream):
        for start in range(0, len(body), 65_535):
            flow.request.stream(body[start : start + 65_535])
        flow.request.raw_content = None
    worker.sidecar.read_ahead.request(flow)
    worker.sidecar.request(flow)
    return flow


async def finished(worker: Worker, flow: http.HTTPFlow) -> Reading:
    answered(flow)
    await whole(worker.sidecar.read_ahead.responseheaders(flow))
    worker.sidecar.responseheaders(flow)
    await whole(worker.sidecar.response(flow))
    return worker.readings()[-1]


def bare(reading: Reading) -> Reading:
    """Return `reading` without what differs between two calls."""
    own = {"id": "", "started_at": 0, "duration_ms": 0, "ttfb_ms": 0, "overhead_us": 0}
    return msgspec.structs.replace(reading, **own)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_row_is_the_same_whether_its_request_is_read_ahead_or_with_the_answer(worker: Worker, body: bytes) -> None:
    async def played(*, ahead: bool) -> Reading:
        flow = sent(worker, body)
        if ahead and len(body) > AT_ONCE:
            reading = worker.sidecar._open[flow.id].read_ahead
            assert reading is not None
            await reading
        elif not ahead:
            worker.sidecar._open[flow.id].read_ahead = None
        return await finished(worker, flow)

    ahead, late = asyncio.run(played(ahead=True)), asyncio.run(played(ahead=False))

    assert bare(ahead) == bare(late)
    assert (ahead.model_requested, ahead.request_bytes) == ("gpt-5", len(body))
    assert ahead.params is not None
    assert ahead.params["n"] == 2


def test_other_work_goes_on_while_a_request_is_read(worker: Worker) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def played() -> Reading:
        flow, other = sent(worker, BODIES["large"]), asyncio.create_task(others())
        reading = await finished(worker, flow)
        other.cancel()
        return reading

    reading = asyncio.run(played())

    assert reading.model_requested == "gpt-5"
    assert turns > 10


def test_what_another_add_on_changes_after_it_was_read_is_read_again(worker: Worker) -> None:
    async def played() -> Reading:
        flow = sent(worker, BODIES["decoded"])
        reading = worker.sidecar._open[flow.id].read_ahead
        assert reading is not None
        await reading
        flow.request.raw_content = BODIES["decoded"].replace(b"gpt-5", b"gpt-4")
        return await finished(worker, flow)

    assert asyncio.run(played()).model_requested == "gpt-4"


def test_a_small_or_compressed_request_is_read_with_the_answer(worker: Worker) -> None:
    async def tasks(body: bytes, **headers: str) -> bool:
        flow = sent(worker, body, **headers)
        return worker.sidecar._open[flow.id].read_ahead is None

    assert asyncio.run(tasks(BODIES["small"]))
    assert asyncio.run(tasks(BODIES["large"], **{"content-encoding": "gzip"}))


def test_a_call_that_ends_while_its_request_is_read_has_a_row(worker: Worker) -> None:
    async def played() -> None:
        flow = sent(worker, BODIES["large"])
        reading = worker.sidecar._open[flow.id].read_ahead
        assert reading is not None
        await asyncio.sleep(0)
        flow.error = None
        worker.sidecar.error(flow)
        await asyncio.wait_for(reading, 10)

    asyncio.run(played())

    [reading] = worker.readings()
    assert reading.model_requested == "gpt-5"


def test_a_fault_while_a_request_is_read_ahead_is_told_when_the_answer_begins(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_request: object) -> tuple[object, ...]:
        raise ValueError("a bug")

    async def played() -> None:
        flow = sent(worker, BODIES["decoded"])
        exchange = worker.sidecar._open[flow.id]
        with monkeypatch.context() as patch:
            patch.setattr("farebox.proxy.exchange.mark_of", broken)
            assert exchange.read_ahead is not None
            await exchange.read_ahead
        await finished(worker, flow)

    asyncio.run(played())

    [reading] = worker.readings()
    assert reading.model_requested == "gpt-5"

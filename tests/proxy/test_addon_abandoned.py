"""A client that is gone ends its calls, also after a crash inside mitmproxy."""

import asyncio
from pathlib import Path

import pytest
from farebox.proxy import addon
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.test import tflow

from tests.support.flows import Worker, exchange_of, flow_of
from tests.support.live import ask, call, proxy, upstream


async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"messages")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
    await writer.drain()


def test_a_call_in_which_mitmproxy_crashed_is_a_row_once_its_client_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_arguments: object) -> None:
        raise RuntimeError("this stands for a fault of mitmproxy")

    monkeypatch.setattr(addon, "ABANDONED_SECONDS", 0.05)
    monkeypatch.setattr(HttpStream, "start_response_stream", crash)
    monkeypatch.setattr(addon, "is_small_and_plain", lambda *_, **__: False)

    async def leave(worker: Worker) -> None:
        async with upstream(answering) as server, proxy(worker.connections, worker.sidecar) as [port]:
            with pytest.raises(TimeoutError):
                await ask(port, call(server), seconds=0.5)
            assert worker.sidecar._inflight == 1
            await asyncio.sleep(0.5)
            assert worker.sidecar._inflight == 0

    with Worker(tmp_path / "home") as worker:
        asyncio.run(leave(worker))
        [reading] = worker.readings()

    assert (reading.outcome, reading.model_requested) == ("client_abort", "gpt-4o")


def test_only_the_calls_of_that_client_end(worker: Worker) -> None:
    gone, here = flow_of(), flow_of()
    # mitmproxy's own flows for tests share a client.
    here.client_conn = tflow.tclient_conn()
    for flow in (gone, here):
        worker.sidecar.requestheaders(flow)
    gone.client_conn.state = ConnectionState.CLOSED

    worker.sidecar._abandon(gone.client_conn)

    assert [reading.outcome for reading in worker.readings()] == ["client_abort"]
    assert list(worker.sidecar._open) == [here.id]


def test_an_exchange_knows_its_client() -> None:
    flow = flow_of()

    assert exchange_of(flow).client is flow.client_conn

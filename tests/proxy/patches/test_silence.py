"""A connection that we end after a silence was not ended by its client."""

import asyncio
import socket
from pathlib import Path

from farebox.proxy.patches import silence
from farebox.proxy.patches.silence import mark_silent_clients, was_silent
from mitmproxy import ctx
from mitmproxy.proxy.server import ConnectionHandler
from mitmproxy.test import tflow

from tests.support.flows import Worker
from tests.support.live import ask, call, proxy, upstream


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(65536):
        pass


async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"messages")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")
    await writer.drain()


def outcomes(home: Path) -> list[str]:
    """Return the outcomes of a call that is silent for longer than a timeout of one second."""

    async def cut(worker: Worker) -> None:
        addons = (worker.connections, worker.sidecar)
        async with upstream(silent) as server, proxy(*addons, tcp_timeout=1) as [port]:
            assert await ask(port, call(server)) == b""

    with Worker(home) as worker:
        asyncio.run(cut(worker))
        return [reading.outcome for reading in worker.readings()]


def test_a_call_that_our_timeout_cuts_is_our_own_cut(tmp_path: Path) -> None:
    mark_silent_clients()

    assert outcomes(tmp_path / "home") == ["sidecar_stop"]


def test_stock_mitmproxy_does_not_tell_it_from_a_client_that_leaves(tmp_path: Path) -> None:
    """If this fails, mitmproxy has mended it, and the patch can go."""
    ConnectionHandler.on_timeout = silence._on_timeout  # type: ignore[method-assign]
    try:
        assert outcomes(tmp_path / "home") == ["client_abort"]
    finally:
        mark_silent_clients()


def test_other_clients_are_not_marked() -> None:
    assert not was_silent(tflow.tclient_conn())


def test_both_sides_of_a_call_are_kept_alive(tmp_path: Path) -> None:
    seen: list[int] = []

    class Look:
        def response(self, _flow: object) -> None:
            [handler] = ctx.master.addons.get("proxyserver").connections.values()
            for transport in handler.transports.values():
                connection = transport.writer.get_extra_info("socket")
                seen.append(connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    async def answered(worker: Worker) -> None:
        addons = (worker.connections, worker.sidecar, Look())
        async with upstream(answering) as server, proxy(*addons) as [port]:
            await ask(port, call(server), until=b"{}")

    with Worker(tmp_path / "home") as worker:
        asyncio.run(answered(worker))

    assert seen == [1, 1]

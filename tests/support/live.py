"""mitmproxy with given add-ons in this process and its event loop: for tests of what its layers do on the wire."""

import asyncio
import logging
import os
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

SECONDS = 10.0
# All tests share a CA: a key takes a second to make.
CONFDIR = str(Path(tempfile.gettempdir()) / f"farebox-tests-{os.getuid()}")


@asynccontextmanager
async def proxy(
    *addons: object, modes: tuple[str, ...] = ("regular",), host: str = "127.0.0.1", **options: Any
) -> AsyncIterator[list[int]]:
    """Run mitmproxy on free ports; yield the port of each mode."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    master = DumpMaster(
        Options(listen_host=host, listen_port=0, mode=list(modes)), with_termlog=False, with_dumper=False
    )
    master.addons.add(*addons)
    master.options.update(confdir=CONFDIR, **options)
    running = asyncio.create_task(master.run())
    server: Proxyserver = master.addons.get("proxyserver")
    try:
        async with asyncio.timeout(SECONDS):
            while len(server.listen_addrs()) < len(modes):  # noqa: ASYNC110 - mitmproxy has no event for it
                await asyncio.sleep(0.005)
        by_mode = {one.mode.full_spec: one.listen_addrs[0][1] for one in server.servers}
        yield [by_mode[mode] for mode in modes]
    finally:
        master.shutdown()
        async with asyncio.timeout(SECONDS):
            await running
            for one in server.servers:
                if one.is_running:
                    await one.stop()
            await _close_all()
        root.handlers[:] = handlers


async def _close_all() -> None:
    """Close what would end with the event loop alone; a connection that is closed by TLS waits for its other end."""
    open_ones: Mapping[int, asyncio.Transport] = asyncio.get_running_loop()._transports  # type: ignore[attr-defined]
    for transport in list(open_ones.values()):
        transport.abort()
    # Each is closed in a later turn of the loop.
    for _ in range(5):
        await asyncio.sleep(0)


@asynccontextmanager
async def upstream(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Serve each connection on a free port of 127.0.0.1 by `answer`; yield the port."""
    tasks: set[asyncio.Task[None]] = set()
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await answer(reader, writer)
        writer.close()
        tasks.discard(task)
        writers.add(writer)

    started = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield started.sockets[0].getsockname()[1]
    finally:
        started.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0.02)


def call(port: int, body: bytes = b'{"model": "gpt-4o", "messages": []}', headers: bytes = b"") -> bytes:
    """Return a chat completion's request to a server at `port`, as it is sent to a proxy."""
    head = b"POST http://127.0.0.1:%d/v1/chat/completions HTTP/1.1\r\ncontent-type: application/json\r\n%b" % (
        port,
        headers,
    )
    return b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body)


async def ask(
    port: int, request: bytes, *, until: bytes = b"", seconds: float = SECONDS, tls: ssl.SSLContext | None = None
) -> bytes:
    """Send `request` to a port of this machine; return what comes back, up to `until` or the connection's end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    received = b""
    try:
        writer.write(request)
        with suppress(ConnectionError):
            async with asyncio.timeout(seconds):
                while not (until and until in received) and (piece := await reader.read(65536)):
                    received += piece
    finally:
        writer.close()
        if writer.transport.get_write_buffer_size():
            # The proxy takes no more.
            writer.transport.abort()
    return received

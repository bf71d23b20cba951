"""A company's proxy: it asks for a password, and tunnels every host to one port of this machine."""

import asyncio
import base64
import contextlib
import threading
from collections.abc import AsyncIterator
from typing import Self

USER = "clerk:p@ss word"
ASKS = b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n"


class CompanyProxy:
    """Runs on a thread of its own; `port` is its own, `tunnels` counts those that it opened. `user` may be empty."""

    def __init__(self, target: int, user: str = USER) -> None:
        self._target = target
        self._secret = b"Basic " + base64.b64encode(user.encode()) if user else b""
        self.port = 0
        self.tunnels = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve(started))

    async def _serve(self, started: threading.Event) -> None:
        self._stopping = asyncio.Event()
        self._tunnels = set[asyncio.Task[None]]()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._stopping.wait()
        server.close()
        # A client may keep its connection: each is closed before the loop is.
        for tunnel in self._tunnels:
            tunnel.cancel()
        await asyncio.gather(*self._tunnels, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tunnels.add(task)
        task.add_done_callback(self._tunnels.discard)
        async with _closed(writer):
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._tunnel(reader, writer)

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = (line.partition(b":") for line in head.split(b"\r\n"))
        stated = [value.strip() for name, _, value in lines if name.lower() == b"proxy-authorization"]
        if self._secret and stated != [self._secret]:
            writer.write(ASKS)
            return
        self.tunnels += 1
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        async with _closed(back):
            await asyncio.gather(_copy(reader, back), _copy(there, writer))


@contextlib.asynccontextmanager
async def _closed(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Close `writer` at the end, and wait until it is."""
    try:
        yield
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(1 << 16):
            target.write(data)
            await target.drain()
    target.close()

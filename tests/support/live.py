"""mitmproxy with given add-ons in this process and its event loop: for tests of what its layers do on the wire."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

SECONDS = 10.0


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
    master.options.update(**options)
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
            await server.servers.update([])
        root.handlers[:] = handlers


async def ask(port: int, request: bytes, *, until: bytes = b"", seconds: float = SECONDS) -> bytes:
    """Send `request` to a port of this machine; return what comes back, up to `until` or the connection's end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = b""
    try:
        writer.write(request)
        async with asyncio.timeout(seconds):
            while not (until and until in received) and (piece := await reader.read(65536)):
                received += piece
    finally:
        writer.close()
    return received

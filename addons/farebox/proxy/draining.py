"""The end of a worker: stop listening, and wait until everything is sent."""

import asyncio
import time
from collections.abc import Callable

from mitmproxy.addons.proxyserver import Proxyserver


async def drain(
    proxy: Proxyserver, is_idle: Callable[[], bool], is_hurried: Callable[[], bool], seconds: float
) -> None:
    """Stop listening, then wait until `is_idle` and all is sent; for some `seconds`, or until `is_hurried`."""
    for server in proxy.servers:
        if server.is_running:
            await server.stop()
    give_up = time.monotonic() + seconds
    while not is_hurried() and not (is_idle() and _is_sent(proxy)) and time.monotonic() < give_up:  # noqa: ASYNC110 - only at the end of the process
        await asyncio.sleep(0.02)


def _is_sent(proxy: Proxyserver) -> bool:
    """Tell whether mitmproxy has written everything to the network."""
    writers = (transport.writer for handler in proxy.connections.values() for transport in handler.transports.values())
    streams = (writer for writer in writers if isinstance(writer, asyncio.StreamWriter))
    return not any(stream.transport.get_write_buffer_size() for stream in streams)

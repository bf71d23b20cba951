"""The add-on that reads larger requests in pieces while the provider works, so that other calls go on between them.

It comes before the add-on that meters, and waits until a request is read before that one needs it.
"""

import asyncio
from collections.abc import Awaitable, Callable

from mitmproxy import http

from ..metering.call import AT_ONCE
from .exchange import Exchange


class ReadAhead:
    """Reads the requests of metered calls, which `find` returns by the flow's id."""

    def __init__(self, find: Callable[[str], Exchange | None]) -> None:
        self._find = find

    # Hooks that are no coroutines: most calls have nothing to wait for.
    def request(self, flow: http.HTTPFlow) -> None:
        exchange = self._find(flow.id)
        # What is compressed is read once it is decompressed, when the answer begins.
        if exchange is not None and exchange.sent_bytes > AT_ONCE and "content-encoding" not in flow.request.headers:
            # It begins after the other hooks: one of them may ask for usage, or refuse the call.
            exchange.read_ahead = asyncio.create_task(_read(exchange))

    def responseheaders(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        exchange = self._find(flow.id)
        if exchange is None or exchange.read_ahead is None or exchange.read_ahead.done():
            return None
        return _ended(exchange.read_ahead)


async def _read(exchange: Exchange) -> None:
    pieces = exchange.read_request()
    # An answer that farebox gives itself has read the request, and a call that has ended needs it no more.
    while exchange.meter is None and exchange.reading is None:
        with exchange.own_time():
            try:
                next(pieces)
            except StopIteration:
                return
            except Exception:  # noqa: BLE001 - it is read again when the answer begins, where faults are counted
                return
        await asyncio.sleep(0)


async def _ended(reading: asyncio.Task[None]) -> None:
    await asyncio.wait({reading})

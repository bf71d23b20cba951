"""The add-on that decompresses the bodies of requests beside the traffic: a few kilobytes can become gigabytes.

A small body is decompressed by its Exchange, a larger one here in a thread, one at a time, while the provider works. It
comes before the add-on that meters, and waits for the thread before that one reads the body.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from mitmproxy import http

from ..wire.content import decoded_start, start_limit
from .decoded import Decoded
from .exchange import Exchange
from .header_fields import value_of
from .memory_budget import MemoryBudget

# Compressed bytes, of which at most 1.5 MiB are decompressed.
AT_ONCE = 16 << 10
# What is decompressed of each body beyond the memory for all of them.
_LEAST = 1 << 20


class Decompressor:
    """Decompresses bodies of metered calls, which take 64 MiB at a time, until `release`.

    `is_needed_early` if the body is read before the request goes out.
    """

    def __init__(
        self,
        find: Callable[[str], Exchange | None],
        memory: MemoryBudget | None = None,
        *,
        is_needed_early: bool = False,
    ) -> None:
        self._find = find
        self._memory = memory or MemoryBudget()
        self._is_needed_early = is_needed_early
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "decompression")

    # Hooks that are no coroutines: most calls have nothing to wait for.
    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        exchange = self._find(flow.id)
        encodings = value_of(flow.request.headers, b"content-encoding")
        if exchange is None or encodings is None or encodings.strip().lower() in {"", "identity"}:
            return None
        raw = exchange.sent_start
        if len(raw) <= AT_ONCE:
            return None
        exchange.decoding = asyncio.create_task(self._decompress(flow.id, raw, encodings))
        return self._wait(flow) if self._is_needed_early else None

    def responseheaders(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        return self._wait(flow)

    def error(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        return self._wait(flow)

    def release(self, flow_id: str) -> None:
        """Count the body of a flow no more."""
        self._memory.release(flow_id)

    def done(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _wait(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        exchange = self._find(flow.id)
        if exchange is None or exchange.decoding is None or exchange.decoding.done():
            return None
        return _ended(exchange.decoding)

    async def _decompress(self, flow_id: str, raw: bytes, encodings: str) -> Decoded:
        async with self._lock:
            limit = start_limit(len(raw))
            if self._find(flow_id) is None or not self._memory.hold(flow_id, limit):
                limit = _LEAST
            work = asyncio.get_running_loop().run_in_executor(self._thread, decoded_start, raw, encodings, limit)
            with contextlib.suppress(MemoryError):
                decoded = await work
                self._memory.release(flow_id)
                if self._find(flow_id) is not None:
                    self._memory.hold(flow_id, len(decoded[0]))
                return decoded
            return b"", False


async def _ended(decoding: asyncio.Task[Decoded]) -> None:
    await asyncio.wait({decoding})

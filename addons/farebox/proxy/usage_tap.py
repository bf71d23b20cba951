"""A tap behind the metering tap: usage that only farebox asked for doesn't reach the client."""

from collections.abc import Callable

from ..stream_options.strip import UsageStripper
from .exchange import Exchange
from .patches.chunks import Pieces
from .tap import Chunks, ResponseTap


class UsageTap:
    """Removes usage from the output of another tap; after a fault of ours, everything passes."""

    def __init__(self, exchange: Exchange, tap: ResponseTap, on_fault: Callable[[Exception], None]) -> None:
        self._exchange = exchange
        self._tap = tap
        self._filter: UsageStripper | None = UsageStripper()
        self._on_fault = on_fault

    def __call__(self, data: bytes) -> Chunks:
        passed = self._tap(data)
        if self._filter is None:
            return passed
        if isinstance(passed, Pieces):
            # Each chunk is filtered by itself, so that chunks stay what they were.
            return Pieces.of([out for out in map(self._filtered, passed.parts) if out]) or []
        out = self._filtered(passed if isinstance(passed, bytes) else b"".join(passed), is_end=not data)
        # An empty chunk would end a chunked message.
        return out or []

    def _filtered(self, chunk: bytes, *, is_end: bool = False) -> bytes:
        if self._filter is None:
            return chunk
        held = self._filter.held
        try:
            with self._exchange.own_time():
                return self._filter.feed(chunk) + (self._filter.pause() if is_end else b"")
        except Exception as error:  # noqa: BLE001 - mitmproxy does not guard taps
            self._filter = None
            self._on_fault(error)
            return held + chunk

"""A tap behind the tap: what we asked for does not reach the client."""

from collections.abc import Callable

from ..stream_options.strip import UsageStripper
from .exchange import Exchange
from .tap import Chunks, ResponseTap


class UsageTap:
    """Takes usage out of what another tap lets pass; after a fault of ours everything passes."""

    def __init__(self, exchange: Exchange, tap: ResponseTap, on_fault: Callable[[Exception], None]) -> None:
        self._exchange = exchange
        self._tap = tap
        self._filter: UsageStripper | None = UsageStripper()
        self._on_fault = on_fault

    def __call__(self, data: bytes) -> Chunks:
        passed = self._tap(data)
        if self._filter is None:
            return passed
        chunk = passed if isinstance(passed, bytes) else b"".join(passed)
        held = self._filter.held
        try:
            with self._exchange.own_time():
                out = self._filter.feed(chunk) + (b"" if data else self._filter.pause())
        except Exception as error:  # noqa: BLE001 - mitmproxy does not guard a tap
            self._filter = None
            self._on_fault(error)
            out = held + chunk
        # An empty piece would end a chunked message.
        return out or []

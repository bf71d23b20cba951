"""Taps in the bodies of a flow: bytes pass unchanged and at once, also after a fault of ours."""

from collections.abc import Callable

from mitmproxy import http

from .exchange import Exchange
from .header_fields import value_of

RESPONSE_LIMIT = 1 << 20
# A longer answer is read as it arrives: read at once, it would hold up other calls.
BUFFERED_LIMIT = 64 << 10

Chunks = bytes | list[bytes]


class RequestTap:
    """Passes a large request on, and copies it to its exchange, as far as that `may_keep` so many bytes."""

    def __init__(
        self, exchange: Exchange, on_fault: Callable[[Exception], None], may_keep: Callable[[int], bool]
    ) -> None:
        self._exchange = exchange
        self._on_fault = on_fault
        self._may_keep = may_keep

    def __call__(self, data: bytes) -> bytes:
        try:
            with self._exchange.own_time():
                self._exchange.upload(data, self._may_keep)
        except Exception as error:  # noqa: BLE001 - mitmproxy does not guard taps
            self._on_fault(error)
        return data


class ResponseTap:
    """Passes an answer on, and meters it; `finish` is called before the bytes that complete it are returned.

    For its client, an answer is complete with its terminal document; without one, with the last byte that
    Content-Length announces, which is held until mitmproxy calls with b""; otherwise with the end of the message, which
    goes out after the `response` hook. A b"" alone is not an end: an empty HTTP/2 DATA frame is passed as one too.
    """

    def __init__(
        self,
        exchange: Exchange,
        response: http.Response,
        finish: Callable[[], None],
        on_fault: Callable[[Exception], None],
    ) -> None:
        self._exchange = exchange
        self._expected = content_length(response)
        self._passed = 0
        self._held = b""
        self._is_faulty = False
        self._finish = finish
        self._on_fault = on_fault

    def __call__(self, data: bytes) -> Chunks:
        held, self._held = self._held, b""
        if self._is_faulty:
            return held + data if held else data
        try:
            if not data:
                if held:
                    self._finish()
                return held
            self._passed += len(data)
            if self._is_last(data):
                self._held = data[-1:]
                return [data[:-1]] if len(data) > 1 else []
        except Exception as error:  # noqa: BLE001 - mitmproxy does not guard taps
            self._is_faulty = True
            self._on_fault(error)
        # The same object if nothing was held: chunks that came together stay together.
        return held + data if held else data

    def _is_last(self, data: bytes) -> bool:
        """Meter `data`; tell whether the announced length ends with it, and no terminal document came before."""
        meter = self._exchange.meter
        if meter is None or self._exchange.reading is not None:
            return False
        with self._exchange.own_time():
            meter.feed(data, self._exchange.now)
        if meter.is_complete:
            self._finish()
            return False
        return self._passed == self._expected


def content_length(message: http.Message) -> int | None:
    """Return the announced length of the body, or None if there is none, as with chunks."""
    value = value_of(message.headers, b"content-length") or ""
    if not value.isdecimal() or value_of(message.headers, b"transfer-encoding") is not None:
        return None
    return int(value)


def is_small_and_plain(response: http.Response, *, asks_stream: bool) -> bool:
    """Tell whether mitmproxy should buffer an answer: it then goes out after the `response` hook."""
    length = content_length(response)
    kind = (value_of(response.headers, b"content-type") or "").partition(";")[0].strip().lower()
    if length is None or length > BUFFERED_LIMIT or kind == "text/event-stream":
        return False
    return not asks_stream or kind == "application/json"

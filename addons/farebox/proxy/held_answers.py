"""Answers that mitmproxy holds back until they end, unless they turn out to be large."""

from collections.abc import Callable

from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.proxy.layers.http._events import ResponseData

from .tap import Chunks

Tap = Callable[[bytes], Chunks]

_check_body_size = HttpStream.check_body_size


class Held:
    """A falsy `response.stream`: mitmproxy holds the answer, and streams it through `tap()` once it exceeds `limit`."""

    def __init__(self, limit: int, tap: Callable[[], Tap], on_fault: Callable[[Exception], None]) -> None:
        self.limit = limit
        self._tap = tap
        self._on_fault = on_fault

    def __bool__(self) -> bool:
        return False

    def release(self) -> Tap | bool:
        """Return the `response.stream` of an answer that is too large to hold."""
        try:
            return self._tap()
        except Exception as error:  # noqa: BLE001 - mitmproxy does not guard its own layers
            self._on_fault(error)
            return True


def bound_held_answers() -> None:
    """Have mitmproxy check each answer that is Held: its own option has one limit for requests and answers alike."""
    HttpStream.check_body_size = _checked_body_size  # type: ignore[method-assign,assignment]


def _checked_body_size(stream: HttpStream, request: bool) -> CommandGenerator[bool]:  # noqa: FBT001 - mitmproxy's
    held = None if request or stream.flow.response is None else stream.flow.response.stream
    if not isinstance(held, Held) or len(stream.response_body_buf) <= held.limit:
        return (yield from _check_body_size(stream, request))
    assert stream.flow.response
    stream.flow.response.stream = held.release()
    body = bytes(stream.response_body_buf)
    stream.response_body_buf.clear()
    yield from stream.start_response_stream()
    yield from stream.handle_event(ResponseData(stream.stream_id, body))
    return False

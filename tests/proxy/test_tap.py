"""Taps pass bytes unchanged, and the Reading is appended before the bytes that complete the answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from farebox.dialects.openai_chat import DIALECT
from farebox.providers.table import PROVIDERS
from farebox.proxy.capture import CaptureOptions
from farebox.proxy.exchange import Exchange
from farebox.proxy.tap import BUFFERED_LIMIT, RequestTap, ResponseTap, content_length, is_small_and_plain
from farebox.proxy.upload import HEAD_LIMIT
from farebox.records.reading import Reading
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy import http
from mitmproxy.test import tflow, tutils

CHUNK = b'data: {"model": "gpt-4o", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}\n\n'
USAGE = b'data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}\n\n'
DONE = b"data: [DONE]\n\n"
PLAIN = b'{"model": "gpt-4o", "usage": {"prompt_tokens": 9, "completion_tokens": 1}}'


def header_bytes(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def exchange_of(response: http.Response | None = None) -> Exchange:
    """Return the exchange of a call to OpenAI that is answered by `response`."""
    request = tutils.treq(
        method=b"POST", host="api.openai.com", path=b"/v1/chat/completions", content=b'{"model": "gpt-4o"}'
    )
    exchange = Exchange(
        tflow.tflow(req=request), DIALECT, PROVIDERS, call_id="1", capture=CaptureOptions(), hmac_key=b"hmac key"
    )
    if response is not None:
        exchange.answer(response)
    return exchange


@dataclass
class Tapped:
    """An answer that passes a tap; `fails` is the step that fails.

    `readings` has each Reading with the bytes that were sent before it.
    """

    headers: dict[str, str]
    fails: str = ""
    sent: bytes = b""
    readings: list[tuple[bytes, Reading]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        response = tutils.tresp(headers=http.Headers(header_bytes(self.headers)))
        self.exchange = exchange_of(response)
        if self.fails == "feed":
            self.exchange.meter = Raising()  # type: ignore[assignment]
        self.tap = ResponseTap(self.exchange, response, self._finish, self.faults.append)

    def take(self, data: bytes) -> bytes:
        """Give the tap `data`, and return what it lets pass."""
        out = self.tap(data)
        chunks = [out] if isinstance(out, bytes) else out
        assert data == b"" or all(chunks)
        self.sent += b"".join(chunks)
        return b"".join(chunks)

    def take_all(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self.take(piece)
        self.take(b"")

    def _finish(self) -> None:
        if self.fails == "finish":
            raise ZeroDivisionError
        if (reading := self.exchange.close()) is not None:
            self.readings.append((self.sent, reading))


class Raising:
    """A meter with a fault."""

    is_complete = False

    def feed(self, _chunk: bytes, _now: float) -> None:
        raise ZeroDivisionError


def streamed(fails: str = "") -> Tapped:
    return Tapped({"content-type": "text/event-stream"}, fails)


def announced(length: int, fails: str = "") -> Tapped:
    return Tapped({"content-type": "application/json", "content-length": str(length)}, fails)


def test_the_reading_is_appended_before_the_terminal_document_passes() -> None:
    tapped = streamed()

    tapped.take_all([CHUNK, USAGE, DONE])

    [(sent, reading)] = tapped.readings
    assert sent == CHUNK + USAGE
    assert tapped.sent == CHUNK + USAGE + DONE
    assert (reading.outcome, reading.usage.input_tokens, reading.usage.output_tokens) == ("ok", 9, 1)


@given(st.lists(st.integers(0, len(CHUNK + USAGE + DONE)), max_size=8))
def test_a_stream_passes_at_once_however_it_is_cut(cuts: list[int]) -> None:
    body = CHUNK + USAGE + DONE
    edges = sorted({0, *cuts, len(body)})
    tapped = streamed()

    for start, end in pairwise(edges):
        assert tapped.take(body[start:end]) == body[start:end]
    tapped.take(b"")

    assert (tapped.sent, len(tapped.readings), tapped.faults) == (body, 1, [])
    assert len(tapped.readings[0][0]) < len(body)


PROSE = b"<p>This is no document, and only its length marks its end.</p>"


@pytest.mark.parametrize("size", [1, 2, 7, len(PROSE)], ids=lambda size: f"pieces of {size}")
def test_the_last_byte_announced_waits_for_the_reading(size: int) -> None:
    tapped = announced(len(PROSE))

    for start in range(0, len(PROSE), size):
        tapped.take(PROSE[start : start + size])
    assert (tapped.sent, tapped.readings) == (PROSE[:-1], [])

    assert tapped.take(b"") == PROSE[-1:]
    [(sent, reading)] = tapped.readings
    assert sent == PROSE[:-1]
    assert reading.response_bytes == len(PROSE)


@pytest.mark.parametrize(("last", "passed"), [(b"a", []), (b"ab", [b"a"]), (b"abc", [b"ab"])])
def test_one_byte_of_the_last_chunk_is_held(last: bytes, passed: list[bytes]) -> None:
    tapped = announced(len(PROSE + last))

    assert tapped.tap(PROSE) == PROSE
    assert tapped.tap(last) == passed
    assert tapped.tap(b"") == last[-1:]


def test_after_the_announced_length_nothing_is_held() -> None:
    tapped = announced(len(PROSE))

    assert tapped.take(PROSE + b"more") == PROSE + b"more"


@pytest.mark.parametrize("size", [1, 2, 7, len(PLAIN)], ids=lambda size: f"pieces of {size}")
@pytest.mark.parametrize("headers", [{}, {"content-length": str(len(PLAIN))}], ids=["until closed", "announced"])
def test_a_document_is_recorded_before_its_last_brace_passes(headers: dict[str, str], size: int) -> None:
    tapped = Tapped({"content-type": "application/json", **headers})

    for start in range(0, len(PLAIN), size):
        piece = PLAIN[start : start + size]
        assert tapped.take(piece) == piece

    [(sent, reading)] = tapped.readings
    assert len(sent) < len(PLAIN)
    assert (reading.usage.input_tokens, reading.response_bytes) == (9, len(PLAIN))


def test_an_announced_stream_that_is_complete_holds_nothing_back() -> None:
    body = CHUNK + USAGE + DONE
    tapped = Tapped({"content-type": "text/event-stream", "content-length": str(len(body))})

    assert tapped.take(body) == body
    assert tapped.readings[0][0] == b""


def test_an_empty_chunk_is_not_an_end() -> None:
    tapped = Tapped({"content-type": "application/json"})

    assert tapped.take(PLAIN[:9]) == PLAIN[:9]
    assert tapped.take(b"") == b""
    assert tapped.readings == []
    assert tapped.take(PLAIN[9:]) == PLAIN[9:]
    assert len(tapped.readings) == 1


def test_what_follows_the_terminal_document_passes() -> None:
    tapped = streamed()

    tapped.take_all([DONE, b": a comment\n\n"])

    assert tapped.sent == DONE + b": a comment\n\n"
    assert len(tapped.readings) == 1


@pytest.mark.parametrize("fails", ["feed", "finish"])
@pytest.mark.parametrize(
    ("make", "pieces"),
    [(streamed, [CHUNK, USAGE, DONE]), (lambda fails: announced(len(PLAIN), fails), [PLAIN[:9], PLAIN[9:]])],
    ids=["streamed", "announced"],
)
def test_a_fault_of_ours_changes_nothing_and_is_reported_once(
    fails: str, make: Callable[[str], Tapped], pieces: list[bytes]
) -> None:
    tapped = make(fails)

    tapped.take_all(pieces)

    assert tapped.sent == b"".join(pieces)
    assert list(map(type, tapped.faults)) == [ZeroDivisionError]
    assert tapped.readings == []


def nothing(_size: int) -> bool:
    return False


def test_a_large_request_passes_and_its_head_is_kept() -> None:
    head = b'{"model": "gpt-5", "stream": true, "messages": ["'
    pieces = [head, b"x" * HEAD_LIMIT, b"y" * HEAD_LIMIT, b'"]}', b""]
    exchange = exchange_of()
    faults: list[Exception] = []
    tap = RequestTap(exchange, faults.append, nothing)

    passed = [tap(piece) for piece in pieces]
    reading = exchange.close("network_error")

    assert (passed, faults) == (pieces, [])
    assert reading is not None
    assert (reading.model_requested, reading.request_bytes) == ("gpt-5", len(b"".join(pieces)))
    assert exchange._upload is not None
    assert len(exchange._upload.start) == HEAD_LIMIT


def test_a_fault_in_a_request_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[Exception] = []
    exchange = exchange_of()
    monkeypatch.setattr(exchange, "_upload", "no upload")
    tap = RequestTap(exchange, faults.append, nothing)

    assert tap(b"one") == b"one"
    assert list(map(type, faults)) == [AttributeError]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"content-length": "12"}, 12),
        ({"content-length": "0"}, 0),
        ({}, None),
        ({"content-length": "-1"}, None),
        ({"content-length": "12, 12"}, None),
        ({"content-length": "1e3"}, None),
        ({"content-length": "12", "transfer-encoding": "chunked"}, None),
    ],
)
def test_the_announced_length(headers: dict[str, str], expected: int | None) -> None:
    assert content_length(tutils.tresp(headers=http.Headers(header_bytes(headers)))) == expected


@pytest.mark.parametrize(
    ("headers", "asks_stream", "expected"),
    [
        ({"content-length": "12", "content-type": "application/json"}, False, True),
        ({"content-length": str(BUFFERED_LIMIT), "content-type": "application/json"}, False, True),
        ({"content-length": str(BUFFERED_LIMIT + 1), "content-type": "application/json"}, False, False),
        ({"content-type": "application/json"}, False, False),
        ({"content-length": "12", "content-type": "text/event-stream"}, False, False),
        ({"content-length": "12", "content-type": "Text/Event-Stream; charset=utf-8"}, False, False),
        ({"content-length": "12", "content-type": "text/html"}, False, True),
        ({"content-length": "12"}, False, True),
        ({"content-length": "12", "content-type": "text/html"}, True, False),
        ({"content-length": "12", "content-type": "application/json; charset=utf-8"}, True, True),
    ],
)
def test_small_answers_that_are_not_streams_are_buffered(
    headers: dict[str, str], asks_stream: bool, expected: bool
) -> None:
    response = tutils.tresp(headers=http.Headers(header_bytes(headers)))

    assert is_small_and_plain(response, asks_stream=asks_stream) is expected

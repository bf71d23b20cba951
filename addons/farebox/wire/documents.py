"""A response body, in whatever framing it came, as documents."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import msgspec

from ..errors import WireError
from .sse import Event, EventStream

BODY_LIMIT = 32 << 20
# How often a body that ends in a brace so far is tried as a document; each try costs time.
_TRIES = 32
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SSE_STARTS = (b"data:", b"event:", b"id:", b"retry:", b":")


class Document(NamedTuple):
    """One JSON document of a reply; `event` is the name that its framing gave it. The end mark has `data` None."""

    event: str
    data: Any

    @property
    def is_done(self) -> bool:
        """Tell whether this is the `[DONE]` mark."""
        return self.event == "[DONE]"


class Documents(Protocol):
    """Turns pieces of a decoded body into documents. `unreadable` counts what looked like a document and was none.

    `is_whole` once nothing more can come: the body was one document, and that is read.
    """

    @property
    def is_stream(self) -> bool: ...
    @property
    def unreadable(self) -> int: ...
    @property
    def is_whole(self) -> bool: ...
    def feed(self, chunk: bytes) -> Iterator[Document]: ...
    def close(self) -> Iterator[Document]: ...


def documents(content_type: str) -> Documents:
    """Return the reader for a body of `content_type`, which is trusted only where the body does not contradict it."""
    return _Sniffed(says_events=content_type == "text/event-stream")


def decode(raw: bytes) -> Any:
    """Return the JSON value in `raw`, lone surrogates and NaN included as clients do; WireError if there is none."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        return json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise WireError(f"not a JSON document: {type(error).__name__}") from error


class SseDocuments:
    """Server-sent events whose data is JSON, or the mark `[DONE]`.

    A client that reads by the line acts on a document before its blank line; so a document on one line is handed out
    at that line's end.
    """

    is_stream = True
    is_whole = False

    def __init__(self) -> None:
        self.unreadable = 0
        self._events = EventStream()

    def feed(self, chunk: bytes) -> Iterator[Document]:
        yield from self._read(self._events.feed(chunk))

    def close(self) -> Iterator[Document]:
        yield from self._read(self._events.close())

    def _read(self, events: Iterator[Event]) -> Iterator[Document]:
        for event in events:
            is_done = event.data.lstrip().startswith(b"[DONE]")
            if not (is_done or event.is_ended or event.data.rstrip().endswith((b"}", b"]"))):
                continue
            try:
                document = Document("[DONE]", None) if is_done else Document(event.name, decode(event.data))
            except WireError:
                self.unreadable += event.is_ended
                continue
            if not event.is_ended:
                self._events.take()
            yield document


class JsonDocument:
    """A body that is one JSON document, handed out with its last brace: where a body ends by the connection's end, that
    is all that a client waits for.
    """

    is_stream = False

    def __init__(self) -> None:
        self.unreadable = 0
        self.is_whole = False
        self._body = bytearray()
        self._tries = _TRIES

    def feed(self, chunk: bytes) -> Iterator[Document]:
        if self.is_whole:
            return
        self._body += chunk
        if len(self._body) > BODY_LIMIT:
            self._body.clear()
            raise WireError(f"a body without events is longer than {BODY_LIMIT} bytes")
        if self._tries and chunk.rstrip().endswith(b"}"):
            self._tries -= 1
            with contextlib.suppress(WireError):
                document = Document("", decode(bytes(self._body).removeprefix(_BYTE_ORDER_MARK)))
                self.is_whole = True
                self._body.clear()
                yield document

    def close(self) -> Iterator[Document]:
        body, self._body = bytes(self._body), bytearray()
        if not body.strip():
            return
        try:
            yield Document("", decode(body.removeprefix(_BYTE_ORDER_MARK)))
        except WireError:
            self.unreadable += 1


class _Sniffed:
    """A body whose first bytes decide: servers send events as plain text, and errors in JSON as events."""

    def __init__(self, *, says_events: bool) -> None:
        self._says_events = says_events
        self._head = b""
        self._inner: Documents | None = None

    @property
    def is_stream(self) -> bool:
        return self._inner.is_stream if self._inner else self._says_events

    @property
    def unreadable(self) -> int:
        return self._inner.unreadable if self._inner else 0

    @property
    def is_whole(self) -> bool:
        return self._inner is not None and self._inner.is_whole

    def feed(self, chunk: bytes) -> Iterator[Document]:
        if self._inner is None:
            self._head += chunk
            start = self._head.removeprefix(_BYTE_ORDER_MARK).lstrip()
            if any(mark.startswith(start) and mark != start for mark in (_BYTE_ORDER_MARK, *_SSE_STARTS)):
                return
            is_events = start.startswith(_SSE_STARTS) or (self._says_events and not start.startswith((b"{", b"[")))
            self._inner = SseDocuments() if is_events else JsonDocument()
            chunk, self._head = self._head, b""
        yield from self._inner.feed(chunk)

    def close(self) -> Iterator[Document]:
        if self._inner is None:
            self._inner = SseDocuments() if self._says_events else JsonDocument()
            yield from self._inner.feed(self._head)
        yield from self._inner.close()

"""A response body in any framing, as documents."""

from collections.abc import Iterator

from .document import BYTE_ORDER_MARK, Document, Documents, Form, Recognize, decode, unknown
from .eventstream import EventStreamDocuments
from .jsonarray import ArrayElements
from .jsondocument import JsonDocument
from .ndjson import LINE_END, JsonLines
from .sse import SseDocuments

__all__ = ["Document", "Documents", "decode", "documents"]

_SSE = "text/event-stream"
_AWS = "application/vnd.amazon.eventstream"
_BYTES = "application/octet-stream"
# Files of JSON lines are sent as the last two.
_LINES = frozenset(
    f"application/{name}"
    for name in ("x-ndjson", "ndjson", "jsonl", "x-jsonl", "x-jsonlines", "stream+json", "binary", "octet-stream")
)
_BINARY = ("audio/", "image/", "video/")
_SSE_STARTS = (b"data:", b"event:", b"id:", b"retry:", b":")
_MARKS = (BYTE_ORDER_MARK, *_SSE_STARTS)
# Nearly all bodies begin with one of these, and are at no mark then.
_PLAIN = frozenset({b"{", b"["})


def documents(content_type: str, *, asks_stream: bool = False, recognize: Recognize = unknown) -> Documents:
    """Return the reader for a body of `content_type`, which is only trusted if the body does not contradict it.

    `asks_stream`: whether the request asks for a stream, because JSON arrays of chunks have the type of plain JSON.
    `recognize` is asked for each event and line before it is decoded.
    """
    is_binary = content_type.startswith(_BINARY) or (content_type == _BYTES and not asks_stream)
    return _NoDocuments() if is_binary else _Sniffed(content_type, recognize, asks_stream=asks_stream)


class _NoDocuments:
    """A body of audio, an image or video, which contains no documents."""

    is_stream = False
    is_whole = False
    is_one = True
    unreadable = 0
    form = None
    is_between = False
    mark = b""

    def feed(self, _chunk: bytes) -> Iterator[Document]:
        yield from ()

    def close(self) -> Iterator[Document]:
        yield from ()


class _Sniffed:
    """A body whose first bytes decide: servers send events as text/plain, and JSON errors as text/event-stream."""

    def __init__(self, content_type: str, recognize: Recognize, *, asks_stream: bool) -> None:
        self._type = content_type
        self._recognize = recognize
        self._asks_stream = asks_stream
        self._head = b""
        self._inner: Documents | None = None

    @property
    def is_stream(self) -> bool:
        return self._inner.is_stream if self._inner else self._type in {_SSE, _AWS, *_LINES}

    @property
    def unreadable(self) -> int:
        return self._inner.unreadable if self._inner else 0

    @property
    def is_whole(self) -> bool:
        return self._inner is not None and self._inner.is_whole

    @property
    def form(self) -> Form | None:
        return self._inner.form if self._inner else None

    @property
    def is_between(self) -> bool:
        return self._inner is not None and self._inner.is_between

    @property
    def mark(self) -> bytes:
        if self._inner is not None:
            return self._inner.mark
        if self._type == _SSE:
            return SseDocuments.mark
        if self._type in _LINES:
            return LINE_END
        return ArrayElements.mark if self._asks_stream else b""

    @property
    def is_one(self) -> bool:
        return self._inner.is_one if self._inner else not self.is_stream

    def feed(self, chunk: bytes) -> Iterator[Document]:
        if self._inner is None:
            self._head = (self._head + chunk).removeprefix(BYTE_ORDER_MARK).lstrip()
            if self._head[:1] not in _PLAIN and any(map(self._may_begin, _MARKS)):
                return
            self._inner = self._reader(self._head)
            chunk, self._head = self._head, b""
        yield from self._inner.feed(chunk)

    def close(self) -> Iterator[Document]:
        if self._inner is None:
            self._inner = self._reader(self._head)
            yield from self._inner.feed(self._head)
        yield from self._inner.close()

    def _may_begin(self, mark: bytes) -> bool:
        """Tell whether the bytes so far are the beginning of `mark`."""
        return mark.startswith(self._head) and mark != self._head

    def _reader(self, start: bytes) -> Documents:
        if start.startswith(b"["):
            return ArrayElements(is_stream=self._asks_stream, recognize=self._recognize)
        if start.startswith(_SSE_STARTS) or (self._type == _SSE and not start.startswith(b"{")):
            return SseDocuments(self._recognize)
        if self._type == _AWS and not start.startswith(b"{"):
            return EventStreamDocuments(self._recognize)
        if self._type in _LINES or (self._asks_stream and self._type != _SSE):
            return JsonLines(declared=self._type in _LINES, recognize=self._recognize)
        return JsonDocument()

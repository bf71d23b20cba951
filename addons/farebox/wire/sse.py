"""Server-sent events, incrementally (WHATWG HTML, section 9.2)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import WireError
from .document import Document, Form, Recognize, decode, unknown

EVENT_LIMIT = 32 << 20
_BLANK = re.compile(rb"\n*")
_END = b"\n\n"
_DONE = re.compile(rb"data: ?\[DONE\]")


class Event(NamedTuple):
    """One event: its `event:` name, if it had one, and its `data:` lines joined by line feeds.

    An event that is not `is_ended` is an offer: it has one complete data line, and its blank line has not arrived.
    """

    name: str
    data: bytes
    is_ended: bool = True


class EventStream:
    """Splits a stream into events, independent of how the stream is cut into chunks.

    An event is complete at its blank line. It is offered earlier, at its first data line, because clients that read
    line by line act on that; `take` accepts the offer. The `[DONE]` that ends OpenAI-like streams is yielded with its
    last byte, because clients do not wait for more. An event longer than EVENT_LIMIT raises WireError.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._searched = 0
        self._name = ""
        self._data = bytearray()
        self._data_lines = 0
        self._skip_line_feed = False
        self._at_start = True
        self.form: Form | None = None

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events that `chunk` completes."""
        if self._at_start and chunk and not (self._rest or chunk.startswith(b"\xef")):
            self._at_start = False
        if not chunk.endswith(b"\n\n") or b"\r" in chunk or self._is_within_event:
            yield from self._feed(chunk)
            return
        # Most chunks are whole events: these need no search for ends of lines.
        for part in chunk[:-2].split(b"\n\n"):
            event = _whole(part)
            if event is not None:
                self.form = Form(part[: -len(event.data)], _END)
                yield event
            else:
                yield from self._feed(part + b"\n\n")

    @property
    def _is_within_event(self) -> bool:
        return not self.is_between

    @property
    def is_between(self) -> bool:
        """Whether no part of an event has arrived."""
        return not (self._at_start or self._skip_line_feed or self._rest or self._data_lines or self._name)

    def _feed(self, chunk: bytes) -> Iterator[Event]:
        self.form = None
        self._rest += chunk
        if len(self._rest) + len(self._data) > EVENT_LIMIT:
            raise WireError(f"an event of the stream is longer than {EVENT_LIMIT} bytes")
        if self._at_start and not self._pass_byte_order_mark():
            return
        for line in self._lines():
            if not line:
                yield from self._dispatch()
            elif self._keep(line) and self._data_lines == 1:
                yield Event(self._name, bytes(self._data), is_ended=False)
        if len(self._rest) < 16 and _DONE.fullmatch(self._rest):
            self._keep(bytes(self._rest))
            self._rest.clear()
            self._searched = 0
            yield from self._dispatch()

    def take(self) -> None:
        """Accept the offered event: it is not yielded again at its blank line."""
        self._name, self._data_lines = "", 0
        self._data.clear()

    def close(self) -> Iterator[Event]:
        """Yield the event that the end of the stream completes without a blank line."""
        if self._rest:
            self._keep(bytes(self._rest))
            self._rest.clear()
        yield from self._dispatch()

    def _pass_byte_order_mark(self) -> bool:
        if len(self._rest) < 3 and b"\xef\xbb\xbf".startswith(self._rest):
            return False
        if self._rest.startswith(b"\xef\xbb\xbf"):
            del self._rest[:3]
        self._at_start = False
        return True

    def _lines(self) -> Iterator[bytes]:
        start = 0
        while start < len(self._rest):
            if self._skip_line_feed:
                self._skip_line_feed = False
                if self._rest[start : start + 1] == b"\n":
                    start += 1
            end = self._line_end(max(start, self._searched))
            if end < 0:
                self._searched = len(self._rest) - start
                break
            line = bytes(self._rest[start:end])
            self._skip_line_feed = self._rest[end] == 0x0D
            start, self._searched = end + 1, 0
            yield line
            if not line and self._rest.startswith(b"\n", start):
                # A run of blank lines ends one event only.
                start = _BLANK.match(self._rest, start).end()  # type: ignore[union-attr]
        del self._rest[:start]

    def _line_end(self, start: int) -> int:
        line_feed = self._rest.find(b"\n", start)
        carriage_return = self._rest.find(b"\r", start, line_feed if line_feed >= 0 else len(self._rest))
        return carriage_return if carriage_return >= 0 else line_feed

    def _keep(self, line: bytes) -> bool:
        """Add `line` to the event; return whether it is a data line."""
        name, _, value = line.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if name == b"data":
            self._data += b"\n" + value if self._data_lines else value
            self._data_lines += 1
        elif name == b"event":
            self._name = value[:64].decode("utf-8", "replace")
        return name == b"data"

    def _dispatch(self) -> Iterator[Event]:
        event = Event(self._name, bytes(self._data))
        self.take()
        if event.data:
            yield event


def _whole(part: bytes) -> Event | None:
    """Return the event of one data line that `part` is, perhaps after a name and an id; None if it isn't that."""
    head, _, last = part.rpartition(b"\n")
    data = last[6:] if last.startswith(b"data: ") else last[5:]
    if not data or not last.startswith(b"data:") or part.startswith(b"\n"):
        return None
    name = b""
    for line in head.split(b"\n") if head else ():
        if line.startswith(b"event: "):
            name = line[7:]
        elif not line.startswith(b"id:"):
            return None
    return Event(name[:64].decode("utf-8", "replace"), data)


class SseDocuments:
    """Server-sent events whose data is JSON, or the mark `[DONE]`.

    A client that reads line by line acts on a document before its blank line, so a document on one line is yielded at
    the end of that line.
    """

    is_stream = True
    is_whole = False
    is_one = False
    mark = _END

    @property
    def form(self) -> Form | None:
        return self._events.form

    @property
    def is_between(self) -> bool:
        return self._events.is_between

    def __init__(self, recognize: Recognize = unknown) -> None:
        self.unreadable = 0
        self._recognize = recognize
        self._events = EventStream()

    def feed(self, chunk: bytes) -> Iterator[Document]:
        yield from self._read(self._events.feed(chunk))

    def close(self) -> Iterator[Document]:
        yield from self._read(self._events.close())

    def _read(self, events: Iterator[Event]) -> Iterator[Document]:
        for event in events:
            is_done = not event.data.startswith(b"{") and event.data.lstrip().startswith(b"[DONE]")
            if not (is_done or event.is_ended or event.data.rstrip().endswith((b"}", b"]"))):
                continue
            try:
                document = Document("[DONE]", None) if is_done else self._document(event)
            except WireError:
                self.unreadable += event.is_ended
                continue
            if not event.is_ended:
                self._events.take()
            yield document

    def _document(self, event: Event) -> Document:
        return self._recognize(event.name, event.data) or Document(event.name, decode(event.data))

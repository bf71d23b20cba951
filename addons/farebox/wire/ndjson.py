"""JSON documents, one on each line (https://github.com/ndjson/ndjson-spec)."""

import contextlib
from collections.abc import Iterator

from ..errors import WireError
from . import document
from .document import Document, Form, Recognize, decode, unknown

# How often a line that currently ends in a brace is decoded; each attempt takes time.
_TRIES = 8
LINE_END = b"\n"
_FORM = Form(b"", LINE_END)


class JsonLines:
    """Lines of JSON, each yielded with its last brace or else at the end of the line.

    A body that is not `declared` as lines is treated as lines if its first line is a document, because servers may
    also answer a request for a stream with one plain document. A document over several lines is read in either case.
    """

    def __init__(self, *, declared: bool, recognize: Recognize = unknown) -> None:
        self._recognize = recognize
        self.unreadable = 0
        self.is_stream = declared
        self.is_whole = False
        self._rest = bytearray()
        self._searched = 0
        self._tries = _TRIES
        self._has_begun = False
        self._is_one = False
        self.form: Form | None = None

    @property
    def is_between(self) -> bool:
        return self.is_stream and not self._rest

    @property
    def mark(self) -> bytes:
        # A line may be the beginning of a document that is one whole body.
        return LINE_END if self.is_stream else b""

    @property
    def is_one(self) -> bool:
        return not self.is_stream

    def feed(self, chunk: bytes) -> Iterator[Document]:
        self._rest += chunk
        if len(self._rest) > document.BODY_LIMIT:
            self._rest.clear()
            raise WireError(f"a line is longer than {document.BODY_LIMIT} bytes")
        yield from self._lines()
        if self.is_stream and self._tries and self._rest and chunk.rstrip().endswith(b"}"):
            self._tries -= 1
            with contextlib.suppress(WireError):
                self.form = None
                found = self._document(bytes(self._rest))
                self._has_begun = True
                self._drop(len(self._rest))
                yield found

    def close(self) -> Iterator[Document]:
        rest = bytes(self._rest)
        self._drop(len(rest))
        if not rest.strip():
            return
        try:
            found = Document("", decode(rest))
        except WireError:
            self.unreadable += 1
        else:
            self.is_whole = not self.is_stream
            yield found

    def _lines(self) -> Iterator[Document]:
        start = 0
        while not self._is_one and (end := self._rest.find(b"\n", max(start, self._searched))) >= 0:
            line = bytes(self._rest[start:end]).strip()
            start, self._tries = end + 1, _TRIES
            if not line:
                continue
            self.form = _FORM
            try:
                found = self._document(line)
            except WireError:
                if not (self._has_begun or line.endswith(b"}")):
                    self._is_one, self.is_stream, start = True, False, 0
                    continue
                self.unreadable += 1
            else:
                self.is_stream = True
                yield found
            self._has_begun = True
        self._drop(start)
        self._searched = len(self._rest)

    def _document(self, line: bytes) -> Document:
        return self._recognize("", line) or Document("", decode(line))

    def _drop(self, length: int) -> None:
        del self._rest[:length]
        self._searched = 0

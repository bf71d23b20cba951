"""A JSON array whose elements arrive one by one, as in `[{...}\\n,\\r\\n{...}]`."""

import re
from collections.abc import Iterator

from ..errors import WireError
from . import document
from .document import Document, Form, Recognize, decode, unknown

_MARK = re.compile(rb'["\[\]{}]')
_WITHIN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_FORM = Form(b"", b"", re.compile(rb"[\s,]*"))
_OPEN = b"[{"


class ArrayElements:
    """The objects and lists in an array, each yielded with its last bracket; its bytes are then dropped.

    A plain response can be an array too, so `is_stream` depends on the request.
    """

    is_one = False
    form = _FORM
    # As Google separates the elements of a stream.
    mark = b",\r\n"

    def __init__(self, *, is_stream: bool, recognize: Recognize = unknown) -> None:
        self._recognize = recognize
        self.is_stream = is_stream
        self.is_whole = False
        self.unreadable = 0
        self._rest = bytearray()
        self._searched = 0
        self._element = 0
        self._depth = 0
        self._in_string = False

    @property
    def is_between(self) -> bool:
        return self._depth == 1 and not self._in_string and not self._rest

    def feed(self, chunk: bytes) -> Iterator[Document]:
        if self.is_whole:
            return
        self._rest += chunk
        while not self.is_whole and (mark := self._next_mark()):
            if mark in _OPEN:
                self._depth += 1
                self._element = self._searched - 1 if self._depth == 2 else self._element
                continue
            self._depth -= 1
            self.is_whole = self._depth == 0
            if self._depth == 1:
                yield from self._read(bytes(self._rest[self._element : self._searched]))
        self._drop_read()

    def close(self) -> Iterator[Document]:
        """Yield nothing: an incomplete element is not a document."""
        self.unreadable += self._depth > 0
        self._depth = 0
        yield from ()

    def _read(self, element: bytes) -> Iterator[Document]:
        try:
            yield self._recognize("", element) or Document("", decode(element))
        except WireError:
            self.unreadable += 1

    def _next_mark(self) -> bytes:
        """Return the next bracket or brace outside of strings, and move behind it; b"" if there is none yet."""
        while True:
            if self._in_string and not self._passed_string():
                return b""
            found = _MARK.search(self._rest, self._searched)
            if found is None:
                self._searched = len(self._rest)
                return b""
            self._searched = found.end()
            if found[0] != b'"':
                return bytes(found[0])
            self._in_string = True

    def _passed_string(self) -> bool:
        """Move behind the current string; return whether its end has arrived."""
        within = _WITHIN_STRING.match(self._rest, self._searched)
        self._searched = within.end() if within else self._searched
        self._in_string = not self._rest.startswith(b'"', self._searched)
        self._searched += not self._in_string
        return not self._in_string

    def _drop_read(self) -> None:
        """Drop everything but the current element."""
        kept = self._element if self._depth > 1 else self._searched
        del self._rest[:kept]
        self._element -= kept
        self._searched -= kept
        if len(self._rest) > document.BODY_LIMIT:
            self._rest.clear()
            raise WireError(f"an element of the array is longer than {document.BODY_LIMIT} bytes")

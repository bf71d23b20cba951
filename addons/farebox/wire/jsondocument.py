"""A body that is one JSON document."""

import contextlib
from collections.abc import Iterator

from ..errors import WireError
from . import document
from .document import BYTE_ORDER_MARK, Document, decode

# How often a body that currently ends in a brace is decoded; each attempt takes time, all of them as much as the
# longest body.
_TRIES = 32


class JsonDocument:
    """One document, yielded with its last brace: a client does not wait for the end of the connection."""

    is_stream = False
    is_one = True
    form = None
    is_between = False
    mark = b""

    def __init__(self) -> None:
        self.unreadable = 0
        self.is_whole = False
        self._body = bytearray()
        self._tries = _TRIES
        self._room = document.BODY_LIMIT

    def feed(self, chunk: bytes) -> Iterator[Document]:
        if self.is_whole:
            return
        self._body += chunk
        if len(self._body) > document.BODY_LIMIT:
            self._body.clear()
            raise WireError(f"a body without events is longer than {document.BODY_LIMIT} bytes")
        if self._tries and len(self._body) <= self._room and chunk.rstrip().endswith(b"}"):
            self._tries -= 1
            self._room -= len(self._body)
            with contextlib.suppress(WireError):
                found = Document("", decode(bytes(self._body).removeprefix(BYTE_ORDER_MARK)))
                self.is_whole = True
                self._body.clear()
                yield found

    def close(self) -> Iterator[Document]:
        body, self._body = bytes(self._body), bytearray()
        if not body.strip():
            return
        try:
            yield Document("", decode(body.removeprefix(BYTE_ORDER_MARK)))
        except WireError:
            self.unreadable += 1

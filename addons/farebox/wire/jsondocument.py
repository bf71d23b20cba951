"""A body that is one JSON document."""

import contextlib
from collections.abc import Iterator

from ..errors import WireError
from . import document
from .document import Document
from .shortened_json import ShortenedJson

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
        self._body = ShortenedJson()
        self._received = 0
        self._tries = _TRIES
        self._room = document.BODY_LIMIT

    def feed(self, chunk: bytes) -> Iterator[Document]:
        if self.is_whole:
            return
        self._received += len(chunk)
        if self._received > document.BODY_LIMIT:
            self._body = ShortenedJson()
            raise WireError(f"a body without events is longer than {document.BODY_LIMIT} bytes")
        self._body.feed(chunk)
        if self._tries and self._body.size <= self._room and chunk.rstrip().endswith(b"}"):
            self._tries -= 1
            self._room -= self._body.size
            with contextlib.suppress(WireError):
                found = Document("", self._body.value())
                self.is_whole = True
                self._body = ShortenedJson()
                yield found
        self._body.shorten()

    def close(self) -> Iterator[Document]:
        body, self._body = self._body, ShortenedJson()
        if body.is_blank:
            return
        try:
            yield Document("", body.value())
        except WireError:
            self.unreadable += 1

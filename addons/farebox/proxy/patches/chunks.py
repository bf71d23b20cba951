"""Very small chunks: mitmproxy handles each by itself, so that one read of them holds up all other calls.

Where one read has many, they become one piece here. The body stays the same; RFC 9112, section 7.1, has no meaning for
chunks. A few stay as they are, as some clients take a chunk for an event: each by itself, or all together as Pieces.
"""

import re
from collections import deque
from collections.abc import Sequence
from functools import cache

import h11
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer

from ._patch import digest

# h11 takes extensions too, and reports what is invalid.
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
_Read = h11.Data | h11.EndOfMessage | None
# Of one read, which has up to 64 KiB.
FEW = 64
_RELIED_ON = (ChunkedReader.__init__, ChunkedReader.__call__, ReceiveBuffer.maybe_extract_at_most)
_DIGESTS = ("4837ee0982ee0a03", "99731bc9b6f37f02", "1ce601e9ae057010")


class Pieces(bytes):
    """The data of several chunks of one read; `parts` has each."""

    parts: Sequence[bytes]

    @classmethod
    def of(cls, parts: Sequence[bytes]) -> bytes:
        """Return `parts` as one; none of them may be empty."""
        if not parts[1:]:
            return parts[0] if parts else b""
        pieces = cls(b"".join(parts))
        pieces.parts = parts
        return pieces

    def __bytes__(self) -> bytes:
        # mitmproxy converts what a reader returns, which would make a plain copy.
        return self

    def framed(self) -> bytes:
        """Return each part as a chunk of its own."""
        return b"".join([b"%x\r\n%b\r\n" % (len(part), part) for part in self.parts])


def joined(reader: ChunkedReader, *, together: bool = False) -> "ChunkedReader | JoinedChunks":
    """Return a reader that joins chunks, or `reader` itself if h11's code is not what this was written for.

    If `together`, a few chunks of one read are returned at once, as Pieces.
    """
    return JoinedChunks(reader, together=together) if _is_known() else reader


@cache
def _is_known() -> bool:
    return tuple(digest(function) for function in _RELIED_ON) == _DIGESTS


class JoinedChunks:
    """A reader of a chunked body that returns more than a FEW chunks of the buffer at once."""

    def __init__(self, reader: ChunkedReader, *, together: bool = False) -> None:
        self._reader = reader
        self._is_together = together
        self._after: _Read | h11.ProtocolError = None
        self._few = deque[bytes]()
        self.read_eof = reader.read_eof

    def __call__(self, buffer: ReceiveBuffer) -> _Read:
        if self._few:
            return h11.Data(data=self._few.popleft())
        after, self._after = self._after, None
        if isinstance(after, h11.ProtocolError):
            raise after
        if after is not None:
            return after
        pieces: list[bytes | bytearray] = []
        while isinstance(event := self._next(buffer, pieces), h11.Data):
            pieces.append(event.data)
        if not pieces:
            if isinstance(event, h11.ProtocolError):
                raise event
            return event
        self._after = event
        return h11.Data(data=self._first(pieces))

    @property
    def is_between_chunks(self) -> bool:
        """Whether all chunks before have been returned, and none has begun."""
        return self._is_at_chunk and self._after is None and not self._few

    @property
    def _is_at_chunk(self) -> bool:
        reader = self._reader
        return not (reader._bytes_in_chunk or reader._bytes_to_discard or reader._reading_trailer)  # noqa: SLF001

    def _first(self, pieces: list[bytes | bytearray]) -> bytes:
        """Return what is passed on of the data of one read, and keep the rest."""
        if len(pieces) > FEW:
            return b"".join(pieces)
        few = list(map(bytes, pieces))
        if self._is_together:
            return Pieces.of(few)
        self._few.extend(few)
        return self._few.popleft()

    def _next(self, buffer: ReceiveBuffer, pieces: list[bytes | bytearray]) -> _Read | h11.ProtocolError:
        """Add the whole chunks at the beginning of `buffer` to `pieces`, and return what h11 reads behind them."""
        _end_chunk(self._reader, buffer)
        if self._is_at_chunk:
            take_whole(buffer, pieces)
        try:
            return self._reader(buffer)
        except h11.ProtocolError as error:
            return error


def _end_chunk(reader: ChunkedReader, buffer: ReceiveBuffer) -> None:
    """Take the line end behind the data of a chunk: h11 leaves it for its next turn, which reads another chunk."""
    end = reader._bytes_to_discard  # noqa: SLF001
    if end and buffer._data.startswith(end):  # noqa: SLF001
        buffer.maybe_extract_at_most(len(end))
        reader._bytes_to_discard = b""  # noqa: SLF001


def take_whole(buffer: ReceiveBuffer, pieces: list[bytes | bytearray]) -> None:
    """Move the data of the complete chunks at the beginning of `buffer` to `pieces`; the last chunk stays."""
    data, end = buffer._data, 0  # noqa: SLF001 - h11's own reader takes 7 microseconds for a chunk
    while found := _SIZE.match(data, end):
        start = found.end()
        stop = start + int(found[1], 16)
        if stop == start or data[stop : stop + 2] != b"\r\n":
            break
        pieces.append(data[start:stop])
        end = stop + 2
    if end:
        buffer.maybe_extract_at_most(end)

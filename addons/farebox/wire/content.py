"""Undo content encodings incrementally, in pieces: a few bytes can decompress to gigabytes."""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli
import zstandard

from ..errors import WireError

_PIECE = 1 << 20
# zstandard cannot limit its output; a block decompresses to at most 128 KiB and takes at least 4 bytes.
_ZSTD_SLICE = 256
# How much of a body is decompressed at most. Text becomes ten times as long, images in it hardly longer.
_START = 32 << 20
_START_AT_LEAST = 1 << 20
_START_PER_BYTE = 32


class ContentDecoder(Protocol):
    """Turns pieces of an encoded body into pieces of the body; raises WireError on invalid bytes."""

    def feed(self, data: bytes) -> Iterator[bytes]: ...


def content_decoder(encodings: str | None) -> ContentDecoder:
    """Return the decoder for a `content-encoding` header of one or more encodings; WireError if one is unknown."""
    names = [name.strip().lower() for name in (encodings or "").split(",")]
    chain: list[ContentDecoder] = []
    for name in reversed([name for name in names if name and name != "identity"]):
        if name not in _DECODERS:
            raise WireError(f"content-encoding {name!r} is not one of {', '.join(sorted(_DECODERS))}")
        chain.append(_DECODERS[name]())
    return chain[0] if len(chain) == 1 else _Chain(chain)


def start_limit(size: int) -> int:
    """Return how many bytes are decompressed at most of a body that has `size` bytes on the wire."""
    return min(_START, _START_AT_LEAST + _START_PER_BYTE * size)


def decoded_start(data: bytes, encodings: str | None, limit: int) -> tuple[bytes, bool]:
    """Return the first `limit` bytes of an encoded body, and whether these are all.

    Invalid bytes, or an unknown encoding, end it.
    """
    if encodings is None or encodings == "identity":
        return data[:limit], len(data) <= limit
    pieces: list[bytes] = []
    room, is_whole = limit, True
    try:
        for piece in content_decoder(encodings).feed(data):
            pieces.append(piece[:room])
            room -= len(piece)
            if room < 0:
                break
    except WireError:
        is_whole = False
    return pieces[0] if len(pieces) == 1 else b"".join(pieces), is_whole and room >= 0


class _Chain:
    def __init__(self, steps: list[ContentDecoder]) -> None:
        self._steps = steps

    def feed(self, data: bytes) -> Iterator[bytes]:
        pieces: Iterator[bytes] = iter((data,))
        for step in self._steps:
            pieces = _each(step, pieces)
        yield from pieces


def _each(step: ContentDecoder, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from step.feed(piece)


class _Gzip:
    """gzip with one or more members; bytes after the last member are padding."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not (self._decoder.eof and not data.startswith(b"\x1f")):
            if self._decoder.eof:
                self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield from _inflate(self._decoder, data)
            data = self._decoder.unused_data


class _Deflate:
    """deflate, which servers send with or without the zlib header (RFC 9110, section 8.4.1.2)."""

    def __init__(self) -> None:
        self._head = b""
        self._decoder: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._decoder is None:
            self._head += data
            if len(self._head) < 2:
                return
            data, self._head = self._head, b""
            has_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
            self._decoder = zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
        if not self._decoder.eof:
            yield from _inflate(self._decoder, data)


def _inflate(decoder: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    try:
        piece = decoder.decompress(data, _PIECE)
        yield piece
        while len(piece) == _PIECE and not decoder.eof:
            piece = decoder.decompress(decoder.unconsumed_tail, _PIECE)
            yield piece
    except zlib.error as error:
        raise WireError(f"body is not gzip or deflate: {error}") from error


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            while data and not self._decoder.is_finished():
                piece = bytes(self._decoder.process(data, output_buffer_limit=_PIECE))
                yield piece
                data = b""
                while len(piece) >= _PIECE:
                    piece = bytes(self._decoder.process(b"", output_buffer_limit=_PIECE))
                    yield piece
        except brotli.error as error:
            raise WireError(f"body is not brotli: {error}") from error


class _Zstd:
    def __init__(self) -> None:
        self._decoder = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj(read_across_frames=True)

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            for start in range(0, len(data), _ZSTD_SLICE):
                yield self._decoder.decompress(data[start : start + _ZSTD_SLICE])
        except zstandard.ZstdError as error:
            raise WireError(f"body is not zstd: {error}") from error


_DECODERS: dict[str, Callable[[], ContentDecoder]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}

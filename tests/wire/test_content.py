"""Content-encodings: incrementally undone, in any cut, and refused where they are not what they say."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from farebox.errors import WireError
from farebox.wire.content import ContentDecoder, content_decoder, decoded_start
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cuts import byte_by_byte, pieces

TEXT = b'data: {"river": "Elbe"}\n\n' * 40
ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "none": ("", bytes),
    "identity": ("identity", bytes),
    "gzip": ("gzip", gzip.compress),
    "x-gzip in capitals": ("X-GZip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without header": ("deflate", lambda body: zlib.compress(body, wbits=-15)),
    "br": ("br", lambda body: bytes(brotli.compress(body))),
    "zstd": ("zstd", lambda body: zstandard.ZstdCompressor().compress(body)),
    "two": ("br, gzip", lambda body: gzip.compress(brotli.compress(body))),
    "two with identity and blanks": (" identity ,zstd ,, gzip", lambda body: gzip.compress(zstandard.compress(body))),
}

each_encoding = pytest.mark.parametrize(("name", "encode"), ENCODERS.values(), ids=ENCODERS)


def undo(decoder: ContentDecoder, encoded: list[bytes]) -> bytes:
    return b"".join(piece for part in encoded for piece in decoder.feed(part))


@each_encoding
def test_an_encoding_is_undone(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert b"".join(content_decoder(name).feed(encode(TEXT))) == TEXT


def test_no_header_is_no_encoding() -> None:
    assert b"".join(content_decoder(None).feed(TEXT)) == TEXT


@given(st.sampled_from(sorted(ENCODERS)), st.binary(max_size=300), st.lists(st.integers(0, 200), max_size=8))
def test_any_cut_is_undone(encoding: str, body: bytes, cuts: list[int]) -> None:
    name, encode = ENCODERS[encoding]

    assert undo(content_decoder(name), pieces(encode(body), cuts)) == body


@each_encoding
def test_byte_by_byte_is_undone(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert undo(content_decoder(name), byte_by_byte(encode(TEXT))) == TEXT


@pytest.mark.parametrize("name", ["gzip", "br", "zstd", "deflate"])
def test_what_is_flushed_is_read_at_once(name: str) -> None:
    """A server flushes after each event: the event must not wait for the next one."""
    first, second = TEXT[:25], TEXT[25:]
    flushed, rest = _flushing(name, first, second)
    decoder = content_decoder(name)

    assert b"".join(decoder.feed(flushed)) == first
    assert b"".join(decoder.feed(rest)) == second


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_several_members_are_one_body(name: str) -> None:
    _, encode = ENCODERS[name]

    assert b"".join(content_decoder(name).feed(encode(TEXT) + encode(b"more"))) == TEXT + b"more"


@pytest.mark.parametrize("name", ["gzip", "deflate", "deflate without header", "br"])
def test_what_follows_the_end_is_padding(name: str) -> None:
    header, encode = ENCODERS[name]
    decoder = content_decoder(header)

    assert b"".join(decoder.feed(encode(TEXT))) == TEXT
    assert b"".join(decoder.feed(b"\0\0\0\0")) == b""


@pytest.mark.parametrize("name", ["gzip", "deflate", "deflate without header"])
def test_padding_in_the_last_piece_is_left_out(name: str) -> None:
    header, encode = ENCODERS[name]

    assert b"".join(content_decoder(header).feed(encode(TEXT) + b"\0\0\0\0")) == TEXT


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_large_body_is_undone(name: str) -> None:
    """Larger than the pieces in which it is undone."""
    body = b"river" * 700_000
    _, encode = ENCODERS[name]

    assert b"".join(content_decoder(name).feed(encode(body))) == body


@pytest.mark.parametrize("name", ["gzip", "br", "zstd"])
def test_an_empty_piece_says_nothing(name: str) -> None:
    assert b"".join(content_decoder(name).feed(b"")) == b""


@pytest.mark.parametrize("name", ["gzip", "br", "zstd", "deflate"])
def test_a_body_that_is_not_so_encoded_is_the_peers_fault(name: str) -> None:
    with pytest.raises(WireError):
        undo(content_decoder(name), pieces(b"\x07" + TEXT, [3, 9]))


@pytest.mark.parametrize("name", ["compress", "gzip, rot13", "aes128gcm"])
def test_an_unknown_encoding_is_the_peers_fault(name: str) -> None:
    with pytest.raises(WireError, match="is not one of br, deflate, gzip"):
        content_decoder(name)


def _flushing(name: str, first: bytes, second: bytes) -> tuple[bytes, bytes]:
    match name:
        case "br":
            compressor = brotli.Compressor()
            flushed = compressor.process(first) + compressor.flush()
            return flushed, compressor.process(second) + compressor.finish()
        case "zstd":
            writer = zstandard.ZstdCompressor().compressobj()
            flushed = writer.compress(first) + writer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
            return flushed, writer.compress(second) + writer.flush()
        case _:
            deflater = zlib.compressobj(wbits=31 if name == "gzip" else 15)
            flushed = deflater.compress(first) + deflater.flush(zlib.Z_SYNC_FLUSH)
            return flushed, deflater.compress(second) + deflater.flush()


@each_encoding
def test_the_start_of_a_body_has_a_limit(name: str, encode: Callable[[bytes], bytes]) -> None:
    encoded = encode(TEXT)

    assert decoded_start(encoded, name, len(TEXT)) == (TEXT, True)
    assert decoded_start(encoded, name, len(TEXT) - 1) == (TEXT[:-1], False)


def test_the_start_of_a_body_ends_with_what_cannot_be_decoded() -> None:
    assert decoded_start(TEXT, "gzip", 100) == (b"", False)
    assert decoded_start(TEXT, "rot13", 100) == (b"", False)
    assert decoded_start(b"", "gzip", 100) == (b"", True)

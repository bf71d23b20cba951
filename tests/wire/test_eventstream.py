"""AWS event streams: checked, in any cut, and each message with its last byte."""

import base64
import contextlib
import json
import struct
import tracemalloc
import zlib

import pytest
from farebox.errors import WireError
from farebox.wire.document import Document
from farebox.wire.eventstream import EventStreamDocuments
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cuts import byte_by_byte, pieces
from tests.support.eventstreams import framed, header, message

EVENT = {":event-type": "metadata", ":content-type": "application/json", ":message-type": "event"}
USAGE = message(EVENT, b'{"usage": {"inputTokens": 3}}')
# As recorded from Bedrock: the frame of a first Converse event.
RECORDED = bytes.fromhex(
    "000000a7000000522240ac370b3a6576656e742d7479706507000c6d65737361676553746172740d3a636f6e74656e742d74797065070010"
    "6170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b2270223a226162636465666768696a6b6c"
    "6d6e6f707172737475767778797a4142434445464748494a4b4c4d4e4f50222c22726f6c65223a22617373697374616e74227dee5d674f"
)


def read(stream: list[bytes]) -> list[Document]:
    reader = EventStreamDocuments()
    found = [document for piece in stream for document in reader.feed(piece)]
    return [*found, *reader.close()]


def wrapped(inner: bytes) -> bytes:
    payload = json.dumps({"bytes": base64.b64encode(inner).decode(), "p": "abcd"})
    return message(EVENT | {":event-type": "chunk"}, payload.encode())


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (USAGE, Document("metadata", {"usage": {"inputTokens": 3}})),
        (wrapped(b'{"stop_reason": "end"}'), Document("chunk", {"stop_reason": "end"})),
        (wrapped(b"plain words"), Document("chunk", {"bytes": "cGxhaW4gd29yZHM=", "p": "abcd"})),
        (message(EVENT, b""), Document("metadata", None)),
        (message(EVENT, b"no JSON"), Document("metadata", None)),
        (
            message({":message-type": "exception", ":exception-type": "throttlingException"}, b'{"message": "slow"}'),
            Document("throttlingException", {"message": "slow"}, is_error=True),
        ),
        (
            message({":message-type": "error", ":error-code": "Internal", ":error-message": "m"}, b""),
            Document("Internal", None, is_error=True),
        ),
        (framed(b"", b"{}"), Document("", {})),
    ],
    ids=["event", "wrapped", "wrapped words", "empty", "no JSON", "exception", "error", "no headers"],
)
def test_a_message_is_a_document(stream: bytes, expected: Document) -> None:
    assert read([stream]) == read(byte_by_byte(stream)) == [expected]


def test_a_recorded_message_is_read() -> None:
    (document,) = read([RECORDED])

    assert (document.event, document.data["role"]) == ("messageStart", "assistant")


def test_every_type_of_header_is_passed() -> None:
    others = b"".join(
        b"\1" + bytes([97 + kind]) + bytes([kind]) + value
        for kind, value in enumerate((b"", b"", b"1", b"12", b"1234", b"12345678", b"\0\2xy"))
    )
    times = b"\1t\x0812345678" + b"\1u\x09" + bytes(16)

    found = read([framed(others + times + header(":event-type", "e"), b"{}")])

    assert found == [Document("e", {})]


@given(st.lists(st.sampled_from([USAGE, RECORDED, wrapped(b"{}")]), max_size=4), st.lists(st.integers(0, 600)))
def test_any_cut_is_the_same(messages: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(messages)

    assert read(pieces(stream, cuts)) == read([stream])


def test_a_message_is_handed_out_with_its_last_byte() -> None:
    reader = EventStreamDocuments()

    assert list(reader.feed(USAGE[:-1])) == []
    assert len(list(reader.feed(USAGE[-1:]))) == 1


@given(st.integers(0, len(USAGE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    damaged = bytearray(USAGE)
    damaged[place] ^= change

    with pytest.raises(WireError, match="event stream"):
        read([bytes(damaged)])


def test_what_came_before_damage_is_read() -> None:
    reader = EventStreamDocuments()
    found = []

    with pytest.raises(WireError):
        for document in reader.feed(USAGE + USAGE[:-1] + b"x"):
            found.append(document)  # noqa: PERF402 - the documents before the error count

    assert len(found) == 1


@pytest.mark.parametrize("length", range(1, len(USAGE)))
def test_a_cut_message_is_none(length: int) -> None:
    reader = EventStreamDocuments()

    assert [*reader.feed(USAGE[:length]), *reader.close()] == []
    assert reader.unreadable == 1


@pytest.mark.parametrize(
    "headers",
    [b"\5", b"\1a", b"\1a\x07", b"\1a\x07\0", b"\1a\x0a", b"\xff\xff"],
    ids=["no name", "no type", "no length", "half a length", "no such type", "endless name"],
)
def test_headers_that_are_none_are_the_peers_fault(headers: bytes) -> None:
    with pytest.raises(WireError, match="has invalid headers"):
        read([framed(headers, b"{}")])


@pytest.mark.parametrize(("whole", "headers"), [(15, 0), (16, 1), (1 << 25, 0), (2**32 - 1, 0), (100, 2**32 - 1)])
def test_impossible_lengths_are_the_peers_fault(whole: int, headers: int) -> None:
    prelude = struct.pack(">II", whole, headers)

    with pytest.raises(WireError, match="has an invalid prelude"):
        read([prelude + struct.pack(">I", zlib.crc32(prelude))])


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_noise_raises_nothing_else(noise: list[bytes]) -> None:
    with contextlib.suppress(WireError):
        read([USAGE, *noise])


def test_a_long_stream_takes_little_memory() -> None:
    reader = EventStreamDocuments()
    tracemalloc.start()

    for _ in range(2000):
        list(reader.feed(USAGE * 20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1 << 20

"""Many chunks of one read are one piece, a few stay as they are, and the body is the one that h11 reads."""

from itertools import pairwise

import h11
import pytest
from farebox.proxy.patches import chunks
from farebox.proxy.patches.chunks import FEW, JoinedChunks, joined
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from hypothesis import given
from hypothesis import strategies as st

END = b"0\r\n\r\n"
BODIES = st.lists(st.binary(min_size=1, max_size=6), max_size=2 * FEW)


def chunked(pieces: list[bytes]) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


def events(reader: ChunkedReader | JoinedChunks, *reads: bytes) -> list[bytes | str]:
    """Return what `reader` finds in each of `reads`, up to the end of the message or an error."""
    buffer = ReceiveBuffer()
    found: list[bytes | str] = []
    for read in reads:
        buffer += read
        try:
            while event := reader(buffer):
                if isinstance(event, h11.EndOfMessage):
                    return [*found, "end", bytes(buffer).decode("latin-1")]
                found.append(bytes(event.data))
        except h11.ProtocolError as error:
            return [*found, str(error)]
    return found


def test_code_of_h11_that_is_not_known_reads_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ChunkedReader()

    assert isinstance(joined(plain), JoinedChunks)
    monkeypatch.setattr(chunks, "_is_known", lambda: False)
    assert joined(plain) is plain


def test_many_chunks_of_a_read_are_one_piece_and_a_few_stay() -> None:
    reader = JoinedChunks(ChunkedReader())

    assert events(reader, chunked([b" "] * 9000), chunked([b"a"] * FEW), chunked([b"a", b"b" * 300]) + END) == [
        b" " * 9000,
        *[b"a"] * FEW,
        b"a",
        b"b" * 300,
        "end",
        "",
    ]


@pytest.mark.parametrize("cut", range(7000, 7007))
def test_a_chunk_that_a_read_has_cut_leaves_few_for_h11(monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    calls: list[ReceiveBuffer] = []
    stock = ChunkedReader.__call__

    def counted(reader: ChunkedReader, buffer: ReceiveBuffer) -> h11.Data | h11.EndOfMessage | None:
        calls.append(buffer)
        return stock(reader, buffer)

    monkeypatch.setattr(ChunkedReader, "__call__", counted)
    wire = chunked([b"ab"] * 2000)

    *pieces, _end, _left = events(JoinedChunks(ChunkedReader()), wire[:cut], wire[cut:] + END)

    assert b"".join(piece for piece in pieces if isinstance(piece, bytes)) == b"ab" * 2000
    assert len(calls) < 10


@given(pieces=BODIES, cuts=st.lists(st.integers(0, 900), max_size=8))
def test_the_body_is_the_same_wherever_reads_cut_it(pieces: list[bytes], cuts: list[int]) -> None:
    wire = chunked(pieces) + END + b"GET / HTTP/1.1\r\n"
    places = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    reads = [wire[start:stop] for start, stop in pairwise(places)]

    *data, end, left = events(JoinedChunks(ChunkedReader()), *reads)

    assert b"".join(piece for piece in data if isinstance(piece, bytes)) == b"".join(pieces)
    assert (end, "GET / HTTP/1.1\r\n".startswith(str(left))) == ("end", True)


@pytest.mark.parametrize(
    "tail",
    [b"2;name=value\r\n{}\r\n" + END, b"0002\r\n{}\r\n" + END, b"2 \r\n{}\r\n" + END, b"A\r\n0123456789\r\n" + END],
    ids=["extension", "zeros", "blank", "capital"],
)
def test_other_forms_of_a_chunk_are_read_too(tail: bytes) -> None:
    ours, plain = (
        events(reader, chunked([b"a"]) + tail) for reader in (JoinedChunks(ChunkedReader()), ChunkedReader())
    )

    assert ours == plain


@pytest.mark.parametrize("tail", [b"x\r\n", b"2\r\n{}x\r\n", b"-2\r\n{}\r\n"], ids=["no size", "no end", "negative"])
def test_what_came_before_an_error_passes_and_the_error_is_the_same(tail: bytes) -> None:
    ours, plain = (
        events(reader, chunked([b"a", b"b"]) + tail) for reader in (JoinedChunks(ChunkedReader()), ChunkedReader())
    )

    assert ours == plain


def test_a_trailer_field_ends_the_message_as_before() -> None:
    buffer = ReceiveBuffer()
    buffer += chunked([b"a", b"b"]) + b"0\r\nx-checksum: 1\r\n\r\n"
    reader = JoinedChunks(ChunkedReader())

    assert [reader(buffer), reader(buffer)] == [h11.Data(data=b"a"), h11.Data(data=b"b")]
    end = reader(buffer)

    assert isinstance(end, h11.EndOfMessage)
    assert list(end.headers) == [(b"x-checksum", b"1")]

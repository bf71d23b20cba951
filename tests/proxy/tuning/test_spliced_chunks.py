"""Whole chunks are taken off a read, and sent as mitmproxy's layers would."""

from types import SimpleNamespace
from typing import Any

import pytest
from farebox.proxy.patches.chunks import FEW, JoinedChunks
from farebox.proxy.patches.trailers import _TrailerReader
from farebox.proxy.tuning.spliced_chunks import whole_chunks, without_layers
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy.http import Headers
from mitmproxy.test import tutils

ONE, TWO = b"3\r\none\r\n", b"3\r\ntwo\r\n"


def server() -> Any:
    reader = _TrailerReader(JoinedChunks(ChunkedReader(), together=True), tutils.tresp())
    return SimpleNamespace(buf=ReceiveBuffer(), _farebox_reader=reader)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (ONE + TWO, ([b"one", b"two"], b"")),
        (ONE + b"3\r\ntw", ([b"one"], b"3\r\ntw")),
        (ONE + b"0\r\n\r\n", ([b"one"], b"0\r\n\r\n")),
        (b"3;x=y\r\none\r\n", ([], b"3;x=y\r\none\r\n")),
        (b"", ([], b"")),
    ],
    ids=["whole", "cut", "end", "extension", "nothing"],
)
def test_whole_chunks(data: bytes, found: tuple[list[bytes], bytes]) -> None:
    connection = server()

    assert whole_chunks(connection, data) == found
    assert not connection.buf


def test_nothing_is_taken_in_the_middle_of_a_chunk() -> None:
    connection = server()
    connection.buf += b"6\r\none"
    connection._farebox_reader(connection.buf)

    assert whole_chunks(connection, b"two\r\n" + ONE) == ([], b"two\r\n" + ONE)


@pytest.mark.parametrize(
    ("function", "parts", "sent"),
    [
        (True, [b"one", b"two"], ONE + TWO),
        (lambda data: data, [b"one", b"two"], ONE + TWO),
        (lambda data: [data[:3], data[3:]], [b"onetwo"], ONE + TWO),
        (lambda _: [], [b"one"], b""),
        (lambda data: data, [b"x"] * (FEW + 1), b"41\r\n" + b"x" * (FEW + 1) + b"\r\n"),
    ],
    ids=["no function", "the same", "split", "dropped", "very many"],
)
def test_what_is_sent(function: Any, parts: list[bytes], sent: bytes) -> None:
    response = tutils.tresp(headers=Headers([(b"transfer-encoding", b"chunked")]))
    response.stream = function
    stream: Any = SimpleNamespace(flow=SimpleNamespace(response=response))
    client: Any = SimpleNamespace(response=response)

    assert without_layers(stream, client, parts) == sent
    response.headers.clear()
    assert without_layers(stream, client, [b"plain"]) in {b"plain", b""}

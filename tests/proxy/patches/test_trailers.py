"""Trailer fields over HTTP/1.1 pass in both directions.

Stock mitmproxy's client waits for ever if a message has any, so no message with some is played through it here: the
parts of the patch are tested with events.
"""

from collections.abc import Generator
from types import SimpleNamespace
from typing import Any

import h11
import pytest
from farebox.proxy.patches import trailers
from farebox.proxy.patches.chunks import JoinedChunks
from farebox.proxy.patches.trailers import pass_trailers
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy import http
from mitmproxy.proxy.commands import SendData
from mitmproxy.proxy.layers.http import _events as events
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server
from mitmproxy.test import tflow, tutils

FIELDS = http.Headers([(b"x-checksum", b"1234")])
WRITTEN = b"0\r\nx-checksum: 1234\r\n\r\n"
BARE = b"0\r\n\r\n"


class Ended:
    """A reader whose message has ended, with `fields`."""

    def read_eof(self) -> None: ...

    def __init__(self, *fields: tuple[bytes, bytes]) -> None:
        self._end = h11.EndOfMessage(headers=list(fields))

    def __call__(self, _buffer: ReceiveBuffer) -> h11.EndOfMessage:
        return self._end


def test_the_patch_fits_this_mitmproxy(monkeypatch: pytest.MonkeyPatch) -> None:
    # A test before it may have turned a tuning on in this process, which goes around the patch.
    monkeypatch.setattr(Http1Server, "send", trailers._send_answer)
    monkeypatch.setattr(Http1Client, "send", trailers._send_request)

    pass_trailers()

    assert Http1Server.send is trailers.PASS_ANSWERS.replacement
    assert Http1Client.send is trailers._REQUESTS.replacement
    assert isinstance(Http1Connection.body_reader, property)


def test_trailer_fields_become_those_of_the_message() -> None:
    message = tutils.tresp()
    read: Any = trailers._TrailerReader(Ended((b"x-checksum", b"1234")), message)  # type: ignore[arg-type]

    end = read(ReceiveBuffer())

    assert message.trailers == FIELDS
    assert isinstance(end, h11.EndOfMessage)
    # What mitmproxy does not implement are these.
    assert not end.headers


def test_bodies_without_trailer_fields_are_read_as_before() -> None:
    message = tutils.tresp()
    reader = trailers._TrailerReader(JoinedChunks(ChunkedReader()), message)
    buffer = ReceiveBuffer()
    buffer += b"2\r\n{}\r\n0\r\n\r\n"

    read = []
    while not isinstance(event := reader(buffer), h11.EndOfMessage):
        read.append(event)

    assert b"".join(bytes(event.data) for event in read if isinstance(event, h11.Data)) == b"{}"
    assert message.trailers is None


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        (events.ResponseTrailers(1, FIELDS), events.ResponseEndOfMessage(1)),
        (events.RequestTrailers(1, FIELDS), events.RequestEndOfMessage(1)),
    ],
    ids=["answer", "request"],
)
def test_trailer_fields_are_written_after_the_last_chunk_of_their_message(fields: Any, end: Any) -> None:
    def stock(_connection: object, event: object) -> Generator[SendData]:
        yield SendData(connection, BARE if isinstance(event, type(end)) else b"chunk")

    connection: Any = SimpleNamespace()
    send = trailers._sending(stock, type(fields), type(end))
    sent = [
        [command.data for command in send(connection, event) if isinstance(command, SendData)]
        for event in (events.ResponseData(1, b"a"), fields, end, end)
    ]

    # A message after it on the same connection has none.
    assert sent == [[b"chunk"], [], [WRITTEN], [BARE]]


def test_stock_mitmproxy_does_not_know_the_event() -> None:
    """If this fails, mitmproxy has mended it, and the patch can go."""
    connection: Any = SimpleNamespace(
        stream_id=1, request=tutils.treq(), response=tutils.tresp(), conn=tflow.tclient_conn()
    )

    with pytest.raises(AssertionError, match="Unexpected event"):
        list(trailers._send_answer(connection, events.ResponseTrailers(1, FIELDS)))

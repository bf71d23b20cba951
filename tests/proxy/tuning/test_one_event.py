"""The chunks of one read are one event of mitmproxy, and the same chunks on the wire."""

from types import SimpleNamespace
from typing import Any

import h11
import pytest
from farebox.proxy.patches import trailers
from farebox.proxy.patches.chunks import FEW, JoinedChunks, Pieces
from farebox.proxy.patches.trailers import PASS_ANSWERS, pass_trailers
from farebox.proxy.tuning import one_event
from farebox.proxy.tuning.one_event import use_one_event
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy.http import Headers
from mitmproxy.proxy.layers.http._events import ResponseData
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Server
from mitmproxy.test import tflow, tutils


def read(*parts: bytes) -> bytes:
    buffer = ReceiveBuffer()
    buffer += b"".join(b"%X\r\n%b\r\n" % (len(part), part) for part in parts)
    event = JoinedChunks(ChunkedReader(), together=True)(buffer)
    assert isinstance(event, h11.Data)
    # What mitmproxy does with it.
    return bytes(event.data)


def sent(data: bytes, **headers: str) -> bytes:
    response = tutils.tresp(headers=Headers([], **headers))
    connection: Any = SimpleNamespace(stream_id=1, response=response, conn=tflow.tclient_conn())
    commands: Any = one_event._send_together(connection, ResponseData(1, data))
    return b"".join(command.data for command in commands)


def test_chunks_of_one_read_are_sent_as_they_came() -> None:
    data = read(b"one", b"t" * 11)

    assert data == b"one" + b"t" * 11
    assert sent(data, transfer_encoding="Chunked") == b"3\r\none\r\nb\r\n" + b"t" * 11 + b"\r\n"
    assert sent(data, content_length="14") == data


def test_one_chunk_and_very_many_are_plain_data() -> None:
    assert type(read(b"one")) is bytes
    assert type(read(*[b"x"] * (FEW + 1))) is bytes
    assert type(read(*[b"x"] * FEW)) is Pieces


def test_a_client_that_does_not_get_chunks_gets_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    pass_trailers()
    monkeypatch.setattr(Http1Server, "send", PASS_ANSWERS.replacement)
    connection: Any = Http1Client.__new__(Http1Client)
    connection.context = SimpleNamespace(client=tflow.tclient_conn())
    before = trailers._passes_together(connection)
    assert use_one_event()

    connection.context.client.alpn = b"http/1.1"
    has_chunks = trailers._passes_together(connection)
    connection.context.client.alpn = b"h2"
    assert (before, has_chunks, trailers._passes_together(connection)) == (False, True, False)


def test_other_code_of_mitmproxy_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Http1Server, "send", trailers._send_answer)

    assert not use_one_event()
    assert Http1Server.send is trailers._send_answer

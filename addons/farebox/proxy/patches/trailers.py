"""Trailer fields over HTTP/1.1, which mitmproxy does not implement (mitmproxy#2474): it stops, and the client waits.

mitmproxy's streams pass them on from HTTP/2, so only its HTTP/1.1 connections lack them: here they are read into the
message, and written after the last chunk.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import h11
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy import http
from mitmproxy.proxy import commands
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http import _events as http_events
from mitmproxy.proxy.layers.http._events import HttpEvent
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server

from ._patch import Patch, apply, digest
from .chunks import JoinedChunks, joined

_READ_BODY = frozenset({"1dad19dda5b0ee31"})
_send_answer = Http1Server.send
_send_request = Http1Client.send
_NO_CHUNKS = (b"h2", b"h3")
# The forms of Http1Server.send that send the parts of Pieces as chunks of their own.
sends_together: set[Callable[..., Any]] = set()


def pass_trailers() -> None:
    """Have mitmproxy pass trailer fields on."""
    if digest(Http1Connection.read_body) in _READ_BODY and apply(PASS_ANSWERS) and apply(_REQUESTS):
        Http1Connection.body_reader = property(attrgetter("_farebox_reader"), _set_reader)  # type: ignore[assignment]


class _TrailerReader:
    """Reads a chunked body; its trailer fields become those of `message`."""

    def __init__(self, reader: ChunkedReader | JoinedChunks, message: http.Message) -> None:
        self.reader = reader
        self._message = message
        self.read_eof = reader.read_eof

    def __call__(self, buffer: ReceiveBuffer) -> h11.Data | h11.EndOfMessage | None:
        event = self.reader(buffer)
        if isinstance(event, h11.EndOfMessage) and event.headers:
            self._message.trailers = http.Headers(event.headers.raw_items())
            return h11.EndOfMessage()
        return event


def is_between_chunks(connection: Http1Connection) -> bool:
    """Tell whether the next bytes of the connection begin a chunk."""
    reader = connection.__dict__.get("_farebox_reader")
    joined_reader = reader.reader if isinstance(reader, _TrailerReader) else None
    return isinstance(joined_reader, JoinedChunks) and joined_reader.is_between_chunks


def _set_reader(connection: Http1Connection, reader: Any) -> None:
    message = connection.request if isinstance(connection, Http1Server) else connection.response
    if isinstance(reader, ChunkedReader) and message is not None:
        reader = _TrailerReader(joined(reader, together=_passes_together(connection)), message)
    connection.__dict__["_farebox_reader"] = reader


def _passes_together(connection: Http1Connection) -> bool:
    """Tell whether chunks of an answer that are returned together are sent to the client as they came."""
    is_answer = isinstance(connection, Http1Client)
    return is_answer and connection.context.client.alpn not in _NO_CHUNKS and Http1Server.send in sends_together


def _sending(
    stock: Callable[..., CommandGenerator[None]], trailers_event: type[HttpEvent], end_event: type[HttpEvent]
) -> Callable[..., CommandGenerator[None]]:
    """Return `stock`, a `send` method, with trailer fields written at the end of a chunked body."""

    def send(connection: Http1Connection, event: HttpEvent) -> CommandGenerator[None]:
        if isinstance(event, trailers_event):
            connection.__dict__["_farebox_trailers"] = event.trailers  # type: ignore[attr-defined]
            return
        trailers = connection.__dict__.pop("_farebox_trailers", None) if isinstance(event, end_event) else None
        for command in stock(connection, event):
            if trailers and isinstance(command, commands.SendData) and command.data == b"0\r\n\r\n":
                command.data = b"0\r\n%b\r\n" % bytes(trailers)
            yield command

    return send


PASS_ANSWERS = Patch(
    Http1Server,
    "send",
    _sending(_send_answer, http_events.ResponseTrailers, http_events.ResponseEndOfMessage),
    without="an answer with trailer fields never ends for its client",
    known=frozenset({"111f355f753046bb"}),
)
_REQUESTS = Patch(
    Http1Client,
    "send",
    _sending(_send_request, http_events.RequestTrailers, http_events.RequestEndOfMessage),
    without="a request with trailer fields never reaches its server",
    known=frozenset({"d7a7c73ace9876da"}),
)

"""Bound the head of an HTTP/1.1 message: mitmproxy collects one for as long as it goes on."""

from collections.abc import Callable
from typing import Any

from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import ErrorCode, ResponseProtocolError
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server, make_error_response

from ._patch import Patch, apply
from .framing import mend_framing
from .interim import drop_interim

LIMIT = 256 << 10
_TOO_LARGE = 431

_read_request_head = Http1Server.read_headers
_read_response_head = Http1Client.read_headers


def bound_heads() -> None:
    """Refuse requests, and end answers, whose head is longer than LIMIT; read the heads of answers as clients do."""
    apply(_SERVER)
    apply(_CLIENT)


def _bounded_request_head(connection: Http1Server, event: events.ConnectionEvent) -> CommandGenerator[None]:
    yield from _read_request_head(connection, event)
    if _is_endless(connection):
        message = f"The head of the request is longer than {LIMIT >> 10} KiB."
        yield commands.SendData(connection.conn, make_error_response(_TOO_LARGE, message))
        yield commands.CloseConnection(connection.conn)
        connection.state = connection.done


def _bounded_response_head(connection: Http1Client, event: events.ConnectionEvent) -> CommandGenerator[None]:
    if connection.request is not None:
        drop_interim(connection.buf)
        mend_framing(connection)
    yield from _read_response_head(connection, event)
    if _is_endless(connection) and connection.stream_id is not None:
        connection.state = connection.done
        yield commands.CloseConnection(connection.conn)
        message = f"the head of the answer is longer than {LIMIT >> 10} KiB"
        yield ReceiveHttp(ResponseProtocolError(connection.stream_id, message, ErrorCode.GENERIC_SERVER_ERROR))


def _is_endless(connection: Http1Connection) -> bool:
    state: Callable[..., Any] = connection.state
    return state == connection.read_headers and len(connection.buf) > LIMIT


_SERVER = Patch(
    Http1Server,
    "read_headers",
    _bounded_request_head,
    without="a client can fill the memory with an endless head",
    known=frozenset({"7d4676efa082b1b7"}),
)
_CLIENT = Patch(
    Http1Client,
    "read_headers",
    _bounded_response_head,
    without="interim answers (1xx) end a call, and answers with odd framing are a 502",
    known=frozenset({"71ab6c83b3526022"}),
)

"""Pass the chunks of one read on as one event.

mitmproxy takes each chunk of an answer through all of its layers, TLS and a system call of its own: 36 microseconds
each. Those of one read become Pieces here, which are metered, encrypted and written at once. Towards the client, each
is a chunk of its own, as before.
"""

from mitmproxy.proxy import commands
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http._events import HttpEvent, ResponseData
from mitmproxy.proxy.layers.http._http1 import Http1Server

from ..patches.chunks import Pieces
from ..patches.trailers import PASS_ANSWERS, sends_together

_send = PASS_ANSWERS.replacement


def use_one_event() -> bool:
    """Make the change; False if mitmproxy's code is not what farebox's patch of the same code was written for."""
    if Http1Server.send is _send:
        Http1Server.send = _send_together  # type: ignore[method-assign,assignment]
        sends_together.add(_send_together)
    return is_used()


def is_used() -> bool:
    """Tell whether chunks come together."""
    return Http1Server.send is _send_together


def _send_together(connection: Http1Server, event: HttpEvent) -> CommandGenerator[None]:
    if type(event) is ResponseData and isinstance(event.data, Pieces) and _is_chunked(connection):
        assert event.stream_id == connection.stream_id
        yield commands.SendData(connection.conn, event.data.framed())
    else:
        yield from _send(connection, event)


def _is_chunked(connection: Http1Server) -> bool:
    response = connection.response
    return response is not None and "chunked" in response.headers.get("transfer-encoding", "").lower()

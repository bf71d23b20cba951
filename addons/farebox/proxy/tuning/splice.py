"""Pass the chunks of a stream from the provider's connection to the client's past mitmproxy's layers.

Each read of a stream goes through some fifteen generators of mitmproxy before it is written: half of the CPU of a chunk
that comes by itself. Once the head of a chunked answer has gone out, nothing is left for them to decide until the
message ends. So whole chunks are decrypted, given to the answer's tap, framed and encrypted here, with the TLS and the
buffers of the layers themselves. Whatever is not a whole chunk (the end, an error, a part of a chunk) is given back to
the layers, as is each read while a layer waits for a hook, or is in any other state. Back-pressure stays mitmproxy's,
which reads on once what was written has left.
"""

import contextlib
import logging
from typing import Any

from mitmproxy.connection import Connection
from mitmproxy.proxy import events
from mitmproxy.proxy.layer import CommandGenerator, Layer
from mitmproxy.proxy.layers import modes
from mitmproxy.proxy.layers import tls as tls_layers
from mitmproxy.proxy.layers.http import HttpClient, HttpLayer, HttpStream
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server
from mitmproxy.proxy.layers.tls import ClientTLSLayer, ServerTLSLayer, TLSLayer
from mitmproxy.proxy.server import ConnectionHandler
from mitmproxy.proxy.tunnel import TunnelLayer, TunnelState

from ..patches._patch import Patch, apply
from . import one_event, passes
from ._known import Known, are_known
from .spliced_chunks import whole_chunks, without_layers

_SPLICE, _REST = "_farebox_splice", "_farebox_rest"
_READ = 65535
# The library with which mitmproxy's own layers speak TLS.
SSL: Any = vars(tls_layers)["SSL"]
_start_stream = HttpStream.start_response_stream
_receive_data = TLSLayer.receive_data
# Layers between a client and its stream that pass data on as it is, or encrypt it.
_MODES = (modes.HttpProxy, modes.ReverseProxy, modes.TransparentProxy, modes.Socks5Proxy)
_OUTER = (*_MODES, HttpLayer, HttpStream, ServerTLSLayer, ClientTLSLayer)


def use_splice() -> bool:
    """Make the change; False without `one_write` and `one_event`, or if the code is not what this was made for."""
    is_based = passes.is_used() and one_event.is_used()
    if not (is_based and are_known(RELIED_ON) and apply(RECEIVE) and apply(START)):
        return False
    passes.bypass = _bypass
    return True


class _Splice:
    """One answer's way from the server's connection to the client's, with the layers that it passes."""

    def __init__(
        self, stream: HttpStream, server: Http1Client, client: Http1Server, tls: ServerTLSLayer | None
    ) -> None:
        self._stream = stream
        self._server = server
        self._client = client
        self._server_tls = tls
        outer = [one for one in stream.context.layers if isinstance(one, ClientTLSLayer)]
        self._client_tls = outer[0] if outer else None
        self._layers: tuple[Layer, ...] = (*stream.context.layers, *([tls] if tls else []), server, client)

    @property
    def has_ended(self) -> bool:
        """Tell whether the answer is over; its connection can have another one."""
        return bool(self._stream.server_state != self._stream.state_stream_response_body)

    def is_open(self, handler: ConnectionHandler) -> bool:
        """Tell whether all layers are in the state in which they pass chunks on, and wait for nothing."""
        lock = handler._server_event_lock  # noqa: SLF001 - mitmproxy's own order of events
        return (
            not self.has_ended
            and self._server.state == self._server.read_body
            and not lock.locked()
            and not lock._waiters  # noqa: SLF001 - the same
            and self._client.conn in handler.transports
            and all(tls is None or tls.tunnel_state is TunnelState.OPEN for tls in (self._server_tls, self._client_tls))
            and not any(one._paused or one._paused_event_queue for one in self._layers)  # noqa: SLF001
        )

    def pass_on(self, handler: ConnectionHandler, data: bytes) -> bytes | None:
        """Send the whole chunks of a read to the client; return what the layers get instead of the read, or None."""
        plain, is_ended = self._decrypted(handler, data)
        chunks, rest = whole_chunks(self._server, plain)
        if chunks:
            self._send(handler, without_layers(self._stream, self._client, chunks))
        if not rest and not is_ended:
            return None
        if self._server_tls is None:
            return rest
        self._server_tls.__dict__[_REST] = rest
        return b""

    def _decrypted(self, handler: ConnectionHandler, data: bytes) -> tuple[bytes, bool]:
        """Return the plain text of `data`, and whether the connection has more to say, such as its end."""
        if self._server_tls is None:
            return data, False
        connection = self._server_tls.tls
        connection.bio_write(data)
        plain, is_ended = _received(connection)
        _write(handler, self._server.conn, _to_send(connection))
        return plain, is_ended

    def _send(self, handler: ConnectionHandler, data: bytes) -> None:
        if self._client_tls is not None and data:
            connection = self._client_tls.tls
            # A client that does not read any more: mitmproxy drops what is for it, too.
            with contextlib.suppress(SSL.ZeroReturnError, SSL.SysCallError):
                connection.sendall(data)
            data = _to_send(connection)
        _write(handler, self._client.conn, data)


def _received(connection: Any) -> tuple[bytes, bool]:
    parts = []
    while True:
        try:
            parts.append(connection.recv(_READ))
        except SSL.WantReadError:
            return b"".join(parts), False
        except SSL.Error:
            # The layer meets it again, and handles it.
            return b"".join(parts), True


def _to_send(connection: Any) -> bytes:
    parts = []
    while True:
        try:
            parts.append(connection.bio_read(_READ))
        except SSL.WantReadError:
            return b"".join(parts)


def _write(handler: ConnectionHandler, to: Connection, data: bytes) -> None:
    transport = handler.transports.get(to)
    if data and transport is not None and transport.writer is not None and not transport.writer.is_closing():
        transport.writer.write(data)


def _bypass(handler: ConnectionHandler, event: events.Event) -> events.Event | None:
    """Return the event for the layers: None if it was a read of a stream that has passed them."""
    if type(event) is not events.DataReceived:
        return event
    splice: _Splice | None = event.connection.__dict__.get(_SPLICE)
    if splice is None:
        return event
    if not splice.is_open(handler):
        # Another answer on this connection gets its own.
        if splice.has_ended:
            del event.connection.__dict__[_SPLICE]
        return event
    handler.timeout_watchdog.register_activity()
    try:
        left = splice.pass_on(handler, event.data)
    except Exception:  # noqa: BLE001 - a function of a script, or a fault of ours
        # The read is lost: an answer that is cut is better than one that lacks something.
        handler.log("mitmproxy has crashed!", logging.ERROR, exc_info=True)
        handler.close_connection(event.connection)
        return None
    return None if left is None else events.DataReceived(event.connection, left)


def _starting(stream: HttpStream) -> CommandGenerator[None]:
    yield from _start_stream(stream)
    if (splice := _splice_of(stream)) is not None:
        stream.context.server.__dict__[_SPLICE] = splice


def _splice_of(stream: HttpStream) -> _Splice | None:
    """Return the way past the layers, if there are no others than those that it knows."""
    layers, server = stream.context.layers, stream.context.server
    http = layers[-2]
    assert isinstance(http, HttpLayer)
    inner: Any = http.connections.get(server)
    # After CONNECT, the server's TLS lies around the client's, as it does of a reverse listener.
    tls = next((one for one in (inner, *layers) if type(one) is ServerTLSLayer and one.conn is server), None)
    if tls is not None and tls is inner:
        inner = tls.child_layer
    inner = inner.child_layer if type(inner) is HttpClient else None
    outer = http.connections.get(stream.context.client)
    is_plain = (tls is not None) == server.tls and server.via is None
    is_known = all(type(one) in _OUTER and one.debug is None for one in layers) and is_plain
    if not is_known or type(inner) is not Http1Client or type(outer) is not Http1Server or _is_nested(stream):
        return None
    return _Splice(stream, inner, outer, tls)


def _is_nested(stream: HttpStream) -> bool:
    """Tell whether the client's side is more than one TLS over plain tunnels, or bodies are kept."""
    layers, client = stream.context.layers, stream.context.client
    tls = [one for one in layers if isinstance(one, ClientTLSLayer)]
    tunnels = [one.connections.get(client) for one in layers if isinstance(one, HttpLayer)]
    is_simple = len(tls) == int(client.tls) and all(type(one) is Http1Server for one in tunnels)
    return not is_simple or any(one.conn is not client for one in tls) or stream.context.options.store_streamed_bodies


def _receiving(layer: TLSLayer, data: bytes) -> CommandGenerator[None]:
    rest = layer.__dict__.pop(_REST, None)
    if rest:
        yield from layer.event_to_child(events.DataReceived(layer.conn, rest))
    yield from _receive_data(layer, data)


_SLOWER = "a chunk of a stream takes twice the CPU"
START = Patch(HttpStream, "start_response_stream", _starting, _SLOWER, frozenset({"9f9bb618aa2b72c9"}))
RECEIVE = Patch(TLSLayer, "receive_data", _receiving, _SLOWER, frozenset({"a1bef8a2f5ae6eeb"}))
RELIED_ON = tuple(
    Known(function, frozenset({known}))
    for function, known in (
        (TLSLayer.send_data, "7bf8dc80493bbcd0"),
        (TLSLayer.tls_interact, "48a6936c71ccba03"),
        (HttpStream.state_stream_response_body, "2eb2bb7cfa601479"),
        (HttpStream.passthrough, "3486fa933e3a0f26"),
        (HttpLayer.event_to_child, "b717760ab7643b09"),
        (HttpLayer._handle_event, "cadf3184b0016025"),  # noqa: SLF001 - relied on, not called
        (HttpClient._handle_event, "00b42b06c1b2b140"),  # noqa: SLF001 - the same
        (Http1Connection._handle_event, "4432724ebda4d2ae"),  # noqa: SLF001 - the same
        (Http1Connection.read_body, "1dad19dda5b0ee31"),
        (TunnelLayer._handle_event, "f44a60b398c49eda"),  # noqa: SLF001 - the same
        (TunnelLayer._handle_command, "009dd5b3847fe928"),  # noqa: SLF001 - the same
        (TunnelLayer.event_to_child, "71c85d669aacf3be"),
        (Layer.handle_event, "26e29ae4e7a49e20"),
    )
)

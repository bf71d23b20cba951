"""The outcome of a flow that failed, by the side that closed first."""

from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy.layers.http._events import ErrorCode, ResponseProtocolError
from mitmproxy.proxy.layers.http._http2 import Http2Client

from ..records import reading
from .patches.silence import was_silent


class FromUpstream(str):
    """A message of mitmproxy about an error of the upstream."""

    __slots__ = ()


class UpstreamProtocolError(ResponseProtocolError):
    """An error on the upstream's HTTP/2 connection; the type of its message marks it as one."""

    def __init__(self, stream_id: int, message: str, code: ErrorCode) -> None:
        super().__init__(stream_id, FromUpstream(message), code)


def mark_upstream_resets() -> None:
    """Make mitmproxy mark HTTP/2 resets by the upstream: its text says "by client" for resets by either side."""
    Http2Client.ReceiveProtocolError = UpstreamProtocolError


def outcome_of(flow: http.HTTPFlow) -> str:
    """Return the outcome of a flow that ended in an error."""
    if was_silent(flow.client_conn):
        return reading.SIDECAR_STOP
    message = flow.error.msg if flow.error else ""
    # An HTTP/2 client that cancels one stream keeps its connection open.
    has_reset = "reset by client" in message and not isinstance(message, FromUpstream)
    if has_reset or flow.client_conn.state is not ConnectionState.OPEN:
        return reading.CLIENT_ABORT
    return reading.NETWORK_ERROR if flow.response is None else reading.PROVIDER_CUT

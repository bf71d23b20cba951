"""Which requests at the explicit proxy's port are for farebox itself, and not for a server behind it.

RFC 9112, section 3.2: a request for a proxy names its target, a request for the server itself names only a path.
mitmproxy fills in the host from the Host header before the first hook, so the difference is marked before that.
"""

from mitmproxy import connection, http
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http import HTTPMode, HttpStream

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MARK = "farebox_is_for_farebox"

_check_invalid = HttpStream.check_invalid


def mark_requests_for_farebox() -> None:
    """Have mitmproxy mark requests for the proxy's own address before it fills in a host; `is_for_farebox` reads it."""
    HttpStream.check_invalid = _checked_for_farebox  # type: ignore[method-assign,assignment]


def is_for_farebox(flow: http.HTTPFlow) -> bool:
    """Tell whether the client sent `flow` to farebox itself, and not through it."""
    return _MARK in flow.metadata


def names_farebox(request: http.Request, client: connection.Client) -> bool:
    """Tell whether `request`, as it arrived at the explicit proxy, has no target but farebox."""
    if request.method == "CONNECT":
        return False
    if not request.host:
        return True
    if request.scheme == "https":
        # Only HTTP/2 in the TLS to the proxy itself can say so: proxies get these by CONNECT.
        return request.host == client.sni
    here = client.sockname or ("", 0)
    return request.port == here[1] and request.host in {*_LOOPBACK, here[0]}


def _checked_for_farebox(stream: HttpStream, request: bool) -> CommandGenerator[bool]:  # noqa: FBT001 - mitmproxy's
    flow = stream.flow
    is_explicit = stream.mode is not HTTPMode.transparent
    if request and is_explicit and flow.is_replay is None and names_farebox(flow.request, flow.client_conn):
        flow.metadata[_MARK] = True
    return (yield from _check_invalid(stream, request))

"""The head of a request in mitmproxy's flow, as a Request."""

from mitmproxy import http

from ..records.exchange import Request
from .header_fields import pairs_of
from .own_address import is_for_farebox


def request_of(flow: http.HTTPFlow) -> Request:
    """Return the request of `flow` without its body."""
    request = flow.request
    host, port = destination(flow)
    path, _, query = request.path.partition("?")
    return Request(request.method, host, port, path, pairs_of(request.headers), query=query)


def mark_of(request: http.Request) -> tuple[object, ...]:
    """Return the parts of a request's head, which are other objects once they have changed."""
    data = request.data
    return data.headers.fields, data.host, data.port, data.method, data.path, data.scheme


def is_grpc(request: Request) -> bool:
    """Tell whether it is a call of gRPC."""
    return (request.header("content-type") or "").startswith("application/grpc")


def destination(flow: http.HTTPFlow) -> tuple[str, int]:
    """Return host name and port of the server; a transparent proxy has the name only from the client's SNI.

    A URL can have a user and a password before the name, and mitmproxy takes them for a part of the name.
    """
    host = flow.request.host.rpartition("@")[2]
    if is_for_farebox(flow):
        # The name in the client's TLS, if there is one, is farebox's.
        return host, flow.request.port
    is_address = not any(character.isalpha() for character in host) or ":" in host
    return (flow.client_conn.sni or host) if is_address else host, flow.request.port

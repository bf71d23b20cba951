"""Which version of HTTP the proxy offers to providers: HTTP/1.1, unless the client has no other than HTTP/2.

mitmproxy ends every answer on an HTTP/2 connection when the server announces its graceful end (GOAWAY), as servers do
each time that they are updated. Its HTTP/1.1 connections have one answer at a time, and end after it.
"""

from collections.abc import Iterable

from mitmproxy import connection

_HTTP_1 = b"http/1.1"


def offer_http_1(server: connection.Server, offered: Iterable[bytes] | None) -> None:
    """Offer HTTP/1.1 alone to a server that isn't connected yet, if the client has `offered` it."""
    if not server.alpn_offers and not server.tls_established and _HTTP_1 in (offered or ()):
        server.alpn_offers = [_HTTP_1]


def accept_http_1(client: connection.Client, offered: Iterable[bytes] | None) -> None:
    """Choose HTTP/1.1 for TLS to the proxy itself, if the client has `offered` it.

    Go offers HTTP/2 there too, and sends its CONNECT in HTTP/1.1 whatever is chosen. mitmproxy means to do this, but
    its own check does not find such a connection (`TlsConfig.tls_start_client`).
    """
    if _HTTP_1 in (offered or ()):
        client.alpn = _HTTP_1

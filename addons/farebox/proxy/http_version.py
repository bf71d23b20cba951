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

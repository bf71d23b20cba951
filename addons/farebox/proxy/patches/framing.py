"""Answers whose framing is odd, but which clients read: a proxy must not turn them into a 502.

RFC 9112, section 6.3: Transfer-Encoding overrides Content-Length, and a proxy removes the latter. mitmproxy refuses
such answers, as they can smuggle a second one past a proxy. That guard stays between us and clients, and towards
servers that nobody has verified; here the head of a verified one is made plain before mitmproxy reads it.
"""

import re

from mitmproxy.proxy.layers.http._http1 import Http1Client

_END = b"\r\n\r\n"
_CODING = re.compile(rb"(?im)^transfer-encoding:[ \t]*(.*?)[ \t]*\r?$")
_LENGTH = re.compile(rb"(?im)^content-length:.*\r\n")
_CODING_LINE = re.compile(rb"(?im)^transfer-encoding:.*\r\n")


def mend_framing(connection: Http1Client) -> None:
    """Make the framing of a complete head in the connection's buffer plain, if its server is verified."""
    data = connection.buf._data  # noqa: SLF001 - mitmproxy uses this buffer of h11 too
    end = data.find(_END)
    if end < 0 or not is_verified(connection):
        return
    head = bytes(data[: end + 2])
    mended = plain(head)
    if mended != head:
        data[: end + 2] = mended
        # What was searched so far has moved.
        connection.buf._next_line_search = 0  # noqa: SLF001
        connection.buf._multiple_lines_search = 0  # noqa: SLF001


def is_verified(connection: Http1Client) -> bool:
    """Tell whether the server's certificate was checked."""
    return connection.conn.tls_established and not connection.context.options.ssl_insecure


def plain(head: bytes) -> bytes:
    """Return `head` with one Transfer-Encoding, named once, and no Content-Length beside it."""
    lines = _CODING.findall(head)
    codings = b",".join(lines).lower().replace(b" ", b"").replace(b"\t", b"").split(b",")
    if b"chunked" not in codings:
        return head
    only = list(dict.fromkeys(codings))
    if len(lines) == 1 and only == codings and not _LENGTH.search(head):
        return head
    without = _LENGTH.sub(b"", _CODING_LINE.sub(b"", head))
    return without + b"transfer-encoding: " + b",".join(only) + b"\r\n"

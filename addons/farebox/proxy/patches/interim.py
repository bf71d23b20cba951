"""Interim answers (1xx) over HTTP/1.1: mitmproxy takes the first one for the answer itself (mitmproxy#2229).

RFC 9110, section 15.2: a proxy may drop one that its client did not ask for; mitmproxy itself answers
`expect: 100-continue`.
"""

import re

from h11._receivebuffer import ReceiveBuffer

# 101 ends the use of HTTP on the connection.
_INTERIM = re.compile(rb"HTTP/1\.[01] 1(?!01)\d\d[ \r\n]")


def drop_interim(buffer: ReceiveBuffer) -> None:
    """Remove complete heads of interim answers from the beginning of `buffer`."""
    begins = buffer._data  # noqa: SLF001 - mitmproxy uses this buffer of h11 too
    while _INTERIM.match(begins) and buffer.maybe_extract_lines() is not None:
        pass

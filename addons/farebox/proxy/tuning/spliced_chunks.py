"""The two ends of `splice`: whole chunks of a server's buffer, and the same chunks for the client."""

from collections.abc import Sequence

from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Server

from ..patches.chunks import FEW, Pieces, take_whole
from ..patches.trailers import is_between_chunks


def whole_chunks(server: Http1Client, data: bytes) -> tuple[list[bytes], bytes]:
    """Return the data of the whole chunks that begin with what `server` has not read yet, and the bytes after them.

    Without any, `data` is returned as it is.
    """
    pieces: list[bytes | bytearray] = []
    if server.buf or not is_between_chunks(server):
        return [], data
    server.buf += data
    take_whole(server.buf, pieces)
    rest = server.buf.maybe_extract_at_most(len(server.buf)) if server.buf else b""
    return list(map(bytes, pieces)), bytes(rest or b"")


def without_layers(stream: HttpStream, client: Http1Server, parts: Sequence[bytes]) -> bytes:
    """Return what the client is sent for the data of some chunks, as mitmproxy's layers would."""
    response = stream.flow.response
    assert response
    data = Pieces.of(parts) if len(parts) <= FEW else b"".join(parts)
    tapped = response.stream(data) if callable(response.stream) else data
    passed = [tapped] if isinstance(tapped, bytes) else tapped
    headers = client.response.headers if client.response else response.headers
    if "chunked" not in headers.get("transfer-encoding", "").lower():
        return b"".join(passed)
    return b"".join([one.framed() if isinstance(one, Pieces) else b"%x\r\n%b\r\n" % (len(one), one) for one in passed])

"""A request for a sidecar's health. Imported when it is made: TLS and HTTP take memory, and supervisors run long."""

import http.client
import ssl
import urllib.error
import urllib.request

_BODY_LIMIT = 1 << 20
# The certificate is that of another name than this machine's address, and nothing secret is sent.
_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_TLS.check_hostname, _TLS.verify_mode = False, ssl.CERT_NONE
# Not through a proxy: the environment may name this very sidecar.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=_TLS))


def body_at(url: str, seconds: float) -> bytes:
    """Return the body of the answer at `url`, whatever its status; OSError if there is none that is HTTP."""
    try:
        with _DIRECT.open(url, timeout=seconds) as answer:
            return bytes(answer.read(_BODY_LIMIT))
    except urllib.error.HTTPError as error:
        with error:
            return error.read(_BODY_LIMIT)
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP at {url}") from error

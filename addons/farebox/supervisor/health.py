"""Ask a running sidecar for its health."""

import http.client
import ssl
import urllib.error
import urllib.request

import msgspec

from ..spool.telemetry import ClientDiagnostics

_SECONDS = 5.0
_BODY_LIMIT = 1 << 20
# Not through a proxy: the environment may name this very sidecar.
# The certificate is that of another name than this machine's address, and nothing secret is sent.
_TLS = ssl.create_default_context()
_TLS.check_hostname, _TLS.verify_mode = False, ssl.CERT_NONE
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=_TLS))


class HealthReport(msgspec.Struct, frozen=True):
    """The content of `/healthz`."""

    status: str
    workers: int = 0
    ledger: str = ""
    pending: int = 0
    trouble: str | None = None
    clients: ClientDiagnostics = ClientDiagnostics()
    expected: int = 1
    dropped: int = 0
    address: str = ""
    inflight: int = 0


def ask(metrics: str, seconds: float = _SECONDS) -> HealthReport | None:
    """Return the report of the sidecar whose metrics are at this URL; None if none answers within `seconds`."""
    try:
        return msgspec.json.decode(_body(f"{metrics}/healthz", seconds), type=HealthReport)
    except (OSError, http.client.HTTPException, ValueError):
        # Another program may listen there: its answer may be no HTTP, cut short, or no JSON.
        return None


def _body(url: str, seconds: float) -> bytes:
    try:
        with _DIRECT.open(url, timeout=seconds) as answer:
            return bytes(answer.read(_BODY_LIMIT))
    except urllib.error.HTTPError as error:
        with error:
            return error.read(_BODY_LIMIT)

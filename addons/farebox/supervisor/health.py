"""Ask a running sidecar how it does."""

import http.client
import urllib.error
import urllib.request

import msgspec

from ..spool.telemetry import ClientDiagnostics

_SECONDS = 5.0
_LIMIT = 1 << 20
# Not through a proxy: the sidecar may be the one that the environment names.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class HealthReport(msgspec.Struct, frozen=True):
    """What `/healthz` tells."""

    status: str
    workers: int = 0
    ledger: str = ""
    pending: int = 0
    trouble: str | None = None
    clients: ClientDiagnostics = ClientDiagnostics()
    expected: int = 1
    dropped: int = 0


def ask(metrics: str) -> HealthReport | None:
    """Return what the sidecar tells whose metrics are at this URL, or None where no farebox answers."""
    try:
        return msgspec.json.decode(_body(f"{metrics}/healthz"), type=HealthReport)
    except (OSError, http.client.HTTPException, ValueError):
        # Another program may listen there: its answer may be no HTTP, cut short, or no JSON.
        return None


def _body(url: str) -> bytes:
    try:
        with _DIRECT.open(url, timeout=_SECONDS) as answer:
            return bytes(answer.read(_LIMIT))
    except urllib.error.HTTPError as error:
        with error:
            return error.read(_LIMIT)

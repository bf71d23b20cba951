"""Ask a running sidecar how it does."""

import urllib.error
import urllib.request

import msgspec

from ..spool.telemetry import ClientDiagnostics

_SECONDS = 5.0
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
        with _DIRECT.open(f"{metrics}/healthz", timeout=_SECONDS) as answer:
            body = answer.read(1 << 20)
    except urllib.error.HTTPError as error:
        body = error.read(1 << 20)
    except OSError:
        return None
    try:
        return msgspec.json.decode(body, type=HealthReport)
    except msgspec.DecodeError:
        return None

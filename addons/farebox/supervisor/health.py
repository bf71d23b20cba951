"""Ask a running sidecar for its health."""

from collections.abc import Callable
from importlib import import_module

import msgspec

from ..spool.telemetry import ClientDiagnostics

_SECONDS = 5.0


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
    body_at: Callable[[str, float], bytes] = import_module(".health_request", __package__).body_at
    try:
        return msgspec.json.decode(body_at(f"{metrics}/healthz", seconds), type=HealthReport)
    except (OSError, ValueError):
        # Another program may listen there: its answer may be no HTTP, cut short, or no JSON.
        return None

"""How the recorder is doing, as `/healthz` reports it."""

from dataclasses import dataclass, field

from ..spool.telemetry import ClientDiagnostics


@dataclass(frozen=True, slots=True)
class Health:
    """State of the recorder and its workers.

    `trouble` is the reason why the ledger is unavailable, `expected` the number of workers that should report, and
    `dropped` the number of calls lost since the recorder started, `address` the ledger's URL
    without a password, `inflight` the number of calls whose answer is under way.
    """

    workers: int
    pending: int
    trouble: str | None
    diagnostics: ClientDiagnostics = field(default_factory=ClientDiagnostics)
    expected: int = 1
    dropped: int = 0
    address: str = ""
    inflight: int = 0

    @property
    def is_behind(self) -> bool:
        return self.trouble is not None

"""Which workers live, and what they count: totals in, differences out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from ..spool.telemetry import ClientDiagnostics, Heartbeat

SILENCE_SECONDS = 5.0
_FORGET_SECONDS = 3600.0


@dataclass(slots=True)
class _Worker:
    seen: float
    heartbeat: Heartbeat


@dataclass(frozen=True, slots=True)
class Change:
    """What a worker counted since its last heartbeat."""

    dropped: int = 0
    tls_untrusted: int = 0
    meter_failures: dict[str, int] = field(default_factory=dict)
    usage_refusals: dict[str, int] = field(default_factory=dict)
    unchecked: int = 0
    access_refusals: dict[str, int] = field(default_factory=dict)


class Workers:
    """The workers that report. One that is silent for SILENCE_SECONDS is no longer counted.

    Its totals are remembered for longer: it may have been stopped for a while, and then reports them again.
    """

    def __init__(self) -> None:
        self._workers: dict[str, _Worker] = {}
        self._numbers: dict[str, int] = {}
        self._now = 0.0

    def receive(self, heartbeats: Iterable[Heartbeat], now: float) -> list[Change]:
        """Take in heartbeats, and return what each adds."""
        self._now = now
        changes = [self._receive(heartbeat, now) for heartbeat in heartbeats]
        self._workers = {name: worker for name, worker in self._workers.items() if now - worker.seen < _FORGET_SECONDS}
        return changes

    def __len__(self) -> int:
        return sum(not heartbeat.is_leaving for heartbeat in self._reporting)

    @property
    def processes(self) -> dict[str, int]:
        """The process ids of the workers that report, by `worker_1`, ...: a new worker gets the first free number."""
        pids = {one.worker: one.pid for one in self._reporting if one.pid and not one.is_leaving}
        self._numbers = {worker: number for worker, number in self._numbers.items() if worker in pids}
        for worker in pids.keys() - self._numbers.keys():
            taken = set(self._numbers.values())
            self._numbers[worker] = next(number for number in count(1) if number not in taken)
        return {f"worker_{number}": pids[worker] for worker, number in sorted(self._numbers.items())}

    @property
    def inflight(self) -> int:
        return sum(heartbeat.inflight for heartbeat in self._reporting)

    @property
    def kept(self) -> int:
        return sum(heartbeat.kept for heartbeat in self._reporting)

    @property
    def diagnostics(self) -> ClientDiagnostics:
        """The diagnostics of all workers together, those that are gone included."""
        reported = [worker.heartbeat.diagnostics for worker in self._workers.values()]
        return ClientDiagnostics(
            connections=sum(one.connections for one in reported),
            passed=dict(sum((Counter(one.passed) for one in reported), Counter())),
            unread=dict(sum((Counter(one.unread) for one in reported), Counter())),
            untrusted=tuple(untrusted for one in reported for untrusted in one.untrusted),
            unverified=dict(sum((Counter(one.unverified) for one in reported), Counter())),
            own_address=sum(one.own_address for one in reported),
            skew_ms=next((one.skew_ms for one in reversed(reported) if one.skew_ms is not None), None),
        )

    @property
    def _reporting(self) -> list[Heartbeat]:
        return [worker.heartbeat for worker in self._workers.values() if self._now - worker.seen < SILENCE_SECONDS]

    def _receive(self, heartbeat: Heartbeat, now: float) -> Change:
        known = self._workers.get(heartbeat.worker)
        before = known.heartbeat if known else Heartbeat(heartbeat.worker)
        self._workers[heartbeat.worker] = _Worker(now, heartbeat)
        return Change(
            max(0, heartbeat.dropped - before.dropped),
            max(0, heartbeat.tls_untrusted - before.tls_untrusted),
            _grown(heartbeat.meter_failures, before.meter_failures),
            _grown(heartbeat.usage_refusals, before.usage_refusals),
            max(0, heartbeat.unchecked - before.unchecked),
            _grown(heartbeat.access_refusals, before.access_refusals),
        )


def _grown(totals: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    grown = {name: total - before.get(name, 0) for name, total in totals.items()}
    return {name: number for name, number in grown.items() if number > 0}

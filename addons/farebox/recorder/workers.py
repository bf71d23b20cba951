"""Which workers live, and what they told: totals in, differences out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..spool.telemetry import Pulse, Sights

SILENCE_SECONDS = 5.0
_FORGET_SECONDS = 3600.0


@dataclass(slots=True)
class _Worker:
    seen: float
    pulse: Pulse


@dataclass(frozen=True, slots=True)
class Change:
    """What was counted since the last pulse."""

    dropped: int = 0
    untrusting: int = 0
    meter_failures: dict[str, int] = field(default_factory=dict)
    usage_refusals: dict[str, int] = field(default_factory=dict)


class Workers:
    """The workers that report; one that is silent for SILENCE_SECONDS counts no more.

    Its totals are remembered for longer: it may have been stopped, and then tells them again.
    """

    def __init__(self) -> None:
        self._workers: dict[str, _Worker] = {}
        self._now = 0.0

    def hear(self, pulses: Iterable[Pulse], now: float) -> list[Change]:
        """Take in pulses, and return what each adds."""
        self._now = now
        changes = [self._hear(pulse, now) for pulse in pulses]
        self._workers = {name: worker for name, worker in self._workers.items() if now - worker.seen < _FORGET_SECONDS}
        return changes

    def __len__(self) -> int:
        return sum(not pulse.is_leaving for pulse in self._reporting)

    @property
    def inflight(self) -> int:
        return sum(pulse.inflight for pulse in self._reporting)

    @property
    def kept(self) -> int:
        return sum(pulse.kept for pulse in self._reporting)

    @property
    def sights(self) -> Sights:
        """What the workers saw of their clients, those that are gone included."""
        told = [worker.pulse.sights for worker in self._workers.values()]
        return Sights(
            connections=sum(one.connections for one in told),
            passed=dict(sum((Counter(one.passed) for one in told), Counter())),
            unread=dict(sum((Counter(one.unread) for one in told), Counter())),
            distrust=tuple(distrust for one in told for distrust in one.distrust),
            skew_ms=next((one.skew_ms for one in reversed(told) if one.skew_ms is not None), None),
        )

    @property
    def _reporting(self) -> list[Pulse]:
        return [worker.pulse for worker in self._workers.values() if self._now - worker.seen < SILENCE_SECONDS]

    def _hear(self, pulse: Pulse, now: float) -> Change:
        known = self._workers.get(pulse.worker)
        before = known.pulse if known else Pulse(pulse.worker)
        self._workers[pulse.worker] = _Worker(now, pulse)
        return Change(
            max(0, pulse.dropped - before.dropped),
            max(0, pulse.untrusting - before.untrusting),
            _grown(pulse.meter_failures, before.meter_failures),
            _grown(pulse.usage_refusals, before.usage_refusals),
        )


def _grown(totals: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    grown = {name: total - before.get(name, 0) for name, total in totals.items()}
    return {name: number for name, number in grown.items() if number > 0}

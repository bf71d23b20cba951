"""How parallel calls share the time of the machine that serves them.

While n calls are under way at a machine, each has the n-th part of the time, so that the shares of all calls add up to
the time that the machine was busy.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic
from typing import NamedTuple

import msgspec

from ..providers.table import BY_NAME
from ..records.machine_time import SHARE, stated_ms
from ..records.reading import Reading

# Two calls that only touch don't share a machine.
_ALONE = 0.999


class Share(NamedTuple):
    """A call's share of a machine's time in seconds, and whether it had the machine for itself."""

    seconds: float
    is_alone: bool


@dataclass(slots=True)
class _Machine:
    """The calls under way, and the share of time that a call would have that was always under way, in seconds."""

    calls: int = 0
    share: float = 0.0
    seen: float = 0.0

    def advance(self, now: float) -> None:
        if self.calls:
            self.share += (now - self.seen) / self.calls
        self.seen = now


class Stay:
    """The time of one call at a machine, from now until `end`."""

    __slots__ = ("_before", "_began", "_clock", "_leave", "_machine", "_result")

    def __init__(self, machine: _Machine, clock: Callable[[], float], leave: Callable[[], None]) -> None:
        self._machine, self._clock, self._leave = machine, clock, leave
        self._began = clock()
        machine.advance(self._began)
        machine.calls += 1
        self._before = machine.share
        self._result: Share | None = None

    def end(self) -> Share:
        """Return the call's share of the time until now; later calls return the same."""
        if self._result is None:
            now = self._clock()
            self._machine.advance(now)
            self._machine.calls -= 1
            share = self._machine.share - self._before
            self._result = Share(share, share >= (now - self._began) * _ALONE)
            self._leave()
        return self._result


class MachineShares:
    """The machines at which calls are under way."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._machines: dict[Hashable, _Machine] = {}
        self._clock = clock

    def begin(self, name: Hashable) -> Stay:
        """Return the stay of a call that begins at the machine called `name`."""
        machine = self._machines.setdefault(name, _Machine())

        def leave() -> None:
            if not machine.calls:
                self._machines.pop(name, None)

        return Stay(machine, self._clock, leave)


def with_share(reading: Reading, share: Share | None) -> Reading:
    """Return `reading` with its share of the machine's time, where the machine can be the user's own.

    A call that was alone has the time that its server states, if it does: the network and the queue are not in it.
    """
    server = BY_NAME.get(reading.provider)
    # A name that is not in the table is one of the user's settings.
    if share is None or (server is not None and not server.is_own):
        return reading
    alone = stated_ms(reading.raw_usage or {}) if share.is_alone else None
    words = {**(reading.price_context or {}), SHARE: str(round(share.seconds * 1000) if alone is None else alone)}
    return msgspec.structs.replace(reading, price_context=words)

"""How long the machine's clock has been steady: a clock that was just set may be wrong."""

from collections.abc import Callable
from datetime import datetime, timedelta

# Clocks are disciplined by less than this between two checks.
_DRIFT = timedelta(minutes=1)


class SteadyClock:
    """Compares the clock `now` with one that nobody sets, `monotonic`, at each `check`."""

    def __init__(self, now: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._now, self._monotonic = now, monotonic
        self._since = now(), monotonic()
        self._checked = self._since

    def check(self) -> None:
        """Compare the clocks since the last check; a clock that was set meanwhile has not been steady before."""
        here = self._now(), self._monotonic()
        if abs((here[0] - self._checked[0]).total_seconds() - (here[1] - self._checked[1])) > _DRIFT.total_seconds():
            self._since = here
        self._checked = here

    def steady_for(self) -> timedelta:
        """Return for how long the clock has been steady, as of the last check."""
        return timedelta(seconds=self._checked[1] - self._since[1])

"""A model's prices over time, by day and hour."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from ..ratecard import RateCard
from .schedule import Schedule

BEGINNING = datetime.min.replace(tzinfo=UTC)


class Window(NamedTuple):
    """Hours of the day (UTC) with prices of their own; they can span midnight."""

    start: time
    end: time
    card: RateCard

    def holds(self, at: time) -> bool:
        """Tell whether `at` lies in these hours."""
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


class Span(NamedTuple):
    """Prices from `start` on, and those of `windows`, on the days of `schedule` if there is one."""

    start: datetime
    card: RateCard
    windows: tuple[Window, ...] = ()
    schedule: Schedule | None = None


class Timeline:
    """The rate cards of a name, chosen by everything but time. `spans` go from the oldest to the newest."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._starts = [span.start for span in spans[1:]]

    def card(self, at: datetime, duration_ms: int | None) -> RateCard:
        """Return the prices of a call that began `at`; prices by the hour depend on the end, `duration_ms` later."""
        span = self._spans[bisect_right(self._starts, at)]
        if not span.windows:
            return span.card
        complete = (at + timedelta(milliseconds=duration_ms or 0)).astimezone(UTC)
        if span.schedule and not span.schedule.holds(complete):
            return span.card
        hour = complete.time()
        return next((one.card for one in reversed(span.windows) if one.holds(hour)), span.card)


def spliced(spans: Sequence[Span], since: datetime, later: Sequence[Span]) -> list[Span]:
    """Return `spans` up to `since`, and `later` from then on."""
    ends = [span.start for span in later[1:]] + [datetime.max.replace(tzinfo=UTC)]
    rest = [span._replace(start=max(span.start, since)) for span, end in zip(later, ends, strict=True) if end > since]
    return [*(span for span in spans if span.start < since), *rest]

"""Days with prices by the hour, which the catalogue does not have.

https://api-docs.deepseek.com/quick_start/pricing: "Off-peak rates are half of the peak rates. Peak hours are 01:00 -
04:00 and 06:00 - 10:00 UTC, Monday through Friday, excluding Chinese public holidays." Billed by when the answer is
complete.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

# Ahead of UTC, all year.
_BEIJING = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Windows hold from `since` on, except on `holidays` and, from `weekdays_since` on, at weekends."""

    since: datetime
    weekdays_since: datetime
    holidays: frozenset[date]

    def holds(self, at: datetime) -> bool:
        """Tell whether the day of `at` (UTC), in Beijing, has peak hours."""
        day = at + _BEIJING
        if day.weekday() >= 5 and at >= self.weekdays_since:
            return False
        return at >= self.since and day.date() not in self.holidays


def _days(year: int, *days: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in days}


# Weekdays only. 2026: the State Council's notice (2025) No. 7. 2027: the days named by law; those that the yearly
# notice moves are not known yet.
_HOLIDAYS = frozenset(
    _days(2026, "09-25", "10-01", "10-02", "10-05", "10-06", "10-07")
    | _days(2027, "01-01", "02-05", "02-08", "04-05", "06-09", "09-15", "10-01")
)
_SCHEDULE = Schedule(
    since=datetime(2026, 8, 16, 16, tzinfo=UTC),
    weekdays_since=datetime(2026, 8, 22, 16, tzinfo=UTC),
    holidays=_HOLIDAYS,
)
_MODELS = ("deepseek/deepseek-v4", "deepseek/deepseek-flash")


def schedule(ref: str) -> Schedule | None:
    """Return the days on which the windows of the model `ref` hold; None if they hold every day."""
    return _SCHEDULE if ref.startswith(_MODELS) else None

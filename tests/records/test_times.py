"""Times are in UTC, whatever zone they come in."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from farebox.records.times import in_utc

NOON = datetime(2026, 7, 1, 12, 30, 15, 250000, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment",
    [
        NOON.replace(tzinfo=None),
        NOON,
        datetime(2026, 7, 1, 14, 30, 15, 250000, tzinfo=ZoneInfo("Europe/Berlin")),
        datetime(2026, 7, 1, 18, 0, 15, 250000, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        datetime(2026, 6, 30, 23, 30, 15, 250000, tzinfo=timezone(timedelta(hours=-13))),
    ],
)
def test_a_time_is_returned_in_utc(moment: datetime) -> None:
    found = in_utc(moment)

    assert found.isoformat() == "2026-07-01T12:30:15.250000+00:00"
    assert found.tzinfo is UTC

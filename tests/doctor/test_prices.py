"""The price catalogue is reported with its age once it is older than 45 days."""

from datetime import UTC, datetime, timedelta

import pytest
from farebox.config.settings import Settings
from farebox.doctor import prices
from farebox.doctor.finding import OK, WARNING
from farebox.pricing.stored import Stored

from tests.support.findings import only


@pytest.mark.parametrize(("days", "level"), [(0, OK), (45, OK), (46, WARNING), (400, WARNING)])
def test_prices_older_than_45_days_are_a_warning(settings: Settings, days: int, level: str) -> None:
    edition = Stored(settings.folder).edition()
    assert edition.dated
    now = datetime.combine(edition.dated, datetime.min.time(), UTC) + timedelta(days=days)

    finding = only(prices.check(settings, now))

    assert finding.level == level
    assert str(edition.dated) in finding.message
    assert ("farebox prices update" in (finding.fix or "")) == (level == WARNING)
    assert (edition.version in finding.message) == (level == OK)


def test_without_a_time_prices_are_compared_with_today(settings: Settings) -> None:
    assert only(prices.check(settings)) == only(prices.check(settings, datetime.now(UTC)))

"""How old prices are, and from when on that is worth a warning."""

from datetime import UTC, date, datetime, timedelta

import pytest
from farebox.pricing.age import age_seconds, age_warning
from farebox.pricing.genai.edition import Edition
from genai_prices.types import ClauseEquals, ModelInfo, ModelPrice, Provider

DAY = date(2026, 11, 4)


def edition(remark: str | None) -> Edition:
    model = ModelInfo(id="m", match=ClauseEquals("m"), prices=ModelPrice(), price_comments=remark)
    return Edition([Provider(id="p", name="p", api_pattern="p", models=[model])], "1")


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (datetime(2026, 11, 4, tzinfo=UTC), 0),
        (datetime(2026, 11, 4, 0, 0, 1, tzinfo=UTC), 1),
        (datetime(2026, 11, 5, tzinfo=UTC), 86_400),
        (datetime(2026, 11, 3, tzinfo=UTC), -86_400),
    ],
)
def test_age_counts_from_the_start_of_the_day(now: datetime, seconds: float) -> None:
    assert age_seconds(DAY, now) == seconds


@pytest.mark.parametrize(
    ("days", "warning"), [(0, None), (45, None), (46, "the price catalogue is 46 days old, of 2026-11-04")]
)
def test_prices_are_old_after_forty_five_days(days: int, warning: str | None) -> None:
    assert age_warning(edition(f"Checked {DAY}."), DAY + timedelta(days=days)) == warning


def test_a_catalogue_without_a_date_is_reported() -> None:
    assert age_warning(edition(None), DAY) == "the price catalogue states no date"

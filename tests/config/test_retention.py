"""How long rows are kept, as people write it."""

from datetime import timedelta

import pytest
from farebox.config.retention import parse


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", None), ("90d", timedelta(days=90)), ("1 d", timedelta(days=1)), (" 12w ", timedelta(days=84))],
)
def test_a_time_is_days_or_weeks_and_nothing_is_for_ever(text: str, kept: timedelta | None) -> None:
    assert parse(text) == kept


@pytest.mark.parametrize("text", ["90", "d", "0d", "-1d", "1.5d", "3 months", "1y", "90D", "999999d"])
def test_what_is_no_time_is_an_error_that_says_what_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time to keep calls for: write 90d or 12w"):
        parse(text)

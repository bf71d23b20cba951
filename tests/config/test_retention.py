"""How long rows and columns are kept, as people write it."""

from datetime import timedelta

import pytest
from farebox.config.retention import parse


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("", None),
        ("90d", timedelta(days=90)),
        ("1 d", timedelta(days=1)),
        (" 12w ", timedelta(days=84)),
        ("99999d", timedelta(days=99999)),
    ],
)
def test_a_duration_is_days_or_weeks_and_empty_is_for_good(text: str, duration: timedelta | None) -> None:
    assert parse(text) == duration


@pytest.mark.parametrize(
    "text", ["90", "d", "0d", "-1d", "1.5d", "3 months", "1y", "90D", "90h", "999999d", " ", "90d 12w", "1  d"]
)
def test_anything_else_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(
        ValueError, match=rf"^{text!r} is not a duration: write 90d or 12w, or remove the key to delete"
    ):
        parse(text)

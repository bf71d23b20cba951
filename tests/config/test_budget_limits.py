"""Limits and windows of budgets are what is written, to the nano-dollar."""

from datetime import timedelta

import pytest
from farebox.config.budget_limits import Limit, WindowForm, parse_limit, parse_window


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("500 USD", Limit(500 * 10**9, "USD")),
        ("0.000000001 USD", Limit(1, "USD")),
        ("1.5k usd", Limit(1_500 * 10**9, "USD")),
        ("20USD", Limit(20 * 10**9, "USD")),
        ("50M tokens", Limit(50_000_000, "tokens")),
        ("1.5k tokens", Limit(1_500, "tokens")),
        ("2B tokens", Limit(2 * 10**9, "tokens")),
        ("1 token", Limit(1, "tokens")),
    ],
)
def test_a_limit_is_read_as_written(text: str, limit: Limit) -> None:
    assert parse_limit(text) == limit
    assert parse_limit(str(limit)) == limit


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("500", "such as 500 USD"),
        ("-5 USD", "such as 500 USD"),
        ("0 USD", "more than 0"),
        ("0.5 tokens", "round it"),
        ("10000000000 USD", "at most"),
        ("5 EUR", "write USD or tokens"),
        ("5 tokns", "did you mean tokens"),
        ("1e3 USD", "such as 500 USD"),
        ("", "such as 500 USD"),
    ],
)
def test_a_limit_that_is_none_is_refused_with_a_fix(text: str, fix: str) -> None:
    with pytest.raises(ValueError, match=fix):
        parse_limit(text)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("day", WindowForm("day")),
        ("week", WindowForm("week")),
        ("month", WindowForm("month")),
        ("rolling 24h", WindowForm("rolling 24h", timedelta(days=1))),
        ("rolling 30d", WindowForm("rolling 30d", timedelta(days=30))),
        ("30d", WindowForm("rolling 30d", timedelta(days=30))),
    ],
)
def test_a_window_is_read_as_written(text: str, window: WindowForm) -> None:
    assert parse_window(text) == window
    assert window.is_rolling == (window.length is not None)


@pytest.mark.parametrize(
    ("text", "fix"),
    [("mnth", "did you mean month"), ("rolling 0h", "1h to 90d"), ("rolling 91d", "1h to 90d"), ("", "write day")],
)
def test_a_window_that_is_none_is_refused_with_a_fix(text: str, fix: str) -> None:
    with pytest.raises(ValueError, match=fix):
        parse_window(text)

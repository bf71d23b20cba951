"""The windows of a subscription, as rate limits."""

from typing import Any

import pytest
from farebox.records.plan_windows import windows_in, windows_of_event

DATE = ("date", "Mon, 30 Nov 2026 12:00:00 GMT")
IN_AN_HOUR = "1796043600"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {
                "anthropic-ratelimit-unified-5h-utilization": "0.12",
                "anthropic-ratelimit-unified-5h-reset": IN_AN_HOUR,
                "anthropic-ratelimit-unified-7d-utilization": "0.23",
                "anthropic-ratelimit-unified-7d_opus-utilization": "0.995",
                "anthropic-ratelimit-unified-overage-utilization": "1.02",
                "anthropic-ratelimit-unified-status": "allowed",
            },
            {
                "utilization_5h_percent": 12,
                "reset_5h_ms": 3_600_000,
                "utilization_7d_percent": 23,
                "utilization_7d_opus_percent": 99,
                "utilization_overage_percent": 102,
            },
        ),
        ({"anthropic-ratelimit-unified-5h-utilization": "1"}, {"utilization_5h_percent": 100}),
        ({"anthropic-ratelimit-unified-5h-utilization": "much"}, {}),
        ({"anthropic-ratelimit-unified-5h-utilization": "-1"}, {}),
        ({"anthropic-ratelimit-unified-7d_madeup-utilization": "0.1"}, {}),
        ({"x-codex-primary-used-percent": "12"}, {"utilization_primary_percent": 12}),
        (
            {
                "x-codex-primary-used-percent": "12.5",
                "x-codex-primary-window-minutes": "300",
                "x-codex-primary-reset-after-seconds": "1800",
                "x-codex-secondary-used-percent": "40",
                "x-codex-secondary-window-minutes": "10080",
                "x-codex-secondary-reset-at": IN_AN_HOUR,
            },
            {
                "utilization_5h_percent": 12,
                "reset_5h_ms": 1_800_000,
                "utilization_7d_percent": 40,
                "reset_7d_ms": 3_600_000,
            },
        ),
        ({"x-codex-primary-used-percent": "3", "x-codex-primary-window-minutes": "299"}, {"utilization_5h_percent": 3}),
        (
            {"x-codex-primary-used-percent": "3", "x-codex-primary-window-minutes": "0"},
            {"utilization_primary_percent": 3},
        ),
        ({"x-codex-plan-type": "plus"}, {}),
    ],
    ids=str,
)
def test_windows_in_a_head(headers: dict[str, str], expected: dict[str, int]) -> None:
    assert windows_in((DATE, *headers.items())) == expected


def test_without_a_date_a_moment_is_unknown() -> None:
    assert windows_in((("anthropic-ratelimit-unified-5h-reset", IN_AN_HOUR),)) == {}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (
            {
                "primary": {"used_percent": 7, "window_minutes": 300, "reset_after_seconds": 60, "reset_at": 1},
                "secondary": {"used_percent": 29, "window_minutes": 10080},
            },
            {"utilization_5h_percent": 7, "reset_5h_ms": 60_000, "utilization_7d_percent": 29},
        ),
        ({"primary": None, "allowed": True}, {}),
        ({"primary": {"used_percent": "7"}}, {}),
    ],
    ids=str,
)
def test_windows_in_an_event(limits: dict[str, Any], expected: dict[str, int]) -> None:
    assert windows_of_event(limits) == expected

"""Rate limits as gauges."""

from typing import Any

import pytest
from farebox.sinks.rate_limits import LIMITS_LIMIT, RateLimits
from prometheus_client import CollectorRegistry

from tests.support.samples import AT, record


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def limits(registry: CollectorRegistry) -> RateLimits:
    return RateLimits(registry)


def values(registry: CollectorRegistry, name: str, *kinds: str) -> list[Any]:
    return [registry.get_sample_value(f"farebox_{name}", {"provider": "openai", "kind": kind}) for kind in kinds]


def test_a_limit_and_what_is_left_are_as_the_latest_answer_says(
    registry: CollectorRegistry, limits: RateLimits
) -> None:
    limits.note(
        [
            record(ratelimit={"remaining_requests": 10, "limit_requests": 500, "reset_requests_ms": 7}),
            record(ratelimit={"remaining_requests": 9, "remaining_tokens_minute": 0, "remaining": 3}),
        ]
    )

    kinds = ("requests", "tokens_minute", "", "limit_requests", "reset_requests_ms")
    assert values(registry, "ratelimit_remaining", *kinds) == [9, 0, 3, None, None]
    assert values(registry, "ratelimit_limit", "requests", "tokens_minute") == [500, None]


def test_the_age_of_a_limit_can_be_told(registry: CollectorRegistry, limits: RateLimits) -> None:
    limits.note(
        [
            record(ratelimit={"limit_requests": 500, "remaining_requests": 11}),
            record(ratelimit={"remaining_requests": 10}, duration_ms=1500),
        ]
    )

    assert values(registry, "ratelimit_seen_timestamp_seconds", "requests") == [AT.timestamp() + 1.5]


def test_many_kinds_of_limits_make_few_series(registry: CollectorRegistry, limits: RateLimits) -> None:
    for number in range(LIMITS_LIMIT * 2):
        limits.note([record(provider=f"p{number}", ratelimit={"remaining_requests": 1})])

    left = [metric for metric in registry.collect() if metric.name == "farebox_ratelimit_remaining"]
    assert len(left[0].samples) == LIMITS_LIMIT

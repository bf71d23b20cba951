"""Who pays by the body of a response."""

from typing import Any

import pytest
from farebox.billing.answer import named_by_answer
from farebox.billing.payer import Payer
from farebox.records.reading import StatedCost

CODE_ASSIST = Payer("plan", "host", "code_assist")
GO = Payer("plan", "path", "opencode_go")


@pytest.mark.parametrize(
    ("usage", "tier", "expected"),
    [
        ({"is_byok": True, "cost": 0.001}, None, "byok"),
        ({"is_byok": False, "cost": 0.001}, None, "metered"),
        ({"is_byok": "yes"}, None, None),
        ({"trafficType": "PROVISIONED_THROUGHPUT"}, None, "provisioned"),
        ({"trafficType": "ON_DEMAND"}, None, "metered"),
        ({"trafficType": "ON_DEMAND_PRIORITY"}, None, "metered"),
        ({"trafficType": "ON_DEMAND_FLEX"}, None, "metered"),
        ({"trafficType": 2}, None, "provisioned"),
        ({"trafficType": "TRAFFIC_TYPE_UNSPECIFIED"}, None, None),
        ({"trafficType": ["PROVISIONED_THROUGHPUT"]}, None, None),
        ({}, "scale", "provisioned"),
        ({}, "default", None),
        ({}, None, None),
    ],
    ids=str,
)
def test_what_the_usage_and_the_tier_state(usage: dict[str, Any], tier: str | None, expected: str | None) -> None:
    found = named_by_answer("vertex", usage, tier, None, None)

    assert (found.billing if found else None) == expected
    assert found is None or found.billing_source == "answer"


def test_code_assist_states_how_google_provides_it() -> None:
    assert named_by_answer("gemini", {"trafficType": "PROVISIONED_THROUGHPUT"}, None, None, CODE_ASSIST) is None


@pytest.mark.parametrize(
    ("provider", "place", "amount", "by_place", "expected"),
    [
        ("github_copilot", "copilot_usage.total_nano_aiu", "378500000", None, ("metered", "answer", None)),
        ("github_copilot", "copilot_usage.total_nano_aiu", "0", None, ("plan", "answer", "copilot")),
        ("opencode", "cost", "0.0001", None, ("metered", "answer", None)),
        ("opencode", "cost", "0", None, ("plan", "answer", "opencode")),
        ("opencode", "cost", "0", GO, ("plan", "answer", "opencode_go")),
        ("openai", "cost", "0", None, None),
    ],
)
def test_a_balance_from_which_nothing_is_taken_is_a_subscription(
    provider: str, place: str, amount: str, by_place: Payer | None, expected: Payer | None
) -> None:
    assert named_by_answer(provider, {}, None, StatedCost(place, amount, "usd"), by_place) == expected

"""Cost that the answer itself states."""

from decimal import Decimal
from typing import Any

import pytest
from farebox.pricing.reported import Reported, reported
from farebox.records.reading import StatedCost
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("usage", "nanousd", "place"),
    [
        ({"cost": 0.00036}, 360_000, "usage.cost"),
        ({"cost": 7.159e-05}, 71_590, "usage.cost"),
        ({"cost": 6.2e-07}, 620, "usage.cost"),
        ({"cost": 0, "is_byok": False}, 0, "usage.cost"),
        ({"cost": 1}, 1_000_000_000, "usage.cost"),
        ({"cost": 10_000}, 10_000_000_000_000, "usage.cost"),
        ({"cost": "10000.0000000005"}, 10_000_000_000_000, "usage.cost"),
        ({"cost": -1e-10}, 0, "usage.cost"),
        ({"cost_in_usd_ticks": 3_311_000}, 331_100, "usage.cost_in_usd_ticks"),
        ({"cost_in_usd_ticks": 15}, 2, "usage.cost_in_usd_ticks"),
        ({"cost_in_usd_ticks": 25}, 2, "usage.cost_in_usd_ticks"),
        ({"cost": {"request_cost": 0.005, "total_cost": 0.0051}}, 5_100_000, "usage.cost.total_cost"),
        ({"cost_usd_total": 0.000125, "cost_usd_input": 0.000025}, 125_000, "usage.cost_usd_total"),
        ({"cost": {"usd": 0.002, "hypercredits": 9}}, 2_000_000, "usage.cost.usd"),
        (
            {"cost": 0.0002, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.00417}},
            4_370_000,
            "usage.cost + usage.cost_details.upstream_inference_cost",
        ),
    ],
)
def test_what_providers_state(usage: dict[str, Any], nanousd: int, place: str) -> None:
    assert reported(usage) == Reported(nanousd, place)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"cost": None},
        {"cost": True},
        {"cost": "free"},
        {"cost": -0.1},
        {"cost": [1]},
        {"cost": {}},
        {"cost": {"total_cost": None}},
        {"cost": "10000.000000001"},
        {"cost": "10000.0000000005000001"},
        {"cost": 10_000.01},
        {"cost": -1e-9},
        {"cost": 1e12},
        {"cost": 10**40},
        {"cost": "NaN"},
        {"cost_in_usd_ticks": 0},
        {"cost": 0, "is_byok": True},
        {"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": None}},
    ],
)
def test_what_is_no_cost_is_none(usage: dict[str, Any] | None) -> None:
    assert reported(usage) is None


@pytest.mark.parametrize(
    ("usage", "header", "expected"),
    [
        ({}, "0.000123", Reported(123_000, "x-litellm-response-cost")),
        (None, "1.5e-05", Reported(15_000, "x-litellm-response-cost")),
        ({"cost": 0.5}, "0.000123", Reported(500_000_000, "usage.cost")),
        ({}, "", None),
        ({}, "none", None),
    ],
)
def test_a_header_tells_where_the_usage_does_not(
    usage: dict[str, Any] | None, header: str, expected: Reported | None
) -> None:
    assert reported(usage, header) == expected


@given(st.decimals(0, 10**4, places=9))
def test_an_amount_in_whole_nano_dollars_is_kept_to_the_last(amount: Decimal) -> None:
    """A float of JSON has the digits that were sent."""
    as_sent = float(amount)

    found = reported({"cost": as_sent})

    assert found
    assert found.nanousd == round(Decimal(repr(as_sent)) * 10**9)
    assert abs(found.nanousd - amount * 10**9) <= 1


@pytest.mark.parametrize(
    ("stated", "nanousd"),
    [
        (StatedCost("header x-cost", "0.0031", "usd"), 3_100_000),
        (StatedCost("header x-cost", "0.31", "cent"), 3_100_000),
        (StatedCost("header x-cost", "3100", "microusd"), 3_100_000),
        (StatedCost("header x-cost", "3100000", "nanousd"), 3_100_000),
        (StatedCost("header x-cost", "10000000000000", "nanousd"), 10**13),
        (StatedCost("header x-cost", "10000000000001", "nanousd"), None),
    ],
)
def test_a_place_that_the_user_names_goes_before_the_usage(stated: StatedCost, nanousd: int | None) -> None:
    found = reported({"cost": 0.5}, "0.25", stated)

    assert found == (None if nanousd is None else Reported(nanousd, "header x-cost"))


def test_a_named_place_without_a_number_leaves_it_to_the_usage() -> None:
    assert reported({"cost": 0.5}, stated=StatedCost("header x-cost", "n/a", "usd")) == Reported(
        500_000_000, "usage.cost"
    )


@pytest.mark.parametrize(("exponent", "is_read"), [(-29, True), (-30, False)])
def test_a_number_with_an_absurd_exponent_is_not_read(exponent: int, is_read: bool) -> None:
    assert (reported({"cost": f"1e{exponent}"}) is not None) is is_read

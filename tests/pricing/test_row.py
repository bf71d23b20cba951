"""From a row's amounts to its cost."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from farebox.config.price_rules import PriceRule
from farebox.pricing.consumption import Consumption
from farebox.pricing.overrides import Overrides
from farebox.pricing.pricer import Pricer
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.pricing.row import RESERVATIONS, consumptions, is_final, priced
from farebox.records.record import Record
from farebox.records.usage import Usage

from tests.support.samples import record

AT = datetime(2026, 11, 1, tzinfo=UTC)
CARD = RateCard("m", "list", "7", {"input_tokens": Rate(Decimal(2)), "output_tokens": Rate(Decimal(8))})


class PriceList:
    """A source of one model, `m`."""

    name = "list"
    version = "7"

    def card(self, asked: Consumption) -> RateCard | None:
        return CARD if "m" in asked.models else None

    def knows_provider(self, provider: str) -> bool:
        return True

    def knows(self, provider: str, model: str | None) -> bool:
        return model == "m"


PRICER = Pricer([PriceList()])
WHOLE_CALL = Pricer(
    [],
    Overrides(
        msgspec.convert([{"match": {"model": "m"}, "per_request": "0.001"}], tuple[PriceRule, ...], strict=False)
    ),
)


def row(**values: Any) -> Record:
    given = {"provider": "acme", "host": "h", "model_requested": "m", "started_at": AT}
    return record(**{**given, "input_tokens": 1_000, "output_tokens": 100, **values})


def money(found: Record) -> tuple[int | None, str, list[str] | None]:
    return found.cost_nanousd, found.cost_status, found.cost_reasons


def test_a_row_gets_its_cost_and_what_it_is_from() -> None:
    found = priced(row(), PRICER)

    # 1,000 in at $2 and 100 out at $8 a million.
    assert money(found) == (2_800_000, "priced", None)
    assert (found.catalogue_cost_nanousd, found.price_source, found.price_version) == (2_800_000, "list", "7")
    assert found.rate_card == CARD.description
    assert found.estimate is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"model_requested": "x"}, (None, "unpriced", ["unknown_model"])),
        ({"usage_source": "none"}, (None, "unpriced", None)),
        ({"usage_source": "none", "cost_reasons": ["no_usage"]}, (None, "unpriced", ["no_usage"])),
        ({"cost_reasons": ["incomplete_answer"]}, (2_800_000, "partial", ["incomplete_answer"])),
        ({"cost_reasons": ["no_price:images", "unknown_model"]}, (2_800_000, "priced", None)),
        (
            {"units": {"images": 1}, "cost_reasons": ["meter_failure"]},
            (2_800_000, "partial", ["no_price:images", "meter_failure"]),
        ),
    ],
    ids=["unknown model", "no usage", "no usage, with the reason", "cut", "reasons of other prices", "both"],
)
def test_a_row_says_how_sure_its_cost_is(
    values: dict[str, Any], expected: tuple[int | None, str, list[str] | None]
) -> None:
    assert money(priced(row(**values), PRICER)) == expected


@pytest.mark.parametrize("reason", sorted(RESERVATIONS))
def test_doubts_about_the_usage_outlive_new_prices(reason: str) -> None:
    assert money(priced(row(cost_reasons=[reason]), PRICER)) == (2_800_000, "partial", [reason])


def test_an_unpriced_row_has_no_card_and_no_source() -> None:
    before = row(
        model_requested="x", rate_card={"model": "old"}, price_source="list", price_version="6", cost_nanousd=9
    )

    found = priced(before, PRICER)

    assert (found.rate_card, found.price_source, found.price_version) == (None, None, None)
    assert (found.cost_nanousd, found.catalogue_cost_nanousd) == (None, None)


def test_an_estimate_becomes_a_range_of_costs() -> None:
    estimate = {"output_tokens": [50, 200], "cost_nanousd": [1, 2]}

    found = priced(row(usage_source="estimated", estimate=estimate), PRICER)

    assert (found.cost_nanousd, found.cost_status) == (2_800_000, "estimated")
    assert found.estimate == {"output_tokens": [50, 200], "cost_nanousd": [2_400_000, 3_600_000]}


def test_an_estimate_without_a_price_has_no_range_of_costs() -> None:
    estimate = {"output_tokens": [50, 200], "cost_nanousd": [1, 2]}

    found = priced(row(model_requested="x", usage_source="estimated", estimate=estimate), PRICER)

    assert found.estimate == {"output_tokens": [50, 200]}
    assert (found.cost_nanousd, found.cost_status) == (None, "unpriced")


def test_a_stated_cost_stays_and_the_catalogues_stands_beside_it() -> None:
    before = row(
        cost_status="reported",
        cost_nanousd=5,
        price_source="reported",
        cost_reasons=["usage.cost"],
        estimate={"output_tokens": [50, 200]},
    )

    found = priced(before, PRICER)

    assert money(found) == (5, "reported", ["usage.cost"])
    assert (found.catalogue_cost_nanousd, found.price_source, found.price_version) == (2_800_000, "reported", "7")
    assert found.estimate == {"output_tokens": [50, 200]}


@pytest.mark.parametrize(
    ("values", "reasons"),
    [
        ({"usage_source": "none", "cost_reasons": ["no_usage"]}, ["no_usage"]),
        ({"usage_source": "estimated", "estimate": {"output_tokens": [1, 9]}}, None),
        ({}, None),
    ],
)
def test_the_price_of_a_whole_call_needs_no_usage(values: dict[str, Any], reasons: list[str] | None) -> None:
    found = priced(row(**values), WHOLE_CALL)

    assert money(found) == (1_000_000, "priced", reasons)
    assert found.estimate == values.get("estimate")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"usage_source": "reported"}, False),
        ({"usage_source": "estimated"}, False),
        ({"usage_source": "none", "cost_status": "none"}, True),
        ({"usage_source": "none", "cost_status": "unpriced", "cost_reasons": ["pending"]}, True),
        ({"usage_source": "none", "cost_status": "free", "cost_reasons": ["free_operation"]}, True),
        ({"usage_source": "none", "cost_status": "unpriced", "cost_reasons": ["no_usage"]}, False),
        ({"usage_source": "none", "cost_status": "reported", "cost_reasons": ["usage.cost"]}, False),
    ],
)
def test_without_usage_no_price_changes_a_cost_unless_it_is_stated_or_doubtful(
    values: dict[str, Any], expected: bool
) -> None:
    assert is_final(row(**values)) is expected


def test_a_row_is_one_consumption() -> None:
    [found] = consumptions(
        row(
            model_returned="served",
            operation="chat",
            service_tier="Flex",
            duration_ms=9,
            price_context={"speed": "fast"},
            units={"images": 1},
        )
    )

    assert found == Consumption(
        provider="acme",
        models=("served", "m"),
        usage=Usage(input_tokens=1_000, output_tokens=100, units={"images": 1}),
        at=AT,
        host="h",
        operation="chat",
        tier="Flex",
        context={"speed": "fast"},
        duration_ms=9,
    )


@pytest.mark.parametrize(
    ("returned", "requested", "models"),
    [("a", "a", ("a",)), ("a", None, ("a",)), (None, "a", ("a",)), ("", "a", ("a",)), (None, None, ())],
)
def test_the_model_as_served_comes_first(returned: str | None, requested: str | None, models: tuple[str, ...]) -> None:
    [found] = consumptions(row(model_returned=returned, model_requested=requested))

    assert found.models == models


@pytest.mark.parametrize(
    ("tier", "priced_as", "context"),
    [
        (None, None, {}),
        ("", None, {}),
        ("scale", None, {}),
        ("ON_DEMAND", None, {}),
        ("ON_DEMAND_PRIORITY", "priority", {}),
        ("on_demand_flex", "flex", {}),
        ("batch", None, {"processing": "batch"}),
        ("Batch", None, {"processing": "batch"}),
    ],
)
def test_tiers_have_one_spelling_and_a_batch_is_a_way_of_processing(
    tier: str | None, priced_as: str | None, context: dict[str, str]
) -> None:
    [found] = consumptions(row(service_tier=tier))

    assert (found.tier, found.context) == (priced_as, context)


def test_stated_processing_goes_before_the_tiers() -> None:
    [found] = consumptions(row(service_tier="batch", price_context={"processing": "standard"}))

    assert found.context == {"processing": "standard"}


def test_parts_have_what_they_state_and_share_the_rest() -> None:
    first, second = consumptions(
        row(
            service_tier="flex",
            price_context={"speed": "fast", "size": "1x1"},
            parts=[
                {"usage": {"input_tokens": 1}},
                {
                    "usage": {"input_tokens": 2},
                    "model": "x",
                    "service_tier": "batch",
                    "calls": 3,
                    "longest_input": 2,
                    "price_context": {"speed": "slow"},
                },
            ],
        )
    )

    assert (first.models, first.usage, first.tier, first.calls, first.longest_input) == (
        ("m",),
        Usage(input_tokens=1),
        "flex",
        1,
        None,
    )
    assert first.context == {"speed": "fast", "size": "1x1"}
    assert (second.models, second.usage, second.tier, second.calls, second.longest_input) == (
        ("x",),
        Usage(input_tokens=2),
        None,
        3,
        2,
    )
    assert second.context == {"speed": "slow", "size": "1x1", "processing": "batch"}
    assert (second.provider, second.host, second.at) == ("acme", "h", AT)


def test_a_rule_matches_a_host_with_and_without_its_port() -> None:
    of_port, of_words = record(host="box:8000"), record(host="box", price_context={"port": "8000"})

    for row in (of_port, of_words):
        [consumed] = consumptions(row)
        assert (consumed.host, consumed.port) == ("box", 8000)


def test_what_sets_no_price_is_not_part_of_the_context() -> None:
    [consumed] = consumptions(record(price_context={"gateway_fallbacks": "1", "machine_ms": "70", "speed": "fast"}))

    assert (consumed.context, consumed.machine_ms) == ({"speed": "fast"}, 70)


def test_a_stated_cost_far_from_the_price_is_a_reason() -> None:
    found = [priced(row(stated_cost_nanousd=stated), PRICER) for stated in (None, 2_800_000, 280_000_000)]

    assert [money(one) for one in found] == [
        (2_800_000, "priced", None),
        (2_800_000, "priced", None),
        (2_800_000, "priced", ["stated_cost_differs"]),
    ]

"""Reading to Record: estimated tokens, stated costs, tiers and parts, each at its price."""

from decimal import Decimal
from typing import Any

import pytest
from farebox.config.price_rules import Free, GpuHour, Match, PriceRule
from farebox.pricing.row import is_final, priced
from farebox.pricing.standard import standard
from farebox.recorder import reading_to_record
from farebox.records.text_size import TextSize
from farebox.records.usage import Part, Usage

from tests.support.samples import reading, record_of

NOTHING = Usage()
WHOLE = Usage(input_tokens=900, output_tokens=100)
PRICE = 900 * 2_500 + 100 * 10_000
HALF = Usage(input_tokens=900)
SIZES = TextSize(prompt_bytes=4000, answer_bytes=800)
SILENT: dict[str, Any] = {"usage": NOTHING, "sizes": SIZES, "request_bytes": 4200}


def test_missing_tokens_are_estimated_and_priced_with_their_band() -> None:
    row = record_of(reading(**SILENT))

    assert (row.usage_source, row.cost_status, row.cost_reasons) == ("estimated", "estimated", ["no_usage"])
    assert row.estimate is not None
    assert list(row.estimate) == ["input_tokens", "output_tokens", "cost_nanousd"]
    for column, (low, high) in row.estimate.items():
        assert low < getattr(row, column) < high
    assert row.cost_nanousd == (row.input_tokens or 0) * 2_500 + (row.output_tokens or 0) * 10_000


def test_a_cut_stream_keeps_the_input_that_it_stated() -> None:
    row = record_of(reading(**SILENT | {"usage": Usage(input_tokens=900, output_tokens=1), "outcome": "client_abort"}))

    assert (row.input_tokens, row.usage_source, row.cost_status) == (900, "estimated", "estimated")
    assert (row.cost_reasons, list(row.estimate or ())) == (["incomplete_answer"], ["output_tokens", "cost_nanousd"])


def test_an_estimate_without_a_price_is_unpriced() -> None:
    row = record_of(reading(**SILENT, model_requested="no-such-model"))

    assert (row.usage_source, row.cost_status, row.cost_nanousd) == ("estimated", "unpriced", None)
    assert list(row.estimate or ()) == ["input_tokens", "output_tokens"]


def test_refused_calls_are_not_estimated() -> None:
    row = record_of(reading(**SILENT, outcome="http_error", status=429))

    assert (row.usage_source, row.cost_status, row.estimate, row.input_tokens) == ("none", "none", None, None)


@pytest.mark.parametrize(
    ("values", "nanousd", "place", "catalogue"),
    [
        ({"raw_usage": {"cost": 0.0031}}, 3_100_000, "usage.cost", PRICE),
        ({"cost_header": "0.0031"}, 3_100_000, "x-litellm-response-cost", PRICE),
        ({"raw_usage": {"cost": 0.0031}, "model_requested": "no-such-model"}, 3_100_000, "usage.cost", None),
        ({"raw_usage": {"cost": 0.0031}, "outcome": "provider_cut"}, 3_100_000, "usage.cost", PRICE),
    ],
    ids=["usage", "header", "a model without a price", "cut"],
)
def test_a_stated_cost_takes_precedence_over_the_catalogue(
    values: dict[str, Any], nanousd: int, place: str, catalogue: int | None
) -> None:
    row = record_of(reading(usage=WHOLE, **values))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (nanousd, "reported", [place])
    assert (row.catalogue_cost_nanousd, row.price_source) == (catalogue, "reported")


FREE_RULE = PriceRule(Match(provider="openai"), local=Free())
HIRED = PriceRule(Match(provider="openai"), local=GpuHour(usd_per_hour=Decimal("3.60")))
A_CALL = PriceRule(Match(provider="openai"), per_request=Decimal("0.002"))


@pytest.mark.parametrize(
    ("rule", "values", "cost"),
    [
        (FREE_RULE, {"usage": NOTHING}, (0, "free", ["local", "no_usage"])),
        (FREE_RULE, SILENT, (0, "free", ["local", "no_usage"])),
        (FREE_RULE, {"usage": NOTHING, "status": 401, "outcome": "http_error"}, (None, "none", None)),
        (FREE_RULE, {"usage": NOTHING, "is_pending": True}, (None, "unpriced", ["pending"])),
        (HIRED, {"usage": NOTHING, "duration_ms": 2_500}, (2_500_000, "priced", ["no_usage"])),
        (HIRED, {**SILENT, "duration_ms": 2_500}, (2_500_000, "priced", ["no_usage"])),
        (HIRED, {"usage": HALF, "duration_ms": 2_500}, (2_500_000, "priced", ["incomplete_usage"])),
        (A_CALL, {"usage": NOTHING}, (2_000_000, "priced", ["no_usage"])),
        (A_CALL, {"usage": NOTHING, "cost_header": "0.0031"}, (3_100_000, "reported", ["x-litellm-response-cost"])),
    ],
)
def test_a_price_per_call_does_not_depend_on_usage(
    rule: PriceRule, values: dict[str, Any], cost: tuple[int | None, str, list[str] | None]
) -> None:
    row = reading_to_record.record_of(reading(**values), standard((rule,)))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == cost
    assert "cost_nanousd" not in (row.estimate or {})


def test_without_the_price_per_call_a_call_without_usage_is_unpriced_again() -> None:
    flat = reading_to_record.record_of(reading(usage=NOTHING), standard((A_CALL,)))

    again = priced(flat, standard())

    assert not is_final(flat)
    assert again == reading_to_record.record_of(reading(id=flat.id, usage=NOTHING), standard())
    assert (again.cost_nanousd, again.cost_status, again.cost_reasons) == (None, "unpriced", ["no_usage"])


@pytest.mark.parametrize(
    ("values", "nanousd"),
    [
        ({"service_tier": "default"}, 900 * 1_250 + 100 * 10_000),
        ({"service_tier": "ON_DEMAND"}, 900 * 1_250 + 100 * 10_000),
        ({"service_tier": "ON_DEMAND_FLEX"}, 900 * 625 + 100 * 5_000),
        ({"service_tier": "batch"}, 900 * 625 + 100 * 5_000),
        ({"price_context": {"processing": "batch"}}, 900 * 625 + 100 * 5_000),
        ({"parts": [Part(WHOLE), Part(WHOLE, service_tier="batch")]}, 900 * 1_875 + 100 * 15_000),
        ({"parts": [Part(WHOLE), Part(WHOLE, "gpt-4o")]}, 900 * 3_750 + 100 * 20_000),
        (
            {"parts": [Part(WHOLE, price_context={"processing": "batch"}), Part(WHOLE, service_tier="flex")]},
            900 * 1_250 + 100 * 10_000,
        ),
    ],
    ids=["default", "vertex", "vertex's flex", "batch values as a tier", "batch", "parts", "models", "tiers of parts"],
)
def test_tiers_and_parts_have_prices_of_their_own(values: dict[str, Any], nanousd: int) -> None:
    november = 1_793_491_200_000_000_000

    row = record_of(reading(usage=WHOLE, model_requested="gpt-5", started_at=november, **values))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (nanousd, "priced", None)

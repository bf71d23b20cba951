"""The rates that a rule of the user's own states."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec
import pytest
import yaml
from farebox.config.price_rules import PriceRule
from farebox.pricing.rate import HOUR_MS, MILLION, Rate
from farebox.pricing.rule_rates import rates_of


def rates(written: str) -> Mapping[str, Rate]:
    rule = {"match": {"model": "m"}, **yaml.load(f"{{{written}}}", yaml.BaseLoader)}
    return rates_of(msgspec.convert(rule, PriceRule, strict=False))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "per_mtok: {input: 0.80, cache_write_1h: 6}",
            {"input_tokens": Rate(Decimal("0.80")), "cache_write_1h_tokens": Rate(Decimal(6))},
        ),
        ("per_mtok: {output: 0}", {"output_tokens": Rate(Decimal(0), MILLION)}),
        ("per_unit: {images: 0.04}", {"images": Rate(Decimal("0.04"), 1)}),
        ("per_1k: {pages: 1.5}", {"pages": Rate(Decimal("1.5"), 1_000)}),
        (
            "per_unit: {audio_seconds: 0.0001}",
            {
                "audio_seconds": Rate(Decimal("0.0001"), 1),
                "audio_milliseconds": Rate(Decimal("0.0001"), 1_000),
            },
        ),
        (
            "per_1k: {audio_seconds: 0.1}",
            {"audio_seconds": Rate(Decimal("0.1"), 1_000), "audio_milliseconds": Rate(Decimal("0.1"), 1_000_000)},
        ),
        ("per_request: 0.002", {"requests": Rate(Decimal("0.002"), 1)}),
        ("per_request: 0", {"requests": Rate(Decimal(0), 1)}),
        ("local: {mode: free}", {}),
        ("multiplier: 0.5", {}),
        ("alias_of: openai/gpt-4o", {}),
    ],
)
def test_prices_become_rates_as_they_are_written(written: str, expected: Mapping[str, Rate]) -> None:
    assert rates(written) == expected


def test_a_long_context_price_is_a_step_of_the_prices_that_it_names() -> None:
    found = rates(
        """
        per_mtok: {input: 1, output: 5},
        long_context: [{above: 1000, per_mtok: {input: 2}}, {above: 2000, per_mtok: {input: 3, output: 9}}]
        """
    )

    assert found == {
        "input_tokens": Rate(Decimal(1), steps=((1_000, Decimal(2)), (2_000, Decimal(3)))),
        "output_tokens": Rate(Decimal(5), steps=((2_000, Decimal(9)),)),
    }


@pytest.mark.parametrize(
    ("written", "usd", "hours"),
    [
        # 320 W are 0.32 kW, at 0.30 each hour.
        ("{mode: energy, watts: 320, usd_per_kwh: 0.30}", "0.096", 1),
        ("{mode: energy, watts: 320, usd_per_kwh: 0.30, concurrency: 4}", "0.096", 4),
        ("{mode: gpu_hour, usd_per_hour: 2.10}", "2.1", 1),
        ("{mode: gpu_hour, usd_per_hour: 2.10, gpus: 2, concurrency: 3}", "4.2", 3),
    ],
)
def test_a_local_model_costs_by_the_millisecond(written: str, usd: str, hours: int) -> None:
    assert rates(f"local: {written}") == {
        "duration_ms": Rate(Decimal(usd), HOUR_MS * hours),
        "machine_ms": Rate(Decimal(usd), HOUR_MS),
    }

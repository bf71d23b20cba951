"""A line of LiteLLM's list as rates: tiers, sizes, steps and hours."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from farebox.pricing.litellm.data import Entry
from farebox.pricing.litellm.rates import Choice, has_tier, is_off_peak, rates
from farebox.pricing.rate import Rate

from tests.support.litellm import CHAT, price


def line(mode: str = "chat", key: str = "openai/m", **fields: Any) -> Entry:
    return Entry(key, mode, {name: Decimal(usd) if isinstance(usd, str) else usd for name, usd in fields.items()})


def usd(entry: Entry, choice: Choice) -> dict[str, str]:
    return {name: str(rate) for name, rate in rates(entry, choice).items()}


@pytest.mark.parametrize(
    ("at", "nanousd"),
    [
        (datetime(2026, 11, 20, 2, tzinfo=UTC), 6_000 * 1_320 + 4_000 * 44 + 1_000 * 3_960),
        (datetime(2026, 11, 20, 0, 59, tzinfo=UTC), 6_000 * 660 + 4_000 * 22 + 1_000 * 1_980),
        (datetime(2026, 11, 20, 4, tzinfo=UTC), 6_000 * 660 + 4_000 * 22 + 1_000 * 1_980),
        (datetime(2026, 11, 20, 23, 59, tzinfo=UTC), 6_000 * 660 + 4_000 * 22 + 1_000 * 1_980),
        (datetime(2026, 11, 21, 2, tzinfo=UTC), 6_000 * 660 + 4_000 * 22 + 1_000 * 1_980),
    ],
    ids=["Friday's peak", "before it", "after it", "at night", "Saturday"],
)
def test_cheap_hours_know_the_weekend(at: datetime, nanousd: int) -> None:
    assert price("deepseek", "deepseek-v4-pro", at=at, **CHAT).nanousd == nanousd


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            line(input_cost_per_token="0.0000025", output_cost_per_token="0.00001"),
            {"input_tokens": "2.5 per million", "output_tokens": "10 per million"},
        ),
        # A zero stands for what is free and for what is not known.
        (line(input_cost_per_token=0, output_cost_per_token="0.00001"), {"output_tokens": "10 per million"}),
        (line(input_cost_per_token=True, output_cost_per_token=None), {}),
        (line("ocr", ocr_cost_per_page="0.004"), {"pages": "0.004 each"}),
        (
            line("audio_transcription", input_cost_per_second="0.0001"),
            {"audio_seconds": "0.0001 each", "audio_milliseconds": "0.0001 per thousand"},
        ),
        # All output of speech is sound, however it is counted.
        (
            line("audio_speech", output_cost_per_audio_token="0.00002", output_cost_per_token="0.00001"),
            {"output_tokens": "20 per million", "output_audio_tokens": "20 per million"},
        ),
        # The first meaning of an amount counts.
        (line("image_generation", output_cost_per_image="0.04", input_cost_per_image="0.01"), {"images": "0.04 each"}),
    ],
)
def test_fields_become_rates(entry: Entry, expected: dict[str, str]) -> None:
    assert usd(entry, Choice()) == expected


TIERED = line(
    input_cost_per_token="0.000004",
    input_cost_per_token_flex="0.000001",
    cache_read_input_token_cost="0.0000004",
    output_cost_per_token="0.00001",
    output_cost_per_token_flex="0.000006",
    ocr_cost_per_page="0.5",
)


def test_a_tier_has_its_own_prices_and_else_the_discount_on_its_input() -> None:
    assert usd(TIERED, Choice(tier="flex")) == {
        "input_tokens": "1 per million",
        "cache_read_tokens": "0.1 per million (derived)",
        "output_tokens": "6 per million",
        "pages": "0.5 each",
    }


def test_a_tier_without_a_price_for_input_has_no_discount() -> None:
    entry = line(input_cost_per_token="0.000004", output_cost_per_token_priority="0.00002")

    assert usd(entry, Choice(tier="priority")) == {
        "input_tokens": "4 per million (derived)",
        "output_tokens": "20 per million",
    }


@pytest.mark.parametrize(("tier", "expected"), [("flex", True), ("priority", False), ("", True)])
def test_a_line_tells_which_tiers_it_has(tier: str, expected: bool) -> None:
    assert has_tier(TIERED, tier) is expected


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(), "2, 4 above 200000 per million"),
        (Choice(tier="flex"), "1, 2 above 200000 per million"),
        (Choice(tier="priority"), "3, 7 above 200000 per million"),
        (Choice(factor=Decimal("1.1")), "2.2, 4.4 above 200000 per million"),
        # Without a discount of its own, a tier costs what the standard does.
        (Choice(tier="balanced"), "2, 4 above 200000 per million (derived)"),
    ],
)
def test_a_step_is_the_tiers_own_or_in_proportion(choice: Choice, expected: str) -> None:
    entry = line(
        input_cost_per_token="0.000002",
        input_cost_per_token_above_200k_tokens="0.000004",
        input_cost_per_token_flex="0.000001",
        input_cost_per_token_priority="0.000003",
        input_cost_per_token_above_200k_tokens_priority="0.000007",
    )

    assert usd(entry, choice) == {"input_tokens": expected}


def test_steps_go_up() -> None:
    entry = line(
        input_cost_per_token="0.000001",
        input_cost_per_token_above_256k_tokens="0.000003",
        input_cost_per_token_above_128k_tokens="0.000002",
    )

    assert rates(entry, Choice())["input_tokens"] == Rate(
        Decimal(1), steps=((128_000, Decimal(2)), (256_000, Decimal(3)))
    )


def test_a_step_of_another_tier_alone_is_at_the_price_below() -> None:
    entry = line(input_cost_per_token="0.000001", input_cost_per_token_above_128k_tokens_flex="0.000002")

    assert usd(entry, Choice()) == {"input_tokens": "1, 1 above 128000 per million"}


def test_prices_listed_by_range_become_steps() -> None:
    tiers = [
        {"range": [0, 32_000], "input_cost_per_token": Decimal("0.000001")},
        {"range": [32_000, 128_000], "input_cost_per_token": Decimal("0.000002")},
    ]

    assert usd(line(tiered_pricing=tiers), Choice()) == {"input_tokens": "1, 2 above 32000 per million"}


def test_a_factor_is_for_tokens_alone() -> None:
    entry = line(input_cost_per_token="0.000001", ocr_cost_per_page="0.5")

    assert usd(entry, Choice(factor=Decimal(2))) == {"input_tokens": "2 per million", "pages": "0.5 each"}


def test_a_resolution_has_a_price_of_its_own() -> None:
    entry = line("video_generation", output_cost_per_second="0.1", output_cost_per_second_4k="0.3")

    assert usd(entry, Choice())["video_seconds"] == "0.1 each"
    assert usd(entry, Choice(words=frozenset({"4k"}))) == {
        "video_seconds": "0.3 each",
        "video_milliseconds": "0.3 per thousand",
    }
    assert usd(entry, Choice(words=frozenset({"720p"})))["video_seconds"] == "0.1 each"


def test_off_peak_prices_replace_the_others() -> None:
    cheap = {"input_cost_per_token": Decimal("0.000001"), "hours_utc": "16:30-00:30"}
    entry = line(input_cost_per_token="0.000002", output_cost_per_token="0.000004", off_peak_pricing=cheap)

    assert usd(entry, Choice(is_off_peak=True)) == {"input_tokens": "1 per million", "output_tokens": "4 per million"}
    assert usd(entry, Choice()) == {"input_tokens": "2 per million", "output_tokens": "4 per million"}


@pytest.mark.parametrize(
    ("block", "at", "expected"),
    [
        ({}, datetime(2026, 11, 20, 2, tzinfo=UTC), False),
        ({"hours_utc": "01:00-04:00"}, datetime(2026, 11, 20, 0, 59, tzinfo=UTC), False),
        ({"hours_utc": "01:00-04:00"}, datetime(2026, 11, 20, 1, tzinfo=UTC), True),
        ({"hours_utc": "01:00-04:00"}, datetime(2026, 11, 20, 3, 59, tzinfo=UTC), True),
        ({"hours_utc": "01:00-04:00"}, datetime(2026, 11, 20, 4, tzinfo=UTC), False),
        ({"hours_utc": "10:00-00:00"}, datetime(2026, 11, 20, 23, 59, tzinfo=UTC), True),
        ({"hours_utc": "10:00-00:00"}, datetime(2026, 11, 20, 9, 59, tzinfo=UTC), False),
        ({"hours_utc": ["01:00-02:00", "03:00-04:00"]}, datetime(2026, 11, 20, 3, tzinfo=UTC), True),
        ({"hours_utc": ["01:00-02:00", "03:00-04:00"]}, datetime(2026, 11, 20, 2, tzinfo=UTC), False),
        # 20 November 2026 is a Friday, 22 November a Sunday.
        (
            {"windows": [{"weekdays": [5], "hours_utc": "01:00-04:00"}]},
            datetime(2026, 11, 20, 2, tzinfo=UTC),
            True,
        ),
        (
            {"windows": [{"weekdays": [5], "hours_utc": "01:00-04:00"}]},
            datetime(2026, 11, 19, 2, tzinfo=UTC),
            False,
        ),
        ({"windows": [{"hours_utc": ["01:00-04:00"]}]}, datetime(2026, 11, 22, 2, tzinfo=UTC), True),
        ({"windows": [{"hours_utc": ["01:00-04:00"]}]}, datetime(2026, 11, 23, 2, tzinfo=UTC), True),
    ],
)
def test_cheap_hours_go_from_their_start_to_before_their_end(
    block: dict[str, Any], at: datetime, expected: bool
) -> None:
    assert is_off_peak(block, at) is expected


@pytest.mark.parametrize(
    ("key", "fields", "expected"),
    [
        ("azure/hd/1024-x-1792/dall-e-3", {"input_cost_per_pixel": "0.0000001"}, {"images": "0.1835008 each"}),
        ("256-x-256/dall-e-2", {"input_cost_per_pixel": "0.0000001"}, {"images": "0.0065536 each"}),
        ("azure/dall-e-3", {"input_cost_per_pixel": "0.0000001"}, {}),
        ("256-x-256/dall-e-2", {}, {}),
        ("256-x-256/m", {"input_cost_per_pixel": "0.0000001", "input_cost_per_image": "0.02"}, {"images": "0.02 each"}),
    ],
)
def test_a_price_by_the_pixel_is_that_of_the_whole_image(
    key: str, fields: dict[str, str], expected: dict[str, str]
) -> None:
    assert usd(line("image_generation", key, **fields), Choice()) == expected


BY_SIZE = {
    f"search_context_size_{size}": Decimal(usd)
    for size, usd in {"low": "0.005", "medium": "0.008", "high": "0"}.items()
}
ONE_FEE = {f"search_context_size_{size}": Decimal("0.01") for size in ("low", "medium", "high")}


@pytest.mark.parametrize(
    ("fees", "size", "expected"),
    [
        (BY_SIZE, "", {"requests": "5 per thousand"}),
        (BY_SIZE, "medium", {"requests": "8 per thousand"}),
        (BY_SIZE, "high", {}),
        (ONE_FEE, "", {"web_search_requests": "10 per thousand"}),
        (ONE_FEE, "high", {"web_search_requests": "10 per thousand"}),
        (None, "low", {}),
    ],
)
def test_a_search_fee_that_differs_by_size_is_for_each_request(
    fees: dict[str, Decimal] | None, size: str, expected: dict[str, str]
) -> None:
    entry = line(search_context_cost_per_query=fees)

    assert usd(entry, Choice(search_size=size)) == expected

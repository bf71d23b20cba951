"""Qwen's two caches have prices of their own."""

from decimal import Decimal

import pytest
from farebox.pricing.litellm.data import Entry
from farebox.pricing.litellm.qwen_cache import cache_rates
from farebox.pricing.rate import Rate

INPUT = {"input_tokens": Rate(Decimal(1), steps=((32_000, Decimal("1.8")),))}
READ = "cache_read_tokens"
OTHER = Rate(Decimal("0.1"))


def usd(key: str, rates: dict[str, Rate], kind: str) -> dict[str, str]:
    return {name: str(rate.usd) for name, rate in cache_rates(Entry(key, "chat", {}), rates, kind).items()}


@pytest.mark.parametrize(
    ("key", "rates", "kind", "expected"),
    [
        ("dashscope/qwen-plus", INPUT, "automatic", {READ: "0.2", "cache_write_tokens": "1.25"}),
        ("dashscope/qwen-plus", INPUT, "explicit", {READ: "0.1", "cache_write_tokens": "1.25"}),
        (
            "dashscope/qwen-plus",
            {**INPUT, READ: Rate(Decimal("0.1"))},
            "automatic",
            {READ: "0.2", "cache_write_tokens": "1.25"},
        ),
        ("dashscope/qwen-plus", {**INPUT, READ: Rate(Decimal("0.1"))}, "explicit", {"cache_write_tokens": "1.25"}),
        ("dashscope/qwen-plus", {**INPUT, READ: Rate(Decimal("0.11"))}, "automatic", {"cache_write_tokens": "1.25"}),
        ("dashscope/qwen-plus", {**INPUT, "cache_write_tokens": Rate(Decimal(3))}, "explicit", {READ: "0.1"}),
        ("dashscope/glm-5.2", INPUT, "automatic", {}),
        ("together/qwen-plus", INPUT, "", {}),
        ("dashscope/qwen-plus", {}, "automatic", {}),
    ],
    ids=str,
)
def test_missing_prices_are_shares_of_the_input(
    key: str, rates: dict[str, Rate], kind: str, expected: dict[str, str]
) -> None:
    found = usd(key, rates, kind)

    assert {name: Decimal(price) for name, price in found.items()} == {n: Decimal(p) for n, p in expected.items()}


def test_the_steps_of_the_input_hold_for_the_cache() -> None:
    written = cache_rates(Entry("dashscope/qwen-plus", "chat", {}), INPUT, "automatic")["cache_write_tokens"]

    assert written.steps == ((32_000, Decimal("2.250")),)

"""Which currency a host bills in, and what it was worth on the day of a call."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from farebox.config.currency import BUNDLED, Currency
from farebox.config.price_rules import PriceRule
from farebox.pricing.consumption import Consumption
from farebox.pricing.exchange_rates import ExchangeRates
from farebox.pricing.standard import standard
from farebox.records.usage import Usage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
BEIJING = "dashscope.aliyuncs.com"
# What comes with farebox, in billionths of a dollar for a yuan.
YUAN = Decimal(141285000)
LINES = (
    Currency("CNY", Decimal("0.15"), effective_from=date(2026, 1, 1)),
    Currency("CNY", Decimal("0.16"), effective_from=date(2026, 6, 1)),
    Currency("CNY", Decimal("0.2"), "*.example.cn", date(2026, 6, 1)),
    Currency("EUR", Decimal("1.1")),
)


def asked(model: str = "qwen-plus", host: str = BEIJING, provider: str = "dashscope", **more: Any) -> Consumption:
    usage = Usage(input_tokens=10_000, output_tokens=1_000)
    return Consumption(provider, (model,), **{"usage": usage, "at": AT, "host": host, **more})


@pytest.mark.parametrize(
    ("code", "host", "day", "usd"),
    [
        ("CNY", "any.example.com", date(2026, 11, 1), "0.16"),
        ("CNY", "any.example.com", date(2026, 2, 1), "0.15"),
        ("CNY", "any.example.com", date(2025, 12, 31), "0.141285"),
        ("CNY", "llm.example.cn", date(2026, 11, 1), "0.2"),
        ("CNY", "llm.example.cn", date(2026, 2, 1), "0.15"),
        ("EUR", "any.example.com", date(2020, 1, 1), "1.1"),
        ("JPY", "any.example.com", date(2026, 11, 1), None),
    ],
)
def test_the_latest_rate_of_the_day_applies_that_of_the_host_first(
    code: str, host: str, day: date, usd: str | None
) -> None:
    rate = ExchangeRates(LINES).rate(code, host, day)

    assert (rate and rate.usd) == (None if usd is None else Decimal(usd))


def test_bundled_currencies_have_a_rate() -> None:
    assert all(ExchangeRates().knows(code) for code in BUNDLED)
    assert not ExchangeRates().knows("EUR")


def test_a_host_in_china_bills_in_yuan_by_its_own_list() -> None:
    cost = standard().price(asked())

    assert cost.nanousd == (10_000 * Decimal("0.8") + 1_000 * 2) / 10**6 * YUAN
    assert (cost.status, cost.source) == ("priced", "farebox")
    assert {name: cost.rate_card[name] for name in ("currency", "usd_per_cny", "rate_source", "rate_from")} == {
        "currency": "CNY",
        "usd_per_cny": "0.141285",
        "rate_source": "farebox",
        "rate_from": "2025-11-27",
    }


@pytest.mark.parametrize(
    ("model", "usage", "context", "yuan"),
    [
        ("qwen-plus-latest", Usage(input_tokens=200_000, output_tokens=0), {}, "0.48"),
        ("qwen3-max", Usage(input_tokens=10_000, cache_read_tokens=4_000, output_tokens=0), {}, "0.017"),
        (
            "qwen3-max",
            Usage(input_tokens=10_000, cache_read_tokens=4_000, output_tokens=0),
            {"cache": "explicit"},
            "0.016",
        ),
        ("qwen-max", Usage(input_tokens=10_000, output_tokens=1_000), {"processing": "batch"}, "0.0168"),
        ("qwen-plus", Usage(input_tokens=0, output_tokens=1_000, reasoning_tokens=900), {}, "0.0074"),
    ],
)
def test_its_steps_caches_and_batches_have_their_own_prices(
    model: str, usage: Usage, context: dict[str, str], yuan: str
) -> None:
    cost = standard().price(asked(model, usage=usage, context=context))

    assert (cost.nanousd, cost.reasons) == (round(Decimal(yuan) * YUAN), ())


def test_the_user_s_rate_applies_from_its_day_on() -> None:
    pricer = standard(currency=[Currency("CNY", Decimal("0.15"), effective_from=date(2026, 11, 24))])

    assert pricer.price(asked()).nanousd == 1_500_000
    assert pricer.price(asked()).rate_card["rate_source"] == "currency"
    assert pricer.price(asked(at=datetime(2026, 11, 23, 12, tzinfo=UTC))).nanousd == 1_412_850


def test_the_international_host_bills_in_usd() -> None:
    cost = standard().price(asked(host="dashscope-intl.aliyuncs.com"))

    assert (cost.nanousd, cost.status, cost.source) == (5_200_000, "priced", "litellm")


def test_a_price_of_another_country_is_partial_and_says_so() -> None:
    unlisted = standard().price(asked("kimi-k2.6", "api.moonshot.cn", "moonshot"))
    abroad = standard().price(asked("kimi-k2.6", "api.moonshot.ai", "moonshot"))
    mine = standard(currency=[Currency("CNY", Decimal("0.14"), "api.moonshot.ai")])

    assert (unlisted.nanousd, unlisted.reasons) == (abroad.nanousd, ("no_price:currency=CNY",))
    assert (abroad.status, abroad.reasons) == ("priced", ())
    assert mine.price(asked("kimi-k2.6", "api.moonshot.ai", "moonshot")).reasons == ("no_price:currency=CNY",)


def test_own_prices_may_be_in_another_currency() -> None:
    rule = {"match": {"host": "*.example.cn"}, "currency": "CNY", "per_mtok": {"input": "5", "output": "20"}}
    rules = msgspec.convert([rule], tuple[PriceRule, ...], strict=False)

    cost = standard(rules, currency=LINES).price(asked("m", "llm.example.cn", "unknown"))

    assert (cost.nanousd, cost.source) == ((50 + 20) * 200_000, "override")

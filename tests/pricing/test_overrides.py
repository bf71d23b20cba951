"""Own prices: what a call costs by them, worked out by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import yaml
from farebox.config.price_rules import PriceRule
from farebox.pricing.consumption import Consumption
from farebox.pricing.cost import Cost
from farebox.pricing.overrides import Overrides
from farebox.pricing.pricer import Pricer
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.records.usage import Usage

AT = datetime(2026, 11, 15, 12, tzinfo=UTC)
NANO = 10**9


@dataclass
class Catalogue:
    """A source of one model."""

    name: str = "catalogue"
    version: str = "7"

    def card(self, asked: Consumption) -> RateCard | None:
        return CARDS.get((asked.provider, asked.models[0]))

    def knows_provider(self, provider: str) -> bool:
        return any(provider == known for known, _ in CARDS)

    def knows(self, provider: str, model: str | None) -> bool:
        return (provider, model) in CARDS


def card(model: str, source: str, **rates: Rate) -> RateCard:
    return RateCard(model, source, "7", rates)


CARDS = {
    ("openai", "gpt-5.4"): card(
        "gpt-5.4",
        "catalogue",
        input_tokens=Rate(Decimal(2), steps=((200_000, Decimal(4)),)),
        cache_read_tokens=Rate(Decimal("0.2")),
        output_tokens=Rate(Decimal(8)),
    ),
}
FEES = card("gpt-5.4", "fees", web_search_requests=Rate(Decimal(10), 1_000))


class Fees(Catalogue):
    """A source behind it that knows what a search costs."""

    def card(self, asked: Consumption) -> RateCard | None:
        return FEES if (asked.provider, asked.models[0]) in CARDS else None


def pricer(written: str) -> Pricer:
    found = yaml.load(written, yaml.BaseLoader)
    return Pricer([Catalogue(), Fees()], Overrides(msgspec.convert(found, tuple[PriceRule, ...], strict=False)))


def asked(provider: str = "acme", *models: str, **more: Any) -> Consumption:
    used = {name: more.pop(name) for name in list(more) if name in Usage.__struct_fields__}
    return Consumption(provider, models or ("m",), Usage(**used), **{"at": AT, **more})


LONG = """
- match: {model: m}
  per_mtok: {input: 1.25, output: 10}
  long_context: [{above: 200000, per_mtok: {input: 2.50}}]
"""
MEDIA = """
- match: {model: m}
  per_mtok: {input: 1, input_audio: 10, input_image: 2, output: 4, reasoning: 5, output_audio: 20}
"""
# Each rule, what is consumed, and its cost in USD by hand.
BY_HAND: Mapping[str, tuple[str, Consumption, str]] = {
    "input and output": (
        "[{match: {model: m}, per_mtok: {input: 0.80, output: 3.20}}]",
        asked(input_tokens=1_000, output_tokens=500),
        # 1,000 x 0.80/M + 500 x 3.20/M
        "0.0024",
    ),
    "cached input has a price of its own": (
        "[{match: {model: m}, per_mtok: {input: 0.80, cache_read: 0.20, output: 3.20}}]",
        asked(input_tokens=10_000, cache_read_tokens=4_000, output_tokens=1_000),
        # 6,000 x 0.80/M + 4,000 x 0.20/M + 1,000 x 3.20/M
        "0.0088",
    ),
    "cached input without one is input": (
        "[{match: {model: m}, per_mtok: {input: 0.80, output: 3.20}}]",
        asked(input_tokens=10_000, cache_read_tokens=4_000, output_tokens=1_000),
        # 10,000 x 0.80/M + 1,000 x 3.20/M
        "0.0112",
    ),
    "cache writes for five minutes and for an hour": (
        "[{match: {model: m}, per_mtok: {input: 3, cache_write: 3.75, cache_write_1h: 6, output: 15}}]",
        asked(input_tokens=3_000, cache_write_tokens=2_000, cache_write_1h_tokens=500, output_tokens=0),
        # 1,000 x 3/M + 1,500 x 3.75/M + 500 x 6/M
        "0.011625",
    ),
    "reasoning, sound and pictures": (
        MEDIA,
        asked(
            input_tokens=600,
            input_audio_tokens=200,
            input_image_tokens=100,
            output_tokens=900,
            reasoning_tokens=300,
            output_audio_tokens=400,
        ),
        # 300 x 1/M + 200 x 10/M + 100 x 2/M + 200 x 4/M + 300 x 5/M + 400 x 20/M
        "0.0128",
    ),
    "up to the step": (
        LONG,
        asked(input_tokens=200_000, output_tokens=100),
        # 200,000 x 1.25/M + 100 x 10/M
        "0.251",
    ),
    "above the step": (
        LONG,
        asked(input_tokens=200_001, output_tokens=100),
        # 200,001 x 2.50/M + 100 x 10/M
        "0.5010025",
    ),
    "a price for the whole call": (
        "[{match: {model: 'internal-*'}, per_request: 0.002}]",
        asked("acme", "internal-7b", input_tokens=9_000, output_tokens=9_000),
        "0.002",
    ),
    "a fee beside tokens": (
        "[{match: {model: m}, per_mtok: {input: 1, output: 1}, per_request: 0.005}]",
        asked(input_tokens=500, output_tokens=500),
        # 1,000 x 1/M + 0.005
        "0.006",
    ),
    "units, one by one and by the thousand": (
        "[{match: {model: m}, per_unit: {images: 0.04}, per_1k: {web_search_requests: 8, pages: 1.5}}]",
        asked(units={"images": 3, "web_search_requests": 2, "pages": 7}),
        # 3 x 0.04 + 2 x 8/1,000 + 7 x 1.5/1,000
        "0.1465",
    ),
    "sound by the second": (
        "[{match: {model: m}, per_unit: {audio_seconds: 0.0001}}]",
        asked(units={"audio_milliseconds": 90_500}),
        # 90.5 x 0.0001
        "0.00905",
    ),
    "an alias costs what its model does": (
        "[{match: {host: '*.openai.azure.com', deployment: prod-chat}, alias_of: openai/gpt-5.4}]",
        asked("azure", "gpt-9", "prod-chat", host="a.openai.azure.com", input_tokens=1_000, output_tokens=100),
        # 1,000 x 2/M + 100 x 8/M
        "0.0028",
    ),
    "a discount": (
        "[{match: {provider: openai}, multiplier: 0.85}]",
        asked("openai", "gpt-5.4", input_tokens=10_000, cache_read_tokens=4_000, output_tokens=1_000),
        # 0.85 x (6,000 x 2/M + 4,000 x 0.2/M + 1,000 x 8/M)
        "0.01768",
    ),
    "a discount on what is above a step, and on a fee that another source knows": (
        "[{match: {deployment: prod}, alias_of: openai/gpt-5.4, multiplier: 0.5}]",
        asked("azure", "prod", input_tokens=300_000, output_tokens=0, units={"web_search_requests": 3}),
        # 0.5 x (300,000 x 4/M + 3 x 10/1,000)
        "0.615",
    ),
    "a share of a price has no end of digits": (
        "[{match: {model: m}, local: {mode: gpu_hour, usd_per_hour: 1, concurrency: 7}}]",
        asked(duration_ms=1_000),
        # 1/3,600/7 = 0.00003968253968...
        "0.000039683",
    ),
    "electricity": (
        "[{match: {model: m}, local: {mode: energy, watts: 320, usd_per_kwh: 0.30}}]",
        asked(duration_ms=90_000, input_tokens=5_000, output_tokens=700),
        # 0.320 kW x 90/3,600 h x 0.30
        "0.0024",
    ),
    "two hired cards, four calls at once": (
        "[{match: {model: m}, local: {mode: gpu_hour, usd_per_hour: 2.10, gpus: 2, concurrency: 4}}]",
        asked(duration_ms=60_000, output_tokens=700),
        # 2 x 2.10 / 60 / 4
        "0.0175",
    ),
}


@pytest.mark.parametrize(("rules", "consumed", "usd"), BY_HAND.values(), ids=BY_HAND)
def test_a_call_costs_what_it_comes_to_by_hand(rules: str, consumed: Consumption, usd: str) -> None:
    cost = pricer(rules).price(consumed)

    assert (cost.nanousd, cost.status, cost.reasons) == (int(Decimal(usd) * NANO), "priced", ())


def match(model: str, **more: str) -> Any:
    return msgspec.convert({"model": model, **more}, PriceRule.__annotations__["match"])


@pytest.mark.parametrize(
    ("rules", "usage", "reasons"),
    [
        (
            "[{match: {model: m}, per_mtok: {input: 1}}]",
            {"input_tokens": 1, "output_tokens": 5},
            ("no_price:output_tokens",),
        ),
        (
            "[{match: {model: m}, per_request: 1}]",
            {"input_tokens": 5, "units": {"web_search_requests": 1}},
            ("no_price:web_search_requests",),
        ),
        ("[{match: {model: m}, local: {mode: energy, watts: 9, usd_per_kwh: 1}}]", {}, ("no_duration",)),
    ],
)
def test_what_has_no_price_is_named(rules: str, usage: Mapping[str, Any], reasons: tuple[str, ...]) -> None:
    cost = pricer(rules).price(asked(**usage))

    assert (cost.status, cost.reasons) == ("partial", reasons)


def test_what_a_rule_does_not_price_the_catalogue_does() -> None:
    rules = "[{match: {model: gpt-5.4}, per_mtok: {input: 1}}]"

    cost = pricer(rules).price(asked("openai", "gpt-5.4", input_tokens=1_000, output_tokens=1_000))

    assert (cost.nanousd, cost.status, cost.source) == (1_000_000 + 8_000_000, "priced", "override")
    assert cost.rate_card["output_tokens"] == "8 per million (catalogue)"


def test_the_last_rule_that_fits_counts_alone() -> None:
    rules = "[{match: {model: m}, per_request: 1}, {match: {provider: acme}, per_request: 2, name: all of acme}]"

    cost = pricer(rules).price(asked())

    assert (cost.nanousd, cost.rate_card["rule"]) == (2 * NANO, "prices[1] all of acme")


def test_an_alias_finds_own_prices_too_but_is_not_followed_further() -> None:
    rules = """
- {match: {model: a}, per_request: 1}
- {match: {model: b}, alias_of: acme/a, multiplier: 0.5}
- {match: {model: c}, alias_of: acme/b}
"""
    assert pricer(rules).price(asked("acme", "b")).nanousd == NANO // 2
    assert pricer(rules).price(asked("acme", "c")) == Cost(None, "unpriced", ("unknown_provider",))


def test_an_alias_or_a_discount_is_told_beside_the_catalogue_that_it_is_of() -> None:
    rules = Overrides(
        msgspec.convert(
            [{"match": {"model": "d"}, "alias_of": "openai/gpt-5.4", "multiplier": "0.85"}], tuple[PriceRule]
        )
    )

    cost = Pricer([Catalogue()], rules).price(asked("azure", "d", input_tokens=1, output_tokens=0))

    assert (cost.source, cost.version) == ("catalogue", "7")
    assert cost.rate_card == {
        "model": "gpt-5.4",
        "match": "exact",
        "rule": "prices[0]",
        "rules": rules.version,
        "alias_of": "openai/gpt-5.4",
        "multiplier": "0.85",
        "input_tokens": "1.7, 3.4 above 200000 per million",
        "cache_read_tokens": "0.17 per million",
        "output_tokens": "6.8 per million",
    }


def test_rules_have_a_version_of_their_own() -> None:
    one, other = (Overrides((PriceRule(match("m"), per_request=Decimal(usd)),)) for usd in (1, 2))

    assert one.version != other.version == Overrides((PriceRule(match("m"), per_request=Decimal(2)),)).version


def test_the_same_prices_are_one_card_however_many_models_share_them() -> None:
    found = pricer("[{match: {model: 'own-*'}, per_request: 1}, {match: {model: x}, alias_of: openai/gpt-5.4}]")

    assert found.card(asked("acme", "own-1")) is found.card(asked("acme", "own-2"))
    assert found.card(asked("acme", "x")) is found.card(
        msgspec.structs.replace(asked("acme", "x"), at=AT.replace(day=16))
    )


def test_only_a_model_that_a_rule_names_whole_is_known_by_it() -> None:
    found = pricer("[{match: {provider: acme, model: Own-1}, per_request: 1}, {match: {model: 'x-*'}, per_request: 1}]")

    assert [found.knows("acme", model) for model in ("own-1", "x-1", None)] == [True, False, False]
    assert not found.knows("other", "own-1")

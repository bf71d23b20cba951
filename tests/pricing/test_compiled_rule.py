"""One rule of the user's own prices: the calls that it is for, and what it makes of their price."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import yaml
from farebox.config.price_rules import PriceRule
from farebox.pricing.compiled_rule import CompiledRule
from farebox.pricing.consumption import Consumption
from farebox.pricing.overrides import Overrides
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.records.usage import Usage

AT = datetime(2026, 11, 15, 12, tzinfo=UTC)
LISTED = RateCard(
    "gpt-5.4",
    "catalogue",
    "7",
    {"input_tokens": Rate(Decimal(2), steps=((200_000, Decimal(4)),)), "output_tokens": Rate(Decimal(8))},
    details={"provider": "openai"},
)


def compiled(written: str, number: int = 0) -> CompiledRule:
    rule = msgspec.convert(yaml.load(f"{{{written}}}", yaml.BaseLoader), PriceRule, strict=False)
    return CompiledRule(number, rule, "sha256.1234")


def asked(provider: str = "acme", *models: str, **more: Any) -> Consumption:
    return Consumption(provider, models or ("m",), Usage(), **{"at": AT, **more})


@pytest.mark.parametrize(
    ("fits", "match"),
    [
        (True, "provider: azure"),
        (False, "provider: openai"),
        (True, "host: '*.openai.azure.com'"),
        (False, "host: openai.azure.com"),
        (True, "model: gpt-5.4-2026-03-05"),
        (True, "model: PROD-chat"),
        (True, "model: 'gpt-5.4-*'"),
        (True, "model: '*-03-*'"),
        (True, "model: '*'"),
        (False, "model: gpt-5.4"),
        (False, "model: 'gpt?5*'"),
        (False, "model: 'gpt-5.4.2026*'"),
        (True, "deployment: 'prod-*'"),
        (True, "deployment: PROD-CHAT"),
        (False, "deployment: 'gpt-5.4-*'"),
        (True, "tier: flex"),
        (True, "tier: FLEX"),
        (False, "tier: priority"),
        (True, "context: {processing: batch}"),
        (False, "context: {processing: standard}"),
        (False, "context: {processing: batch, speed: fast}"),
        (False, "provider: azure, tier: priority"),
        (True, "provider: azure, tier: flex"),
    ],
)
def test_a_rule_is_for_calls_that_fit_everything_it_names(match: str, fits: bool) -> None:
    call = asked(
        *("azure", "gpt-5.4-2026-03-05", "prod-chat"),
        host="shop.openai.azure.com",
        tier="flex",
        context={"processing": "batch", "quality": "hd"},
    )

    assert compiled(f"match: {{{match}}}, per_request: 1").matches(call) is fits


@pytest.mark.parametrize("match", ["model: '*'", "deployment: '*'", "tier: flex"])
def test_a_call_without_a_model_or_a_tier_fits_no_rule_that_names_one(match: str) -> None:
    nameless = Consumption("acme", (), Usage(), AT)

    assert not compiled(f"match: {{{match}}}, per_request: 1").matches(nameless)


@pytest.mark.parametrize(
    ("days", "moment", "holds"),
    [
        ("", datetime(1999, 1, 1, tzinfo=UTC), True),
        ("effective_from: 2026-11-01", datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), False),
        ("effective_from: 2026-11-01", datetime(2026, 11, 1, tzinfo=UTC), True),
        ("effective_from: 2026-11-01", datetime(2099, 1, 1, tzinfo=UTC), True),
        ("effective_to: 2026-11-30", datetime(1999, 1, 1, tzinfo=UTC), True),
        ("effective_to: 2026-11-30", datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), True),
        ("effective_to: 2026-11-30", datetime(2026, 12, 1, tzinfo=UTC), False),
        ("effective_from: 2026-11-15, effective_to: 2026-11-15", AT, True),
        ("effective_from: 2026-11-16, effective_to: 2026-11-20", AT, False),
    ],
)
def test_a_rule_holds_from_its_first_day_to_its_last(days: str, moment: datetime, holds: bool) -> None:
    rule = compiled(", ".join(filter(None, ("match: {model: m}", "per_request: 1", days))))

    assert rule.holds(asked(at=moment)) is holds


@pytest.mark.parametrize(
    ("written", "has_card", "changes"),
    [
        ("per_request: 1", True, False),
        ("per_mtok: {input: 1}", True, False),
        ("local: {mode: free}", True, False),
        ("local: {mode: gpu_hour, usd_per_hour: 1}", True, False),
        ("alias_of: openai/gpt-5.4", False, True),
        ("multiplier: 0.5", False, True),
    ],
)
def test_a_rule_has_prices_or_changes_those_of_others(written: str, has_card: bool, changes: bool) -> None:
    rule = compiled(f"match: {{model: m}}, {written}")

    assert (rule.has_card, rule.changes) == (has_card, changes)


@pytest.mark.parametrize(
    ("match", "model"),
    [("model: 'own-*', deployment: d", "own-*"), ("deployment: prod", "prod"), ("provider: acme", "*")],
)
def test_a_card_says_which_rule_it_is_of(match: str, model: str) -> None:
    rule = compiled(f"match: {{{match}}}, per_mtok: {{input: 1}}, name: ours, effective_from: 2026-11-01", 3)

    card = rule.card(asked())

    assert (card.model, card.source, card.version, card.free) == (model, "override", "sha256.1234", None)
    assert card.rates == {"input_tokens": Rate(Decimal(1))}
    assert card.details == {"rule": "prices[3] ours", "effective_from": "2026-11-01"}
    assert card.included == frozenset()
    assert rule.rule.effective_from == date(2026, 11, 1)


def test_a_rule_without_a_name_is_named_by_its_number() -> None:
    assert compiled("match: {model: m}, per_request: 1", 2).name == "prices[2]"


@pytest.mark.parametrize(
    ("written", "free"),
    [("per_request: 1", None), ("local: {mode: free}", "local"), ("local: {mode: gpu_hour, usd_per_hour: 1}", None)],
)
def test_the_price_of_a_whole_call_includes_its_tokens(written: str, free: str | None) -> None:
    card = compiled(f"match: {{model: m}}, {written}, effective_to: 2026-12-31").card(asked(duration_ms=1))

    assert card.free == free
    assert {"input_tokens", "output_tokens", "cache_read_tokens"} <= card.included
    assert card.details == {"rule": "prices[0]", "effective_to": "2026-12-31", "included": "tokens"}


@pytest.mark.parametrize(
    ("written", "duration_ms", "notes"),
    [
        ("local: {mode: gpu_hour, usd_per_hour: 1}", None, ("no_duration",)),
        ("local: {mode: gpu_hour, usd_per_hour: 1}", 0, ()),
        ("local: {mode: gpu_hour, usd_per_hour: 1}", 9, ()),
        ("local: {mode: free}", None, ()),
        ("per_request: 1", None, ()),
    ],
)
def test_a_price_by_time_needs_the_time(written: str, duration_ms: int | None, notes: tuple[str, ...]) -> None:
    rule = compiled(f"match: {{model: m}}, {written}")
    call = asked(duration_ms=duration_ms)

    assert rule.card(call).notes == notes
    assert rule.card(call) is rule.card(call)


def test_an_alias_is_priced_as_another_model() -> None:
    call = asked("azure", "served", "prod", host="h", tier="flex")

    found = compiled("match: {deployment: prod}, alias_of: bedrock/meta/llama-3").priced_as(call)

    assert found == msgspec.structs.replace(call, provider="bedrock", models=("meta/llama-3",))
    assert compiled("match: {deployment: prod}, multiplier: 2").priced_as(call) is call


@pytest.mark.parametrize(
    ("written", "usd", "details"),
    [
        ("alias_of: openai/gpt-5.4", ("2", "4", "8"), {"alias_of": "openai/gpt-5.4"}),
        ("multiplier: 0.850", ("1.7", "3.4", "6.8"), {"multiplier": "0.85"}),
        ("multiplier: 10", ("20", "40", "80"), {"multiplier": "10"}),
        (
            "alias_of: openai/gpt-5.4, multiplier: 0.5",
            ("1", "2", "4"),
            {"alias_of": "openai/gpt-5.4", "multiplier": "0.5"},
        ),
    ],
)
def test_prices_of_others_are_multiplied_and_say_by_which_rule(
    written: str, usd: tuple[str, str, str], details: dict[str, str]
) -> None:
    rule = compiled(f"match: {{model: m}}, {written}", 1)

    found = rule.adjusted(LISTED)

    price, step, output = map(Decimal, usd)
    assert found.rates == {
        "input_tokens": Rate(price, steps=((200_000, step),)),
        "output_tokens": Rate(output),
    }
    assert found.details == {"provider": "openai", "rule": "prices[1]", "rules": "sha256.1234", **details}
    assert (found.model, found.source, found.version) == ("gpt-5.4", "catalogue", "7")
    assert rule.adjusted(LISTED) is found


def test_adjusted_cards_do_not_fill_the_memory() -> None:
    rule = compiled("match: {model: m}, multiplier: 2")

    for number in range(5_000):
        rule.adjusted(RateCard(f"m{number}", "catalogue", "7", {}))

    assert len(rule._adjusted) <= 4_096


def test_calls_that_differ_in_their_context_alone_have_a_rule_each() -> None:
    written = (
        "[{match: {model: m, context: {speed: fast}}, per_request: 2}, "
        "{match: {model: m, context: {speed: slow}}, per_request: 1}]"
    )
    rules = Overrides(msgspec.convert(yaml.load(written, yaml.BaseLoader), tuple[PriceRule, ...], strict=False))

    found = [rules.rule_for(asked(context={"speed": speed})) for speed in ("fast", "slow", "fast", "else")]

    assert [one and one.rule.per_request for one in found] == [Decimal(2), Decimal(1), Decimal(2), None]

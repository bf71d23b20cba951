"""Own prices that cannot be meant so."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import yaml
from farebox.config.price_rules import PriceRule
from farebox.pricing.consumption import Consumption
from farebox.pricing.lint import Lint, Traffic, without_price
from farebox.pricing.overrides import Overrides
from farebox.pricing.standard import standard
from farebox.providers.table import table_with
from farebox.records.usage import Usage

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SINCE = datetime(2026, 10, 25, tzinfo=UTC)
TABLE = table_with([("riverside", ("llm.example.com", "gpu.example.com:8000"))])


def rules(written: str) -> tuple[PriceRule, ...]:
    return msgspec.convert(yaml.safe_load(written), tuple[PriceRule, ...], strict=False)


def lint(written: str) -> Lint:
    return Lint(Overrides(rules(written)), standard(), TABLE, NOW)


def calls(provider: str, *models: str, number: int = 1, **more: Any) -> Traffic:
    unpriced = more.pop("unpriced", 0)
    return Traffic(Consumption(provider, models, Usage(), **{"at": NOW, **more}), number, unpriced)


@pytest.mark.parametrize(
    ("written", "findings"),
    [
        ("- {match: {provider: mistral}, multiplier: 0.9}", []),
        ("- {match: {provider: riverside, host: gpu.example.com}, per_request: 1}", []),
        ("- {match: {provider: unknown, host: a.example}, per_request: 1}", []),
        ("- {match: {provider: openai, host: api.openai.com}, per_request: 1}", []),
        (
            "- {match: {provider: mistrall}, multiplier: 0.9}",
            ["prices[0]: matches nothing: there is no provider 'mistrall': did you mean mistral?"],
        ),
        (
            "- {match: {provider: azure, host: '*.openai.com'}, per_request: 1, name: east}",
            ["prices[0] east: matches nothing: *.openai.com is not a host of azure"],
        ),
        (
            "- {match: {deployment: prod}, alias_of: openai/gpt-99}",
            ["prices[0]: alias_of: no source has a price for openai/gpt-99"],
        ),
        (
            "- {match: {deployment: prod}, alias_of: opnai/gpt-4o}",
            ["prices[0]: alias_of: there is no provider 'opnai': did you mean openai?"],
        ),
        (
            "[{match: {model: a}, alias_of: openai/gpt-4o}, {match: {model: b}, alias_of: riverside/a}]",
            ["prices[1]: alias_of: riverside/a is an alias itself (prices[0]): name its target instead"],
        ),
        ("[{match: {model: a}, per_request: 1}, {match: {model: b}, alias_of: riverside/a}]", []),
        (
            "- {match: {provider: openai, model: gpt-99}, multiplier: 0.9}",
            ["prices[0]: multiplier: no source has a price for openai/gpt-99 to multiply"],
        ),
        (
            "[{match: {model: ab}, per_request: 1}, {match: {model: 'a*'}, per_request: 2}]",
            ["prices[0]: never applies: prices[1] comes later and matches all of its calls"],
        ),
        ("[{match: {model: 'a*'}, per_request: 1}, {match: {model: ab}, per_request: 2}]", []),
        (
            "[{match: {model: 'a*'}, per_request: 1}, {match: {model: '*b'}, per_request: 2}]",
            ["prices[0]: overlaps with prices[1], which prices the calls that both match"],
        ),
        ("[{match: {host: '*.openai.azure.com'}, per_request: 1}, {match: {provider: groq}, per_request: 2}]", []),
        (
            "[{match: {model: a}, per_request: 1}, {match: {model: a}, per_request: 2, effective_from: 2026-12-01}]",
            [],
        ),
        (
            """
            - {match: {model: a}, per_request: 1, effective_to: 2026-12-31}
            - {match: {model: a}, per_request: 2, effective_from: 2026-12-01}
            """,
            ["prices[0]: overlaps with prices[1], which prices the calls that both match"],
        ),
    ],
)
def test_rules_that_cannot_be_meant_so_are_named(written: str, findings: Sequence[str]) -> None:
    assert list(lint(written).findings()) == findings


@pytest.mark.parametrize(
    ("written", "traffic", "findings"),
    [
        ("- {match: {model: a}, per_request: 1}", [calls("x", "a")], []),
        ("- {match: {model: a}, per_request: 1}", [], []),
        (
            "- {match: {model: a}, per_request: 1}",
            [calls("x", "b", number=1200)],
            ["prices[0]: matches none of the 1,200 calls in the ledger since 2026-10-25"],
        ),
        (
            "[{match: {model: 'a*'}, per_request: 1}, {match: {model: ab}, per_request: 1}]",
            [calls("x", "ab", number=3)],
            ["prices[0]: later rules price all of the 3 calls that it matches"],
        ),
        (
            "[{match: {model: own}, per_request: 1}, {match: {model: a}, alias_of: riverside/own}]",
            [calls("x", "a")],
            [],
        ),
        ("- {match: {model: a}, per_request: 1, effective_from: 2026-12-01}", [calls("x", "b")], []),
        ("- {match: {model: a}, per_request: 1, effective_to: 2026-09-01}", [calls("x", "b")], []),
    ],
)
def test_rules_that_the_calls_have_no_use_for_are_named(
    written: str, traffic: list[Traffic], findings: Sequence[str]
) -> None:
    assert list(lint(written).unused(traffic, SINCE)) == findings


def test_models_without_a_price_are_listed_until_they_have_one() -> None:
    local = calls("ollama", "llama4", host="localhost", number=9, unpriced=7)
    traffic = [
        calls("unknown", "m", host="a.example", number=3, unpriced=3),
        local,
        local._replace(calls=5, unpriced=5),
        calls("openai", "gpt-4o", number=9, unpriced=9),
        calls("openai", number=2, unpriced=2),
        calls("openai", "gpt-99", number=1),
    ]

    found = without_price(standard(), traffic)
    ruled = without_price(standard(rules("- {match: {provider: ollama}, local: {mode: free}}")), traffic)

    assert [(one.asked.models, one.calls) for one in found] == [(("llama4",), 12), (("m",), 3)]
    assert [one.asked.models for one in ruled] == [("m",)]


def test_units_without_a_price_are_listed_until_they_have_one() -> None:
    spoken = Usage(units={"characters": 1})
    asked = Consumption("openai", ("gpt-4o-mini-tts",), spoken, NOW)
    rule = "- {match: {provider: openai, model: gpt-4o-mini-tts}, per_unit: {characters: 0.00001}}"

    [found] = without_price(standard(), [Traffic(asked, 5, 2)])

    assert (found.asked.models, found.calls, set(found.lacked)) == (("gpt-4o-mini-tts",), 2, {"characters"})
    assert without_price(standard(rules(rule)), [Traffic(asked, 5, 2)]) == []

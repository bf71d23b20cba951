"""Rates of currencies as farebox.yaml holds them: exact, and every mistake is named by its key."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from farebox.config.currency import Currency
from farebox.config.settings import Settings, load
from farebox.errors import SettingsError


def settings(yaml: str, folder: Path) -> Settings:
    path = folder / "given.yaml"
    path.write_text(yaml, encoding="utf-8")
    return load(config=path, environment={})


def test_a_rate_is_the_one_that_is_written(tmp_path: Path) -> None:
    yaml = "currency: [{host: api.example.cn, code: CNY, usd: 0.139, effective_from: 2026-11-01}]"

    assert settings(yaml, tmp_path).currency == (
        Currency("CNY", Decimal("0.139"), "api.example.cn", date(2026, 11, 1)),
    )


@pytest.mark.parametrize(
    ("yaml", "problem"),
    [
        ("currency: [{code: yuan, usd: 0.14}]", "currency[0].code: 'yuan' is not the code of a currency"),
        ("currency: [{code: USD, usd: 1}]", "currency[0].code: 'USD' is the currency that others"),
        ("currency: [{code: CNY, usd: 0}]", "currency[0].usd: 0 is not the worth of one CNY in USD"),
        ("currency: [{code: CNY, usd: 0.14, host: 'a:1'}]", "currency[0].host: 'a:1' is not a host"),
        (
            "prices: [{match: {model: m}, currency: EUR, per_mtok: {input: 1}}]",
            "prices[0].currency: 'EUR' has no rate: add one to `currency`",
        ),
        ("prices: [{match: {model: m}, currency: CNY, multiplier: 2}]", "prices[0].currency: only prices (per_...)"),
    ],
)
def test_a_mistake_is_named_by_its_key(yaml: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        settings(yaml, tmp_path)

    assert problem in str(error.value)


def test_a_rule_may_have_any_currency_with_a_rate(tmp_path: Path) -> None:
    yaml = """
currency: [{code: EUR, usd: 1.08}]
prices:
  - {match: {model: a}, currency: EUR, per_mtok: {input: 1}}
  - {match: {model: b}, currency: CNY, per_mtok: {input: 1}}
"""

    assert [rule.currency for rule in settings(yaml, tmp_path).prices] == ["EUR", "CNY"]

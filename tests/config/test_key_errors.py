"""Errors name the key as the user writes it, and the fix."""

import pytest
from farebox.config.key_errors import format_error
from farebox.config.settings import Settings
from farebox.errors import SettingsError

from tests.support.settings import load_file

UNKNOWN = "there is no such key; "
CONFIGURATION = "docs/configuration.md lists the keys"
PRICES = "docs/prices.md lists the keys"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("prot: 8080", f"prot: {UNKNOWN}did you mean port? {CONFIGURATION}"),
        ("xyzzy: 1", f"xyzzy: {UNKNOWN}{CONFIGURATION}"),
        ("tags: [a]", f"tags: {UNKNOWN}did you mean attribution.tags? {CONFIGURATION}"),
        (
            "intercept.hosts: [a]",
            f"intercept.hosts: {UNKNOWN}write `intercept:` and, indented below it, `hosts:`. {CONFIGURATION}",
        ),
        ("intercept: {host: [a]}", f"intercept.host: {UNKNOWN}did you mean intercept.hosts? {CONFIGURATION}"),
        ("intercept: {xyzzy: [a]}", f"intercept.xyzzy: {UNKNOWN}{CONFIGURATION}"),
        ("intercept: {port: 1}", f"intercept.port: {UNKNOWN}{CONFIGURATION}"),
        ("1: 2", f"1: {UNKNOWN}{CONFIGURATION}"),
        ("intercept: {no: true}", f"intercept.False: {UNKNOWN}{CONFIGURATION}"),
        ("2026-01-01: x", f"2026-01-01: {UNKNOWN}{CONFIGURATION}"),
        (
            "providers: [{name: a, host: [b]}]",
            f"providers[0].host: {UNKNOWN}did you mean providers[0].hosts? {CONFIGURATION}",
        ),
        (
            "prices: [{match: {modle: a}}]",
            f"prices[0].match.modle: {UNKNOWN}did you mean prices[0].match.model? {PRICES}",
        ),
        (
            "prices: [{match: {}, local: {mode: energy, wats: 1}}]",
            f"prices[0].local.wats: {UNKNOWN}did you mean prices[0].local.watts? {PRICES}",
        ),
        ("cost_fields: [{headr: x}]", f"cost_fields[0].headr: {UNKNOWN}did you mean cost_fields[0].header? {PRICES}"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_right_one(content: str, error: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_file(content)

    assert str(refused.value) == error


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("port: eighty", f"port: expected `int`, got `str`; {CONFIGURATION}"),
        ("intercept: {hosts: [5]}", f"intercept.hosts[0]: expected `str`, got `int`; {CONFIGURATION}"),
        ("prices: 5", f"prices: expected `array`, got `int`; {PRICES}"),
        ("prices_update: {url: 5}", f"prices_update.url: expected `str`, got `int`; {CONFIGURATION}"),
        ("prices: [{match: {context: {a: 1}}}]", f"prices[0].match.context: expected `str`, got `int`; {PRICES}"),
        (
            "prices: [{match: {}, per_request: dear}]",
            "prices[0].per_request: invalid decimal string: write a number, such as 0.80",
        ),
        (
            "prices: [{match: {}, effective_from: soon}]",
            "prices[0].effective_from: invalid RFC3339 encoded date: write a day, such as 2026-11-01",
        ),
    ],
)
def test_a_value_of_a_wrong_type_is_named_by_its_key(content: str, error: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_file(content)

    assert str(refused.value) == error


def test_a_message_without_a_key_keeps_its_words() -> None:
    assert format_error("Expected `object`, got `int`", Settings) == f"Expected `object`, got `int`; {CONFIGURATION}"

"""Errors name the key as the user writes it, and the fix."""

import pytest
from farebox.config.key_errors import format_error
from farebox.config.settings import Settings
from farebox.errors import SettingsError

from tests.support.settings import load_file

NO_KEY = "there is no such key"
CONFIGURATION = "docs/configuration.md describes the keys"
PRICES = "docs/prices.md describes the keys"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("prot: 8080", f"prot: {NO_KEY}; did you mean port? {CONFIGURATION}"),
        ("xyzzy: 1", f"xyzzy: {NO_KEY}: remove it. {CONFIGURATION}"),
        ("tags: [a]", f"tags: {NO_KEY}; did you mean attribution.tags? {CONFIGURATION}"),
        (
            "intercept.hosts: [a]",
            f"intercept.hosts: {NO_KEY}: write `intercept:` and, indented below it, `hosts:`. {CONFIGURATION}",
        ),
        ("intercept: {host: [a]}", f"intercept.host: {NO_KEY}; did you mean intercept.hosts? {CONFIGURATION}"),
        (
            "intercept: {xyzzy: [a]}",
            f"intercept.xyzzy: {NO_KEY}: remove it, or write one of hosts, all. {CONFIGURATION}",
        ),
        (
            "intercept: {port: 1}",
            f"intercept.port: {NO_KEY}: port is a key of the file itself, so don't indent it. {CONFIGURATION}",
        ),
        ("1: 2", f"1: {NO_KEY}: remove it. {CONFIGURATION}"),
        ("2026-01-01: x", f"2026-01-01: {NO_KEY}: remove it. {CONFIGURATION}"),
        (
            "providers: [{name: a, host: [b]}]",
            f"providers[0].host: {NO_KEY}; did you mean providers[0].hosts? {CONFIGURATION}",
        ),
        ("prices: [{model: a}]", f"prices[0].model: {NO_KEY}; did you mean prices[0].match.model? {PRICES}"),
        (
            "prices: [{match: {modle: a}}]",
            f"prices[0].match.modle: {NO_KEY}; did you mean prices[0].match.model? {PRICES}",
        ),
        (
            "prices: [{match: {}, local: {mode: energy, wats: 1}}]",
            f"prices[0].local.wats: {NO_KEY}; did you mean prices[0].local.watts? {PRICES}",
        ),
        ("cost_fields: [{headr: x}]", f"cost_fields[0].headr: {NO_KEY}; did you mean cost_fields[0].header? {PRICES}"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_right_one(content: str, error: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_file(content)

    assert str(refused.value) == f"given.yaml:1: {error}"


def test_settings_that_are_no_keys_at_all_are_told_so() -> None:
    said = format_error("Expected `object`, got `int`", Settings, 5)

    assert said == "the settings are not keys with values: write lines such as `port: 8080`"

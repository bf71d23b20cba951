"""A value that its key doesn't take: what stands there, and what to write, without values that can be secrets."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest
from farebox.config.host_patterns import ProviderLine
from farebox.config.retention import Retention
from farebox.config.value_errors import missing, wrong_value


@pytest.mark.parametrize(
    ("key", "kinds", "value", "said"),
    [
        ("port", [int], "eighty", "port: 'eighty' is not a whole number: write one such as 8080"),
        ("port", [int], None, "port: has no value: write one such as `port: 8080`, or remove the key"),
        ("shutdown_timeout", [float], "8s", "shutdown_timeout: '8s' is not a number: write 8, without a unit"),
        ("x", [Decimal], "1,5", "x: '1,5' is not a number: write 1.5"),
        ("effective_from", [date], "soon", "effective_from: 'soon' is not a day: write one such as 2026-11-01"),
        ("open", [bool], "maybe", "open: 'maybe' is neither true nor false: write one of them"),
        ("sidecar", [str], 5, "sidecar: 5 is not text: put it in quotes: '5'"),
        ("sidecar", [str], ["a"], "sidecar: a list is not text: write one such as shop"),
        (
            "x",
            [Literal["auto", "never"]],
            "nver",
            "x: 'nver' is not one of its values: did you mean never? Its values are auto or never",
        ),
        (
            "x",
            [Literal["auto", "never"]],
            False,
            "x: YAML reads on, off, yes and no as true and false: write auto or never",
        ),
        (
            "retention",
            [Retention],
            "90d",
            "retention: '90d' is not a group of keys: write `retention: {calls: 90d}`. Its keys are calls, hourly",
        ),
        (
            "providers",
            [tuple[ProviderLine, ...]],
            {"name": "a"},
            "providers: a group of keys is not a list: begin the entry with a dash, as in `- name: ...`",
        ),
        (
            "clients",
            [tuple[str, ...]],
            {"a": 1},
            "clients: a group of keys is not a list of values: write `clients: [192.168.1.0/24]`",
        ),
        ("a", [int], "x" * 99, f"a: '{'x' * 39}... is not a whole number: write one such as 0.80"),
    ],
)
def test_a_wrong_value_is_told_with_what_to_write(key: str, kinds: list[Any], value: Any, said: str) -> None:
    assert wrong_value(key, kinds, value) == said


@pytest.mark.parametrize("key", ["ledger", "otlp.endpoint", "destinations[0].url", "upstream_proxy", "auth", "set[0]"])
def test_a_value_that_can_hold_a_password_is_not_quoted(key: str) -> None:
    assert "canary" not in wrong_value(key, [Retention], "canary")


def test_what_an_entry_lacks_is_told_with_an_example() -> None:
    assert missing("budgets[1]", "window") == "budgets[1]: has no window: add `window: month`"

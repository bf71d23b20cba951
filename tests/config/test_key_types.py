"""The types of keys, by their path."""

from decimal import Decimal

import pytest
from farebox.config.key_types import is_struct, kinds_at, steps, structs_at, value_at
from farebox.config.price_rules import Energy, Free, GpuHour
from farebox.config.settings import Settings


def test_a_key_is_split_into_names_and_numbers() -> None:
    assert steps("budgets[1].scope") == ["budgets", 1, "scope"]


@pytest.mark.parametrize(
    ("key", "kinds"),
    [("port", [int]), ("prices[0].per_mtok.input", [Decimal]), ("budgets[3].limit", [str, int]), ("none.such", [])],
)
def test_the_types_of_a_key_are_those_of_its_field(key: str, kinds: list[type]) -> None:
    assert kinds_at(Settings, key) == kinds


def test_a_union_has_all_of_its_structs() -> None:
    assert structs_at(Settings, "prices[0].local") == [Free, Energy, GpuHour]
    assert not is_struct(int)


def test_a_value_is_found_by_its_key() -> None:
    assert value_at({"a": [{"b": 1}]}, "a[0].b") == 1
    assert value_at({"a": 5}, "a.b") is None

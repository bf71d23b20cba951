"""Sums by value become those of budgets."""

from farebox.budgets.names import grouped
from farebox.budgets.use import Use

from tests.support.budgets import budget

READ = {("w", "ann"): Use(1), ("w", "bob"): Use(2), ("x", "Ann"): Use(4), ("w", None): Use(8)}


def test_a_budget_for_each_has_one_use_by_name_and_none_for_unknown_names() -> None:
    found = grouped(budget(scope="user", match="*"), READ)

    assert found == {"w": {"ann": Use(1), "bob": Use(2)}, "x": {"Ann": Use(4)}}


def test_names_that_match_share_one_budget() -> None:
    assert grouped(budget(scope="user", match=("ann", "b*")), READ) == {"w": {"": Use(3)}, "x": {"": Use(4)}}


def test_a_budget_for_all_counts_calls_without_a_name_too() -> None:
    assert grouped(budget(), READ) == {"w": {"": Use(11)}, "x": {"": Use(4)}}

"""Which calls two rules have in common."""

import msgspec
import pytest
import yaml
from farebox.config.price_rules import PriceRule
from farebox.pricing.overlap import covers, meet, patterns_meet
from hypothesis import given
from hypothesis import strategies as some


def rule(written: str) -> PriceRule:
    return msgspec.convert({"per_request": 1, **yaml.safe_load(f"{{{written}}}")}, PriceRule, strict=False)


@pytest.mark.parametrize(
    ("wide", "narrow", "is_wider"),
    [
        ("match: {model: 'a*'}", "match: {model: ab}", True),
        ("match: {model: 'a*'}", "match: {model: 'ab*'}", True),
        ("match: {model: 'ab*'}", "match: {model: 'a*'}", False),
        ("match: {model: 'a*'}", "match: {provider: p, model: AB}", True),
        ("match: {provider: p}", "match: {model: a}", False),
        ("match: {provider: p}", "match: {provider: p, host: h}", True),
        ("match: {model: a}", "match: {model: a, tier: flex}", True),
        ("match: {model: a, tier: flex}", "match: {model: a}", False),
        ("match: {context: {speed: fast}}", "match: {context: {speed: fast, size: 2k}}", True),
        ("match: {context: {speed: fast}}", "match: {model: a}", False),
        ("match: {model: a}", "match: {model: a}, effective_from: 2026-11-01", True),
        ("match: {model: a}, effective_from: 2026-11-01", "match: {model: a}", False),
        ("match: {model: a}, effective_to: 2026-11-01", "match: {model: a}, effective_to: 2026-10-01", True),
        ("match: {model: a}", "match: {deployment: a}", False),
    ],
)
def test_a_rule_covers_another_that_is_for_no_other_call(wide: str, narrow: str, *, is_wider: bool) -> None:
    assert covers(rule(wide), rule(narrow)) is is_wider


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        ("match: {model: 'a*'}", "match: {model: '*b'}", True),
        ("match: {model: 'a*'}", "match: {model: 'b*'}", False),
        ("match: {provider: p}", "match: {model: a}", True),
        ("match: {deployment: prod}", "match: {model: 'own-*'}", False),
        ("match: {deployment: own-1}", "match: {model: 'own-*'}", True),
        ("match: {provider: p}", "match: {provider: q}", False),
        ("match: {context: {speed: fast}}", "match: {context: {size: 2k}}", True),
        ("match: {context: {speed: fast}}", "match: {context: {speed: slow}}", False),
        ("match: {model: a}, effective_to: 2026-10-31", "match: {model: a}, effective_from: 2026-11-01", False),
        ("match: {model: a}, effective_to: 2026-11-01", "match: {model: a}, effective_from: 2026-11-01", True),
    ],
)
def test_rules_meet_where_a_call_may_be_for_both(one: str, other: str, *, is_shared: bool) -> None:
    assert meet(rule(one), rule(other)) is is_shared
    assert meet(rule(other), rule(one)) is is_shared


@given(name=some.text("ab", max_size=6), cuts=some.lists(some.integers(0, 6), max_size=2))
def test_two_patterns_of_one_name_meet(name: str, cuts: list[int]) -> None:
    starred = "*".join(name[start:end] for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 99], strict=True))

    assert patterns_meet(starred, name)
    assert patterns_meet(name, starred)
    assert patterns_meet(starred, "*")

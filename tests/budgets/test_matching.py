"""Patterns of names."""

import pytest
from farebox.budgets.matching import matcher


@pytest.mark.parametrize(
    ("patterns", "name", "matches"),
    [
        (("gpt-5",), "gpt-5", True),
        (("gpt-5",), "GPT-5", True),
        (("gpt-5",), "gpt-5-mini", False),
        (("gpt-5*",), "gpt-5-mini", True),
        (("a", "b*"), "bcd", True),
        (("*@example.com",), "ann@Example.com", True),
        (("*@example.com",), "ann@example.community", False),
        (("a.c",), "abc", False),
        (("*",), "any\nname", True),
    ],
)
def test_a_star_is_any_text_and_case_does_not_count(patterns: tuple[str, ...], name: str, matches: bool) -> None:
    assert matcher(patterns)(name) == matches

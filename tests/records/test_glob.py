"""Patterns with `*`."""

import re

import pytest
from farebox.records.glob import fits, wildcard
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("pattern", "text", "stands_for"),
    [
        ("openai/*", "openai/gpt-4o", "gpt-4o"),
        ("*-latest", "gpt-latest", "gpt"),
        ("a*b", "aXb", "X"),
        ("*", "any", "any"),
        ("openai/*", "azure/gpt-4o", "azure/gpt-4o"),
        ("*/*", "a/b", "a/b"),
        ("same", "same", "same"),
    ],
)
def test_one_wildcard_stands_for_a_part(pattern: str, text: str, stands_for: str) -> None:
    assert wildcard(pattern, text) == stands_for


@given(st.text("ab*", max_size=8), st.text("abAB", max_size=10))
def test_a_pattern_fits_as_a_regular_expression_would(pattern: str, text: str) -> None:
    expression = ".*".join(map(re.escape, pattern.split("*")))

    assert fits(pattern, text) == (re.fullmatch(expression, text, re.IGNORECASE) is not None)

"""How the counts of one provider fit, where others' do otherwise."""

import pytest
from farebox.providers.counting import Counting
from farebox.providers.table import counting


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("openai", Counting(names_cached=True)),
        ("azure", Counting(names_cached=True)),
        ("vertex", Counting(rounding=1)),
        ("doubleword", Counting(thinking=1.4)),
        ("openrouter", Counting(signs_all=True)),
        ("gemini", Counting()),
        ("a host of its own", Counting()),
    ],
)
def test_a_provider_that_counts_otherwise_is_known(name: str, expected: Counting) -> None:
    assert counting(name) == expected

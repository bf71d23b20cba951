"""Ratios between the token counts of two models."""

import pytest
from farebox.analysis.tokenizers import factor


@pytest.mark.parametrize(
    ("replaced", "by", "low", "high"),
    [
        ("claude-sonnet-4-5-20250929", "gpt-4o", 0.77, 0.80),
        ("gpt-5-mini", "claude-opus-5-5", 1.62, 1.69),
        ("gpt-4o", "deepseek-chat", 1.06, 1.09),
        ("deepseek/deepseek-chat", "mistral-large-latest", 0.97, 1.03),
        ("openai/o3", "gemini-2.5-pro", 1.04, 1.11),
    ],
)
def test_tokens_of_another_tokenizer(replaced: str, by: str, low: float, high: float) -> None:
    ratio = factor(replaced, by)

    assert ratio is not None
    assert low < ratio.low <= ratio.high < high


@pytest.mark.parametrize(
    ("replaced", "by"), [("gpt-4o", "o3"), ("house-7b", "gpt-4o"), ("gpt-4o", "qwen"), (None, "m")]
)
def test_the_same_tokenizer_and_an_unknown_one_have_no_factor(replaced: str | None, by: str) -> None:
    assert factor(replaced, by) is None


def test_a_cost_with_another_tokenizer_is_exact() -> None:
    """A float has 53 bits, a column of the ledger 63."""
    ratio = factor("gpt-4o", "claude-opus-5-5")

    assert ratio is not None
    assert [round((2**62 + 1) * part) for part in ratio] == [7_517_048_210_036_642_285, 7_747_632_510_958_011_680]

"""A model's name tells its tokenizer, where it tells anything."""

import pytest
from farebox.recorder.tokenizers import tokens_per_byte
from farebox.recorder.tokens_per_byte import TOKENS_PER_BYTE


@pytest.mark.parametrize(
    ("model", "tokenizer"),
    [
        ("claude-3-opus-20240229", "claude"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude"),
        ("claude-opus-4-7", "claude-4.7"),
        ("Claude-Sonnet-5", "claude-4.7"),
        ("gpt-5.1", "o200k"),
        ("", "o200k"),
    ],
)
def test_a_name_selects_the_tokenizer(model: str, tokenizer: str) -> None:
    assert tokens_per_byte(model) == TOKENS_PER_BYTE[tokenizer]

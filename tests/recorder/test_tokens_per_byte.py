"""The table that estimates begin with."""

import math

from farebox.recorder.tokens_per_byte import TOKENS_PER_BYTE


def test_each_tokenizer_takes_two_to_eight_bytes_for_a_token() -> None:
    for mean, spread in TOKENS_PER_BYTE.values():
        assert 2 < 1 / math.exp(mean) < 8
        assert 0 < spread < 1

"""Which tokenizer a model has, as far as its name tells, and so how many tokens a byte of its text is."""

import re
from functools import lru_cache

from .tokens_per_byte import TOKENS_PER_BYTE

_TOKENIZERS = (
    (re.compile(r"claude-(opus-4[-.][789]|[a-z]+-[5-9])"), "claude-4.7"),
    (re.compile(r"claude"), "claude"),
    (re.compile(r""), "o200k"),
)
# Names come from the wire: hostile ones can evict others, but memory stays bounded.
_CACHE_SIZE = 4096


@lru_cache(_CACHE_SIZE)
def tokens_per_byte(model: str) -> tuple[float, float]:
    """Return the mean of the logarithm of tokens per byte, and its standard deviation."""
    return TOKENS_PER_BYTE[next(name for pattern, name in _TOKENIZERS if pattern.search(model.lower()))]

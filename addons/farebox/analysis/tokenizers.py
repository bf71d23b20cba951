"""Ratios between the token counts of different vendors' models for the same English text and code.

Measured on documents against OpenAI's o200k: Claude with an offline reconstruction of its counts, DeepSeek and Mistral
with their published vocabularies; Gemini as published.
"""

import re
from fractions import Fraction
from typing import NamedTuple, Self


class Factor(NamedTuple):
    """The lowest and highest number of tokens for one token of the replaced model."""

    low: Fraction
    high: Fraction

    @classmethod
    def of(cls, low: str, high: str) -> Self:
        """Return the range between two decimal numbers."""
        return cls(Fraction(low), Fraction(high))


# Tokens for one token of o200k, from the text with the lowest ratio to the one with the highest. The first match wins.
_PER_O200K: tuple[tuple[re.Pattern[str], Factor], ...] = (
    (re.compile(r"claude-(instant|2|3|(sonnet|opus|haiku)-4(-[0-6])?(\b|-\d{6,}))"), Factor.of("1.26", "1.29")),
    (re.compile(r"claude"), Factor.of("1.63", "1.68")),
    (re.compile(r"gpt|chatgpt|(^|/)o[1345](-|$)|codex"), Factor.of("1.0", "1.0")),
    (re.compile(r"\bdeepseek"), Factor.of("1.07", "1.08")),
    (re.compile(r"mistral|ministral|magistral|codestral|devstral|pixtral"), Factor.of("1.05", "1.10")),
    (re.compile(r"\bgemini"), Factor.of("1.05", "1.10")),
)


def factor(replaced: str | None, by: str) -> Factor | None:
    """Return how many tokens `by` counts for one of `replaced`; None if unknown, or if both count alike."""
    old, new = _per_o200k(replaced or ""), _per_o200k(by)
    if old is None or new is None or old is new:
        return None
    return Factor(new.low / old.high, new.high / old.low)


def _per_o200k(model: str) -> Factor | None:
    return next((ratio for pattern, ratio in _PER_O200K if pattern.search(model.lower())), None)

"""How many tokens one vendor's models count where another's count a hundred: of English and of code.

Measured over documents against o200k, OpenAI's: Claude by an offline rebuild of its counts, DeepSeek and Mistral by the
vocabularies that they publish; Gemini as published.
"""

import re
from typing import NamedTuple


class Factor(NamedTuple):
    """From how many to how many tokens there are for one of the model replaced."""

    low: float
    high: float


# Tokens for one of o200k, from the leanest text to the richest.
_PER_O200K: tuple[tuple[re.Pattern[str], Factor], ...] = (
    (re.compile(r"claude-(instant|2|3|(sonnet|opus|haiku)-4(-[0-6])?(\b|-\d{6,}))"), Factor(1.26, 1.29)),
    (re.compile(r"claude"), Factor(1.63, 1.68)),
    (re.compile(r"gpt|chatgpt|(^|/)o[1345](-|$)|codex"), Factor(1.0, 1.0)),
    (re.compile(r"\bdeepseek"), Factor(1.07, 1.08)),
    (re.compile(r"mistral|ministral|magistral|codestral|devstral|pixtral"), Factor(1.05, 1.10)),
    (re.compile(r"\bgemini"), Factor(1.05, 1.10)),
)


def factor(replaced: str | None, by: str) -> Factor | None:
    """Return how many tokens `by` counts for one of `replaced`; None where that is not known, or they count alike."""
    old, new = _per_o200k(replaced or ""), _per_o200k(by)
    if old is None or new is None or old is new:
        return None
    return Factor(new.low / old.high, new.high / old.low)


def _per_o200k(model: str) -> Factor | None:
    return next((told for pattern, told in _PER_O200K if pattern.search(model.lower())), None)

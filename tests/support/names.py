"""Names with characters that nobody sees, and where such characters are left."""

import sys
import unicodedata
from typing import Any

from hypothesis import strategies as st

_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
INVISIBLE = _BIDIRECTIONAL | {
    character for character in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(character) == "Cc"
}
# Every other character is one that nobody sees.
NAMES = st.text(st.one_of(st.sampled_from(sorted(INVISIBLE)), st.characters(exclude_categories=["Cs"])), max_size=40)


def invisible(value: Any) -> set[str]:
    """Return the characters of the texts in `value` that nobody sees."""
    if isinstance(value, dict):
        return invisible([*value, *value.values()])
    if isinstance(value, list | tuple):
        return set().union(*map(invisible, value))
    return set(value) & INVISIBLE if isinstance(value, str) else set()

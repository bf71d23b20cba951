"""The right name for a wrong one."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

# Shorter beginnings are those of many names.
_LEAST_BEGINNING = 2
# What other programs call it.
_ALSO = {
    "completion": "output",
    "prompt": "input",
    "cached": "cache_read",
    "db": "ledger",
    "database": "ledger",
    "pricing": "prices",
    "block": "refuse",
    "deny": "refuse",
}


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the name of `known` that `name` most likely means: spelled like it, with it as a word, or begun by it.

    None if there is no such name.
    """
    by_lower = {candidate.lower(): candidate for candidate in known}
    wanted = name.lower()
    similar = get_close_matches(wanted, by_lower, n=1)
    with_word = (candidate for candidate in by_lower if wanted in re.split(r"[._]", candidate))
    also = _ALSO.get(wanted)
    begun = (one for one in by_lower if len(wanted) >= _LEAST_BEGINNING and one.startswith(wanted))
    found = next(iter(similar), None) or next(with_word, None) or (also if also in by_lower else next(begun, None))
    return by_lower[found] if found else None

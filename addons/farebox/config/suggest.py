"""The right name for a wrong one."""

import re
from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the name of `known` that is spelled most like `name`, else one that has it as a word, else None."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    wanted = name.lower()
    similar = get_close_matches(wanted, by_lower, n=1)
    with_word = (candidate for candidate in by_lower if wanted in re.split(r"[._]", candidate))
    found = next(iter(similar), None) or next(with_word, None)
    return by_lower[found] if found else None

"""A duration for which rows or columns are kept, as people write it: 90d, 12w."""

import re
from datetime import timedelta

_DURATION = re.compile(r"(\d{1,5}) ?([dw])")


def parse(text: str) -> timedelta | None:
    """Return the duration that `text` states, or None if it is empty: for good. ValueError if it is not a duration."""
    if not text:
        return None
    match = _DURATION.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{text!r} is not a duration: write 90d or 12w, or leave it empty to delete nothing")
    return timedelta(days=int(match[1]) * (7 if match[2] == "w" else 1))

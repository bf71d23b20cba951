"""How long rows are kept, as people write it: 90d, 12w."""

import re
from datetime import timedelta

_SPAN = re.compile(r"(\d{1,5}) ?([dw])")


def parse(text: str) -> timedelta | None:
    """Return how long `text` says, None where it says nothing: for ever. ValueError where it is no time."""
    if not text:
        return None
    match = _SPAN.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{text!r} is no time to keep calls for: write 90d or 12w, or leave it out to keep all")
    return timedelta(days=int(match[1]) * (7 if match[2] == "w" else 1))

"""A duration for which rows or columns are kept, as people write it: 90d, 12w."""

import re
from collections.abc import Iterator
from datetime import timedelta

import msgspec

_DURATION = re.compile(r"(\d{1,5}) ?([dw])")


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long rows are kept; empty is for good.

    `hourly` is how long the hourly sums keep the columns of callers; the sums themselves stay.
    """

    calls: str = ""
    hourly: str = ""


def problems(retention: Retention) -> Iterator[str]:
    """Yield what is wrong with `retention`, each with its key and the fix."""
    for key, text in msgspec.structs.asdict(retention).items():
        try:
            parse(text)
        except ValueError as error:
            yield f"retention.{key}: {error}"


def parse(text: str) -> timedelta | None:
    """Return the duration that `text` states, or None if it is empty: for good. ValueError if it is not a duration."""
    if not text:
        return None
    match = _DURATION.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{text!r} is not a duration: write 90d or 12w, or remove the key to delete nothing")
    return timedelta(days=int(match[1]) * (7 if match[2] == "w" else 1))

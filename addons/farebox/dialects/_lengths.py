"""Lengths of sound and video, which APIs state as numbers or text, whole or with a fraction."""

import re
from decimal import Decimal

from ..records import clean

# "8", "8.5", "8s" (protobuf's form of a duration), "90.25 seconds".
_TEXT = re.compile(r"(\d{1,9}(?:\.\d{1,12})?) ?(?:s|sec|secs|seconds?)?", re.ASCII | re.IGNORECASE)
_MOST_SECONDS = 10**9


def milliseconds(value: object) -> int | None:
    """Return the length that `value`, a number of seconds or its text, states; None if it states none."""
    if isinstance(value, str) and (found := _TEXT.fullmatch(value.strip())):
        return round(Decimal(found[1]) * 1000)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST_SECONDS:
        return None
    return clean.count(round(value * 1000))


def length(kind: str, value: object, times: int = 1) -> dict[str, int] | None:
    """Return `times` the length as a unit: `audio_seconds` of whole seconds, else `audio_milliseconds`.

    Units are whole numbers, and rounding a fraction to seconds would invent a bill. None if there is no length.
    """
    whole = milliseconds(value)
    if not whole or times < 1:
        return None
    if whole % 1000:
        return {f"{kind}_milliseconds": whole * times}
    return {f"{kind}_seconds": whole // 1000 * times}

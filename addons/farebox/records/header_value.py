"""Values of request headers that may be stored: none that could be a credential, whatever its header is called."""

import base64
import re

from . import clean

# What the value of an Authorization header begins with; `Basic` alone is also a word of plans and teams.
_SCHEME = re.compile(r"(?i)\s*(?:bearer|digest|negotiate|ntlm|dpop|hawk|aws4-hmac-sha256)\s+\S")
_BASIC = re.compile(r"(?i)\s*basic\s+([a-z0-9+/_-]+={0,2})\s*")
# Ids that no provider uses as keys, though they are random: UUIDs, and the value of W3C's `traceparent`.
_ID = re.compile(
    r"(?i)(?<![0-9a-f-])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})"
    r"(?![0-9a-f-])"
)
# The length of a ULID; MongoDB's ids and nanoids are shorter. Providers' keys without a prefix have 32 and more.
_ID_LIMIT = 26
# Base64 has marks among its letters and, by chance, a word between two marks; a slug consists mostly of words.
_RANDOM_LEAST = 16
_RUN = re.compile(r"[A-Za-z0-9]+")
_SAME_CASE = re.compile(r"[a-z]+|[A-Z]+")
# A credential that begins before the cut of the text is found by so much of it behind the cut.
_BEHIND_CUT = 64


def header_value(value: str | None, *, random_limit: int = _ID_LIMIT) -> str | None:
    """Return the `value` of a header as `clean.text` does; None also where it may be a credential.

    That is the value of an Authorization header, and more than `random_limit` random characters in a row. A trace id or
    a Git hash of 32 or more hexadecimal digits is indistinguishable from a key, so it is left out too.
    """
    given = value or ""
    # Also as it is given: a tab, which is not visible, ends the name of a scheme.
    for text in {given, clean.visible(given)}:
        start = text[: clean.TEXT_LIMIT + _BEHIND_CUT]
        if _SCHEME.match(start) or _is_basic(start) or _has_random(start, random_limit):
            return None
    return clean.text(given)


def _is_basic(value: str) -> bool:
    """Tell whether `value` is the scheme Basic with a user and a password, which a colon separates."""
    match = _BASIC.fullmatch(value)
    if match is None:
        return False
    encoded = match[1].rstrip("=").replace("-", "+").replace("_", "/")
    # One character beyond groups of four holds no whole byte, and b64decode() refuses it.
    whole = encoded[: len(encoded) - (len(encoded) % 4 == 1)]
    return b":" in base64.b64decode(whole + "=" * (-len(whole) % 4))


def _has_random(value: str, limit: int) -> bool:
    parts = re.split(r"[\s,;\"']+", _ID.sub(" ", value))
    return any(_is_random([run for run in _RUN.finditer(part) if not _is_word(run[0])], limit) for part in parts)


def _is_random(runs: list[re.Match[str]], limit: int) -> bool:
    """Tell whether `runs`, the ones of a part that are no words, are too long for an id."""
    length = sum(len(run[0]) for run in runs)
    return length >= _RANDOM_LEAST and runs[-1].end() - runs[0].start() > limit


def _is_word(run: str) -> bool:
    """Tell whether a run of letters and digits is a number, a word or CamelCase, with digits at its ends only."""
    letters = run.strip("0123456789")
    if not letters.isalpha():
        return not letters
    changes = len(_SAME_CASE.findall(letters))
    return changes == 1 or letters.istitle() or len(letters) >= 3 * changes

"""Make what a peer sent safe to store: short, printable text and numbers in range."""

import re
from collections.abc import Mapping
from typing import Any

TEXT_LIMIT = 256
_NUMBER_LIMIT = 2**53
# Beyond any context window, and so low that no price of it overflows 64 bits of nano-USD.
_COUNT_LIMIT = 10**12
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/=+-]{0,127}")
_SECRET = re.compile(
    r"(?i)(?<![a-z0-9])(sk|pk|rk|gsk|xai|pplx|nvapi|key|bearer|token|api|gh[pousr]|github_pat|glpat|xox[a-z]|hf|r8)"
    r"[-_.:](?:[a-z0-9]+[-_])*[a-z0-9]{16,}"
    r"|(?<![A-Za-z0-9])(AKIA|ASIA|AIza|eyJ|ghp_|hf_|r8_)[A-Za-z0-9_-]{12,}"
)
_DEPTH_LIMIT = 5
_ITEM_LIMIT = 500


def text(value: object, limit: int = TEXT_LIMIT) -> str | None:
    """Return `value` cut to `limit` characters, without NUL or lone surrogates; None where it is no text."""
    if not isinstance(value, str) or not value:
        return None
    return value[:limit].replace("\0", "�").encode("utf-8", "replace").decode("utf-8") or None


def word(value: object) -> str | None:
    """Return `value` if it reads like a name of an enumeration ("rate_limit_exceeded"), else None.

    What a provider says in such a field is no prose, and nothing in it looks like a key.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _WORD.fullmatch(value) or _SECRET.search(value):
        return None
    return value


def count(value: object) -> int | None:
    """Return `value` as a count: a whole number from 0 to 10**12, else None."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _COUNT_LIMIT else None


def figures(value: object) -> Any:
    """Return the numbers, booleans and enumeration names of a nested `value`, up to a limit; the rest is left out."""
    return _figures(value, 0, [_ITEM_LIMIT])


def _figures(value: object, depth: int, room: list[int]) -> Any:
    room[0] -= 1
    if isinstance(value, bool | int | float):
        return value if value is True or value is False or abs(value) <= _NUMBER_LIMIT else None
    if isinstance(value, str):
        return word(value)
    if depth >= _DEPTH_LIMIT:
        return None
    if isinstance(value, Mapping):
        named = ((word(key), item) for key, item in value.items())
        return {key: _figures(item, depth + 1, room) for key, item in named if key is not None and room[0] > 0}
    if isinstance(value, list):
        return [_figures(item, depth + 1, room) for item in value if room[0] > 0]
    return None

"""Make values of a peer safe to store: short, printable text and numbers in range."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

TEXT_LIMIT = 256
# A key that begins before the cut is searched for up to this far behind it.
_KEY_LIMIT = 64
_NUMBER_LIMIT = 2**53
# Higher than any context window, and low enough that no price overflows 64 bits of nano-USD.
_COUNT_LIMIT = 10**12
_WORD_LIMIT = 128
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/=+-]*")
# Models, hosts and reasons repeat from call to call, and from event to event.
_CACHED = 1024
# No blank, so no prose; no character that begins a quotation, a list or the type of a `data:` URL.
_NAME = re.compile(r"[^\s\"'`,;<>{}%]+")
_ADDRESS = re.compile(r"[\w.+-]@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2}")
# The prefixes of providers' keys. After a common word or two letters, only a value with a digit is a key.
_SECRET = re.compile(
    r"(?i)(?<![a-z0-9])(?:[spr]k|csk|gsk|xai|pplx|nvapi|gh[pousr]|github_pat|glpat|xox[a-z]|tgp|lsv2)[-_.:]"
    r"(?:[a-z0-9]+[-_])*[a-z0-9]{16,}"
    r"|(?<![a-z0-9])(?:key|bearer|token|api|secret|hf|r8|fw|ek|jina|vck)[-_.:]"
    r"(?:[a-z0-9]+[-_])*(?=[a-z]*[0-9])[a-z0-9]{16,}"
    r"|(?<![a-z0-9])sk[-_][a-z0-9_-]{20,}"
    r"|(?<![a-z0-9])(?:AKIA|ASIA|ABSK|AIza|eyJ|ghp_|hf_|r8_|dapi|sess-|ya29\.|AQ\.)[a-z0-9_-]{12,}"
    r"|(?<![a-z0-9])[0-9a-f]{32}\.[a-z0-9]{16}|JQQJ99[a-z]"
)
# Control characters, and those that reorder the text around them: both can make a terminal show something else.
_INVISIBLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]")
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@")
_DEPTH_LIMIT = 5
_ITEM_LIMIT = 500


def text(value: object, limit: int = TEXT_LIMIT) -> str | None:
    """Return `value` as visible() does, cut to `limit` characters, and without lone surrogates.

    None if it is not text, or if it contains something like a key.
    """
    if not isinstance(value, str):
        return None
    # Removed first: they could part a key, so that it isn't found.
    value = visible(value)
    if _SECRET.search(value, 0, limit + _KEY_LIMIT):
        return None
    return value[:limit].encode("utf-8", "replace").decode("utf-8") or None


def visible(value: str) -> str:
    """Return `value` without control characters and without those that change the direction of text."""
    return value if value.isprintable() else _INVISIBLE.sub("", value)


def visible_lines(value: str) -> str:
    """Return the lines of `value`, each as visible() does."""
    return "\n".join(map(visible, value.split("\n")))


def spreadsheet_cell(value: str) -> str:
    """Return `value` as a cell of CSV that a spreadsheet shows as text: visible(), and not run as a formula."""
    value = visible(value)
    return f"'{value}" if value.startswith(_FORMULA) else value


def spreadsheet_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return `row`, values by column, with each text as spreadsheet_cell() returns it."""
    return {column: spreadsheet_cell(value) if isinstance(value, str) else value for column, value in row.items()}


def name(value: object) -> str | None:
    """Return `value` uncut if it may name a model or a host; None if it is prose, an address, a key or an image."""
    return _name(value) if isinstance(value, str) and len(value) <= TEXT_LIMIT else None


@lru_cache(_CACHED)
def _name(value: str) -> str | None:
    # NUL and half a character are damage, and the rest of the name is still worth something.
    value = value.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")
    cleaned = (text(value) or "") if value.isprintable() else ""
    is_name = _NAME.fullmatch(cleaned) and not has_address(cleaned)
    return cleaned if is_name else None


def has_address(value: str) -> bool:
    """Tell whether `value` contains an e-mail address."""
    return _ADDRESS.search(value) is not None


def word(value: object) -> str | None:
    """Return `value` if it is like an enumeration's name ("rate_limit_exceeded"), not prose or a key; else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return _word(value) if isinstance(value, str) and len(value) <= _WORD_LIMIT else None


@lru_cache(_CACHED)
def _word(value: str) -> str | None:
    return value if _WORD.fullmatch(value) and not _SECRET.search(value) else None


def count(value: object) -> int | None:
    """Return `value` if it is a whole number from 0 to 10**12, else None."""
    if type(value) is int:
        return value if 0 <= value <= _COUNT_LIMIT else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _COUNT_LIMIT else None


def figures(value: object) -> Any:
    """Return the numbers, booleans and enumeration names of a nested `value`, up to a limit; omit the rest."""
    return _figures(value, 0, [_ITEM_LIMIT])


def _figures(value: object, depth: int, room: list[int]) -> Any:
    room[0] -= 1
    if isinstance(value, int | float):
        return value if abs(value) <= _NUMBER_LIMIT else None
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

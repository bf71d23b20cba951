"""Read the first and the last members of a large JSON object, in time that does not grow with the object.

Clients put the small members (model, stream, parameters) around a large one, the conversation. The end can be scanned
backwards without ambiguity: an object ends outside of strings, and no string contains an unescaped quote.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ..errors import WireError
from ..records.params import UNREAD
from .document import decode

# A body with more bytes, or with more arrays and objects, is large: to decode it would hold up other calls.
DECODED_BYTES = 256 << 10
DECODED_CONTAINERS = 10_000
# A body with less is small whatever it contains.
_SMALL_BYTES = 32 << 10
# How many bytes are scanned at each end: the tool definitions of a coding agent, at the end, take about 100 KiB.
END_BYTES = 128 << 10
# How many strings and brackets are visited at each end; each costs about a microsecond.
END_MARKS = 4_000
# How many members are read at each end.
END_MEMBERS = 200
# The rest of a string behind its first quote; in reversed bytes, a backslash follows the quote that it escapes.
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
_REVERSED_STRING = re.compile(rb'(?:[^"]++|"(?=\\))*+"')
_MARK = re.compile(rb'["\[\]{}]')
_COLON = re.compile(rb"\s*+:")
_BLANK = b" \t\r\n"
_QUOTE, _COLON_MARK = b'":'

_Member = tuple[bytes, bytes | None]


def is_large(body: bytes) -> bool:
    """Tell whether it takes too long to decode all of `body`."""
    if len(body) <= _SMALL_BYTES:
        return False
    return len(body) > DECODED_BYTES or body.count(b"[") + body.count(b"{") > DECODED_CONTAINERS


def outer_members(body: bytes) -> dict[str, Any]:
    """Return the first and the last members of the JSON object `body`; an empty dict if it is no object.

    A member that is cut off or invalid is UNREAD. Members between the scanned ends are missing.
    """
    head, tail = body[:END_BYTES], body[-END_BYTES:]
    if not head.lstrip().startswith(b"{"):
        return {}
    first = list(islice(_first(head), END_MEMBERS))
    last = list(islice(_last(tail[::-1]), END_MEMBERS))
    return {name: value for members in (first, reversed(last)) for name, value in _decoded(members)}


def _first(head: bytes) -> Iterator[_Member]:
    """Yield the key and the value of each member from the beginning on; None for a value that is cut off."""
    key, start, depth = b"", 0, 0
    for mark, end in _marks(head, _STRING):
        if head[mark] == _QUOTE:
            if depth == 1 and (colon := _COLON.match(head, end)):
                if key:
                    yield key, head[start:mark]
                key, start = head[mark:end], colon.end()
            continue
        depth += 1 if head[mark] in b"{[" else -1
        if depth == 0:
            if key:
                yield key, head[start:mark]
            return
    if key:
        yield key, None


def _last(tail: bytes) -> Iterator[_Member]:
    """Yield the key and the value of each member from the end on, of an object whose bytes are in reverse order."""
    if not tail.lstrip().startswith(b"}"):
        return
    start = depth = 0
    for mark, end in _marks(tail, _REVERSED_STRING):
        if end == len(tail):
            # A quote at the cut may be an escaped one.
            return
        if tail[mark] == _QUOTE:
            if depth == 1 and (colon := _colon_before(tail, mark)) >= start:
                yield tail[mark:end][::-1], tail[start:colon][::-1]
                start = end
            continue
        depth += 1 if tail[mark] in b"}]" else -1
        if depth == 0:
            return
        start = start or end


def _marks(text: bytes, string: re.Pattern[bytes]) -> Iterator[tuple[int, int]]:
    """Yield where strings and brackets start and end, up to a string that is cut off."""
    end = 0
    for _ in range(END_MARKS):
        found = _MARK.search(text, end)
        if found is None:
            return
        end = found.end()
        if text[end - 1] == _QUOTE:
            found_string = string.match(text, end)
            if found_string is None:
                return
            end = found_string.end()
        yield found.start(), end


def _colon_before(text: bytes, place: int) -> int:
    """Return where the colon is that stands before `place`, with nothing but blanks between; -1 if there is none."""
    before = place - 1
    while before >= 0 and text[before] in _BLANK:
        before -= 1
    return before if before >= 0 and text[before] == _COLON_MARK else -1


def _decoded(members: Iterable[_Member]) -> Iterator[tuple[str, Any]]:
    for key, raw in members:
        with contextlib.suppress(WireError):
            name = decode(key)
            yield name, UNREAD
            if raw is not None:
                yield name, decode(raw.strip().removesuffix(b","))

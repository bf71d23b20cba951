"""Read the first and the last members of a large JSON object, in time that does not grow with the object.

Clients put the small members (model, stream, parameters) around a large one, the conversation. The end can be scanned
backwards without ambiguity: an object ends outside of strings, and no string contains an unescaped quote.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..errors import WireError
from ..records.params import UNREAD
from ..records.pieces import Pieces, whole
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
# How many of them are visited at once.
_AT_ONCE = 500
# How many members are read at each end.
END_MEMBERS = 200
# The rest of a string behind its first quote; in reversed bytes, a backslash follows the quote that it escapes.
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
_REVERSED_STRING = re.compile(rb'(?:[^"]++|"(?=\\))*+"')
_MARK = re.compile(rb'["\[\]{}]')
_COLON = re.compile(rb"\s*+:")
_BLANK = b" \t\r\n"
_QUOTE, _COLON_MARK, _BACKSLASH = b'":\\'

_Member = tuple[bytes, bytes | None]
# Where other work may go on.
_PAUSE = None


def is_large(body: bytes) -> bool:
    """Tell whether it takes too long to decode all of `body`."""
    if len(body) <= _SMALL_BYTES:
        return False
    return len(body) > DECODED_BYTES or body.count(b"[") + body.count(b"{") > DECODED_CONTAINERS


def outer_members(body: bytes) -> dict[str, Any]:
    """Return the first and the last members of the JSON object `body`; an empty dict if it is no object.

    A member that is cut off or invalid is UNREAD. Members between the scanned ends are missing.
    """
    return whole(reading_outer_members(body))


def reading_outer_members(body: bytes) -> Pieces[dict[str, Any]]:
    """Do what `outer_members` does in pieces."""
    head, tail = body[:END_BYTES], body[-END_BYTES:]
    if not head.lstrip().startswith(b"{"):
        return {}
    first = yield from _members(_first(head))
    last = yield from _members(_last(tail[::-1]))
    found = dict(_decoded(first))
    yield
    return found | dict(_decoded(reversed(last)))


def _members(found: Iterator[_Member | None]) -> Pieces[list[_Member]]:
    members = list[_Member]()
    for member in found:
        if member is _PAUSE:
            yield
            continue
        members.append(member)
        if len(members) == END_MEMBERS:
            break
    return members


def _first(head: bytes) -> Iterator[_Member | None]:
    """Yield the key and the value of each member from the beginning on; None for a value that is cut off."""
    key, start, depth = b"", 0, 0
    for place in _marks(head, _string_end):
        if place is _PAUSE:
            yield _PAUSE
            continue
        mark, end = place
        if head[mark] == _QUOTE:
            colon = _COLON.match(head, end) if depth == 1 else None
            if colon:
                yield from _named(key, head[start:mark])
                key, start = head[mark:end], colon.end()
            continue
        depth += 1 if head[mark] in b"{[" else -1
        if depth == 0:
            yield from _named(key, head[start:mark])
            return
    yield from _named(key, None)


def _named(key: bytes, value: bytes | None) -> Iterator[_Member]:
    """Yield the member; before the first one, there is no key."""
    if key:
        yield key, value


def _last(tail: bytes) -> Iterator[_Member | None]:
    """Yield the key and the value of each member from the end on, of an object whose bytes are in reverse order."""
    if not tail.lstrip().startswith(b"}"):
        return
    start = depth = 0
    for place in _marks(tail, _reversed_string_end):
        if place is _PAUSE:
            yield _PAUSE
            continue
        mark, end = place
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


def _marks(text: bytes, end_of_string: Callable[[bytes, int], int]) -> Iterator[tuple[int, int] | None]:
    """Yield where strings and brackets start and end, up to a string that is cut off."""
    end = 0
    for number in range(1, END_MARKS + 1):
        if not number % _AT_ONCE:
            yield _PAUSE
        found = _MARK.search(text, end)
        if found is None:
            return
        end = found.end()
        if text[end - 1] == _QUOTE:
            end = end_of_string(text, end)
            if end < 0:
                return
        yield found.start(), end


def _string_end(text: bytes, start: int) -> int:
    """Return the end of the string that begins before `start`, at its first quote; -1 if it is cut off."""
    quote = text.find(b'"', start)
    if quote < 0:
        return -1
    # A search for one byte takes a tenth of the time of a pattern.
    if text[quote - 1] != _BACKSLASH:
        return quote + 1
    found = _STRING.match(text, start)
    return found.end() if found else -1


def _reversed_string_end(text: bytes, start: int) -> int:
    """Return the same of reversed bytes."""
    quote = text.find(b'"', start)
    if quote < 0:
        return -1
    if text[quote + 1 : quote + 2] != b"\\":
        return quote + 1
    found = _REVERSED_STRING.match(text, start)
    return found.end() if found else -1


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

"""Recognizes events of a stream that differ from an earlier one only in members that nobody reads: most of a stream.

A model's output comes as hundreds of events with the same bytes around their text. Once an event has been decoded and
has changed nothing, later ones with the same bytes around it are counted without decoding them.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import msgspec

from ..records.text_size import CONTENT
from ..wire.document import Document, decode

_TEMPLATES = 4
# A stream whose events never repeat is not searched for templates for ever.
_ATTEMPTS = 12
_EVENT_LIMIT = 16 << 10
_PLACES = 6
# Members that differ from event to event and mean nothing to a meter.
_NOISE = ("obfuscation", "p", "created_at", "event_id")
_COUNTERS = ("sequence_number", "created")
# A name is not preceded by a backslash: then it would be a part of a string.
_PLACE = re.compile(
    rb'(?<!\\)"(?:(?:%b)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"|(?:%b)"\s*:\s*(\d{1,18})(?=[\s,}]))'
    % ("|".join(sorted({*CONTENT, *_NOISE})).encode(), "|".join(_COUNTERS).encode()),
    re.DOTALL,
)
_DIGITS = 18
# A number, a word and a name; and what `text_size` takes for media.
_PROBES = (b"7", b"A" * 300)


class Skimmed(NamedTuple):
    """Stands for the data of a recognized event: whether it has content, and how many bytes."""

    has_content: bool
    size: int


class _Place(NamedTuple):
    """A string or a number in an event that may have any value; `is_counted` if its length is that of content."""

    start: int
    end: int
    is_text: bool
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What reading a document has done: whether it changed anything, and what it counted as."""

    changes: bool
    has_content: bool
    size: int


@dataclass(frozen=True, slots=True)
class _Template:
    """The bytes of an event before the first place, and those behind each. `closers` are the last, if only braces."""

    name: str
    start: bytes
    places: Sequence[_Place]
    behind: Sequence[bytes]
    closers: bytes | None
    skimmed: Skimmed

    def match(self, name: str, raw: bytes) -> Skimmed | None:
        """Return what the event counts as, or None if it is not like this one."""
        if name != self.name or not raw.startswith(self.start):
            return None
        place, size = len(self.start), self.skimmed.size
        for number, (kind, behind) in enumerate(zip(self.places, self.behind, strict=True)):
            is_last = number == len(self.behind) - 1
            end = self._last(raw, behind) if is_last else raw.find(behind, place)
            length = _length(raw[place:end], kind) if end > place else 0
            if not length:
                return None
            size += length if kind.is_counted else 0
            place = end + len(behind)
        return Skimmed(self.skimmed.has_content, size if self.skimmed.has_content else 0)

    def _last(self, raw: bytes, behind: bytes) -> int:
        """Return where the last value ends; -1 if what follows differs. Some servers put blanks between the braces."""
        if self.closers is None:
            return len(raw) - len(behind) if raw.endswith(behind) else -1
        end = len(raw.rstrip(b" }]"))
        is_same = raw.endswith(b'"', 0, end) and raw[end:].replace(b" ", b"") == self.closers
        return end - 1 if is_same else -1


class KnownEvents:
    """The events of one stream that changed nothing, since something changed last."""

    def __init__(self) -> None:
        self._templates = deque[_Template](maxlen=_TEMPLATES)
        self._attempts = _ATTEMPTS
        self._latest: tuple[str, bytes] | None = None

    def recognize(self, name: str, raw: bytes) -> Document | None:
        """Return a Document with a Skimmed as data if the event is known, else None: then it must be decoded."""
        for template in self._templates:
            if (skimmed := template.match(name, raw)) is not None:
                return Document(name, skimmed)
        self._latest = (name, raw)
        return None

    def forget(self) -> None:
        """Forget the events: what they change depends on what was read before."""
        self._templates.clear()

    def learn(self, effect: Callable[[Document], Effect]) -> None:
        """Learn the event that was decoded last, which has changed nothing.

        `effect` tells what a document would do. It is tried with other values at each place that may differ.
        """
        if self._latest is None or not self._attempts or len(self._latest[1]) > _EVENT_LIMIT:
            return
        self._attempts -= 1
        name, raw = self._latest
        self._latest = None
        try:
            template = _template(name, raw, lambda data: effect(Document(name, decode(data))))
        except Exception:  # noqa: BLE001 - a value that we made up is no fault of the response
            return
        if template is not None:
            self._templates.appendleft(template)


def _template(name: str, raw: bytes, effect: Callable[[bytes], Effect]) -> _Template | None:
    """Return the template of an event; None if it changes something, or has no text that may differ."""
    before = effect(raw)
    places = () if before.changes else tuple(_places(raw, before, effect))
    # Places that change nothing alone could do so together.
    if not any(place.is_text for place in places) or effect(_PROBES[0].join(_around(raw, places))).changes:
        return None
    start, *behind = _around(raw, places)
    own = sum(_length(raw[place.start : place.end], place) for place in places if place.is_counted)
    last = behind[-1][1:]
    closers = last.replace(b" ", b"") if behind[-1].startswith(b'"') and not last.strip(b" }]") else None
    return _Template(name, start, places, behind, closers, Skimmed(before.has_content, before.size - own))


def _places(raw: bytes, before: Effect, effect: Callable[[bytes], Effect]) -> Iterator[_Place]:
    """Yield the places in an event whose values change nothing, each tried alone."""
    for found in islice(_PLACE.finditer(raw), _PLACES):
        is_text = found.group(1) is not None
        place = _Place(*found.span(1 if is_text else 2), is_text, is_counted=False)
        if not _length(raw[place.start : place.end], place):
            continue
        probes = _PROBES if is_text else _PROBES[:1]
        tried = [effect(raw[: place.start] + probe + raw[place.end :]) for probe in probes]
        growth = tried[-1].size - tried[0].size
        is_same = not any(one.changes or one.has_content != before.has_content for one in tried)
        if is_same and growth in (0, len(probes[-1]) - len(probes[0])):
            yield place._replace(is_counted=growth > 0)


def _around(raw: bytes, places: Sequence[_Place]) -> Iterator[bytes]:
    """Yield the bytes before, between and behind `places`."""
    end = 0
    for place in places:
        yield raw[end : place.start]
        end = place.end
    yield raw[end:]


def _length(value: bytes, place: _Place) -> int:
    """Return the length of a number, or the bytes of UTF-8 in a string of JSON text; 0 if it is no such value."""
    if not place.is_text:
        is_number = value.isdigit() and len(value) < _DIGITS and (value == b"0" or not value.startswith(b"0"))
        return len(value) if is_number else 0
    try:
        decoded = msgspec.json.decode(b'"%b"' % value, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0
    return len(decoded.encode()) if b"\\" in value else len(value)

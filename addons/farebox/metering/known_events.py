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
from ..wire.document import Document, Form, decode

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
_NUMBER = re.compile(rb"(?:0|[1-9][0-9]{0,16})(?![0-9])")
_TEXT = re.compile(rb'(?:[^"\\\x00-\x1f]++|\\.)++')
_CLOSERS = re.compile(rb'"[ }\]]*')
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


class _Step(NamedTuple):
    """A place of a template, and the bytes behind it."""

    is_text: bool
    is_counted: bool
    behind: bytes


class _Template(NamedTuple):
    """The bytes of an event before the first place, and the places. `closers` are the last bytes, if only braces.

    On the wire, `form` is around the event.
    """

    name: str
    start: bytes
    steps: Sequence[_Step]
    closers: bytes | None
    skimmed: Skimmed
    form: Form | None = None

    def match(self, raw: bytes, place: int = 0) -> tuple[int, int] | None:
        """Return where an event that begins at `place` ends, and its bytes of content; None if it isn't like this."""
        if not raw.startswith(self.start, place):
            return None
        place, size = place + len(self.start), self.skimmed.size
        for is_text, is_counted, behind in self.steps:
            found = (_TEXT if is_text else _NUMBER).match(raw, place)
            if found is None:
                return None
            end = found.end()
            length = end - place
            if is_text and not (found[0].isascii() and b"\\" not in found[0]):
                length = _length(found[0])
                if not length:
                    return None
            if is_counted:
                size += length
            place = end + len(behind) if raw.startswith(behind, end) else self._closed(raw, end)
            if place < 0:
                return None
        return place, size if self.skimmed.has_content else 0

    def _closed(self, raw: bytes, end: int) -> int:
        """Return where the braces behind the last value end, -1 if it isn't them. Some servers put blanks between."""
        found = _CLOSERS.match(raw, end) if self.closers is not None else None
        return found.end() if found is not None and found[0].replace(b" ", b"") == self.closers else -1


class KnownEvents:
    """The events of one stream that changed nothing, since something changed last."""

    def __init__(self) -> None:
        self._templates = deque[_Template](maxlen=_TEMPLATES)
        self._attempts = _ATTEMPTS
        self._latest: tuple[str, bytes] | None = None

    @property
    def are_any(self) -> bool:
        """Whether any event is known."""
        return bool(self._templates)

    def skim(self, chunk: bytes) -> tuple[int, int, int]:
        """Return how far `chunk` has known events only, how many of these have content, and how many bytes of it."""
        place = number = whole = 0
        while place < len(chunk):
            for template in self._templates:
                found = _on_the_wire(template, chunk, place)
                if found is not None:
                    break
            else:
                break
            place, size = found
            number += template.skimmed.has_content
            whole += size
        return place, number, whole

    def recognize(self, name: str, raw: bytes) -> Document | None:
        """Return a Document with a Skimmed as data if the event is known, else None: then it must be decoded."""
        for template in self._templates:
            found = template.match(raw) if name == template.name else None
            # Blanks may follow the last brace.
            if found is not None and (found[0] == len(raw) or not raw[found[0] :].strip(b" ")):
                return Document(name, Skimmed(template.skimmed.has_content, found[1]))
        self._latest = (name, raw)
        return None

    def forget(self) -> None:
        """Forget the events: what they change depends on what was read before."""
        self._templates.clear()

    def learn(self, effect: Callable[[Document], Effect], form: Form | None = None) -> None:
        """Learn the event that was decoded last, which has changed nothing, and had `form` around it on the wire.

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
            self._templates.appendleft(template._replace(form=form))


def _on_the_wire(template: _Template, chunk: bytes, place: int) -> tuple[int, int] | None:
    form = template.form
    if form is None:
        return None
    if form.separators is not None and (found := form.separators.match(chunk, place)):
        place = found.end()
    if not chunk.startswith(form.before, place):
        return None
    event = template.match(chunk, place + len(form.before))
    if event is None or not chunk.startswith(form.behind, event[0]):
        return None
    end = event[0] + len(form.behind)
    if form.separators is not None and (found := form.separators.match(chunk, end)):
        end = found.end()
    return end, event[1]


def _template(name: str, raw: bytes, effect: Callable[[bytes], Effect]) -> _Template | None:
    """Return the template of an event; None if it changes something, or has no text that may differ."""
    before = effect(raw)
    places = () if before.changes else tuple(_places(raw, before, effect))
    # Places that change nothing alone could do so together.
    if not any(place.is_text for place in places) or effect(_PROBES[0].join(_around(raw, places))).changes:
        return None
    start, *behind = _around(raw, places)
    own = sum(_length(raw[place.start : place.end]) for place in places if place.is_counted)
    is_closed = places[-1].is_text and not behind[-1][1:].strip(b" }]")
    closers = behind[-1].replace(b" ", b"") if is_closed else None
    steps = [_Step(place.is_text, place.is_counted, one) for place, one in zip(places, behind, strict=True)]
    return _Template(name, start, steps, closers, Skimmed(before.has_content, before.size - own))


def _places(raw: bytes, before: Effect, effect: Callable[[bytes], Effect]) -> Iterator[_Place]:
    """Yield the places in an event whose values change nothing, each tried alone."""
    for found in islice(_PLACE.finditer(raw), _PLACES):
        is_text = found.group(1) is not None
        place = _Place(*found.span(1 if is_text else 2), is_text, is_counted=False)
        if not (_length if is_text else _digits)(raw[place.start : place.end]):
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


def _digits(value: bytes) -> int:
    """Return the length of a number; 0 if it is none."""
    return len(value) if _NUMBER.fullmatch(value) else 0


def _length(value: bytes) -> int:
    """Return the bytes of UTF-8 in a string of JSON text; 0 if it is no such value."""
    try:
        decoded = msgspec.json.decode(b'"%b"' % value, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0
    return len(decoded.encode()) if b"\\" in value else len(value)

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

from ..records.text_size import CONTENT
from ..wire.document import Document, Form, decode
from .event_runs import EventRuns
from .event_template import Skimmed, Step, Template, digits_of, length_of, on_the_wire

_TEMPLATES = 6
# A stream whose events never repeat is not searched for templates for ever.
_ATTEMPTS = 12
_EVENT_LIMIT = 16 << 10
_PLACES = 6
# Members that differ from event to event and mean nothing to a meter.
_NOISE = ("obfuscation", "p", "created_at", "event_id")
# The number of a token in its vocabulary is one of them.
_COUNTERS = ("sequence_number", "created", "id")
# A name is not preceded by a backslash: then it would be a part of a string.
_PLACE = re.compile(
    rb'(?<!\\)"(?:(?:%b)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"|(?:%b)"\s*:\s*(\d{1,18})(?=[\s,}]))'
    % ("|".join(sorted({*CONTENT, *_NOISE})).encode(), "|".join(_COUNTERS).encode()),
    re.DOTALL,
)
# A number, a word and a name; and what `text_size` takes for media.
_PROBES = (b"7", b"A" * 300)


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


class KnownEvents:
    """The events of one stream that changed nothing, since something changed last."""

    def __init__(self) -> None:
        self._templates = deque[Template](maxlen=_TEMPLATES)
        self._attempts = _ATTEMPTS
        self._latest: tuple[str, bytes] | None = None
        self._formless: Template | None = None
        self._runs = EventRuns()

    @property
    def are_any(self) -> bool:
        """Whether any event is known."""
        return bool(self._templates)

    def skim(self, chunk: bytes, start: int = 0) -> tuple[int, int, int]:
        """Return how far `chunk` has known events only from `start` on, how many have content, and how many bytes."""
        place, number, whole = start, 0, 0
        while place < len(chunk):
            for template in self._templates:
                found = on_the_wire(template, chunk, place)
                if found is not None:
                    break
            else:
                break
            place, size = found
            number += template.skimmed.has_content
            whole += size
            run = self._runs.after(template, chunk, place)
            if run is not None:
                place, number, whole = run[0], number + run[1], whole + run[2]
        return place, number, whole

    def recognize(self, name: str, raw: bytes) -> Document | None:
        """Return a Document with a Skimmed as data if the event is known, else None: then it must be decoded."""
        for template in self._templates:
            found = template.match(raw) if name == template.name else None
            # Blanks may follow the last brace.
            if found is not None and (found[0] == len(raw) or not raw[found[0] :].strip(b" ")):
                self._formless = template if template.form is None else None
                return Document(name, Skimmed(template.skimmed.has_content, found[1]))
        self._latest = (name, raw)
        return None

    def complete(self, form: Form | None) -> None:
        """Take over the `form` around the event that was recognized last, if the one it is like had no usual one."""
        if self._formless is not None and form is not None:
            name = self._formless.name
            known = [one if one.form or one.name != name else one._replace(form=form) for one in self._templates]
            self._templates = deque(known, maxlen=_TEMPLATES)
            self._formless = None

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
            templates = _templates(name, raw, lambda data: effect(Document(name, decode(data))))
        except Exception:  # noqa: BLE001 - a value that we made up is no fault of the response
            return
        self._templates.extendleft(template._replace(form=form) for template in templates)


def _templates(name: str, raw: bytes, effect: Callable[[bytes], Effect]) -> list[Template]:
    """Return the template of an event; none if it changes something, or has no text that may differ.

    The last one is compared first: in it, numbers before the first text are as they are in this event, as a time is in
    all of a stream.
    """
    before = effect(raw)
    places = () if before.changes else tuple(_places(raw, before, effect))
    # Places that change nothing alone could do so together.
    if not any(place.is_text for place in places) or effect(_PROBES[0].join(_around(raw, places))).changes:
        return []
    start, *behind = _around(raw, places)
    own = sum(length_of(raw[place.start : place.end]) for place in places if place.is_counted)
    is_closed = places[-1].is_text and not behind[-1][1:].strip(b" }]")
    closers = behind[-1].replace(b" ", b"") if is_closed else None
    steps = [Step(place.is_text, place.is_counted, one) for place, one in zip(places, behind, strict=True)]
    general = Template(name, start, steps, closers, Skimmed(before.has_content, before.size - own))
    numbers = next(number for number, place in enumerate(places) if place.is_text)
    fixed = general._replace(start=raw[: places[numbers].start], steps=steps[numbers:])
    return [general, fixed] if numbers else [general]


def _places(raw: bytes, before: Effect, effect: Callable[[bytes], Effect]) -> Iterator[_Place]:
    """Yield the places in an event whose values change nothing, each tried alone."""
    for found in islice(_PLACE.finditer(raw), _PLACES):
        is_text = found.group(1) is not None
        place = _Place(*found.span(1 if is_text else 2), is_text, is_counted=False)
        if not (length_of if is_text else digits_of)(raw[place.start : place.end]):
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

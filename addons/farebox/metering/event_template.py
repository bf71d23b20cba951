"""What events have in common that differ only in members that nobody reads. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from ..wire.document import Form

_NUMBER = re.compile(rb"(?:0|[1-9][0-9]{0,16})(?![0-9])")
_TEXT = re.compile(rb'(?:[^"\\\x00-\x1f]++|\\.)++')
# Most text: one byte a character, and none of them escaped.
_PLAIN = re.compile(rb"[ !#-\[\]-~]++")
_CLOSERS = re.compile(rb'"[ }\]]*')


class Skimmed(NamedTuple):
    """Stands for the data of a recognized event: whether it has content, and how many bytes."""

    has_content: bool
    size: int


class Step(NamedTuple):
    """A place of a template, and the bytes behind it."""

    is_text: bool
    is_counted: bool
    behind: bytes


class Template(NamedTuple):
    """The bytes of an event before the first place, and the places. `closers` are the last bytes, if only braces.

    On the wire, `form` is around the event.
    """

    name: str
    start: bytes
    steps: Sequence[Step]
    closers: bytes | None
    skimmed: Skimmed
    form: Form | None = None

    def match(self, raw: bytes, place: int = 0) -> tuple[int, int] | None:
        """Return where an event that begins at `place` ends, and its bytes of content; None if it isn't like this."""
        if not raw.startswith(self.start, place):
            return None
        place, size = place + len(self.start), self.skimmed.size
        for step in self.steps:
            plain = _PLAIN.match(raw, place) if step.is_text else None
            if plain is not None and raw.startswith(step.behind, plain.end()):
                end, length = plain.end() + len(step.behind), plain.end() - place
            elif (found := self._odd(step, raw, place)) is not None:
                end, length = found
            else:
                return None
            size += length if step.is_counted else 0
            place = end
        return place, size if self.skimmed.has_content else 0

    def _odd(self, step: Step, raw: bytes, place: int) -> tuple[int, int] | None:
        """Return where a step ends, and the length of its value, if that is a number or has special characters."""
        found = (_TEXT if step.is_text else _NUMBER).match(raw, place)
        if found is None:
            return None
        end, length = found.end(), found.end() - place
        if step.is_text and not (found[0].isascii() and b"\\" not in found[0]):
            length = length_of(found[0])
            if not length:
                return None
        behind = end + len(step.behind) if raw.startswith(step.behind, end) else self._closed(raw, end)
        return None if behind < 0 else (behind, length)

    def _closed(self, raw: bytes, end: int) -> int:
        """Return where the braces behind the last value end, -1 if it isn't them. Some servers put blanks between."""
        found = _CLOSERS.match(raw, end) if self.closers is not None else None
        return found.end() if found is not None and found[0].replace(b" ", b"") == self.closers else -1


def on_the_wire(template: Template, chunk: bytes, place: int) -> tuple[int, int] | None:
    """Return what `match` does for an event with its form around it at `place` of a read."""
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


def digits_of(value: bytes) -> int:
    """Return the length of a number; 0 if it is none."""
    return len(value) if _NUMBER.fullmatch(value) else 0


def length_of(value: bytes) -> int:
    """Return the bytes of UTF-8 in a string of JSON text; 0 if it is no such value."""
    try:
        decoded = msgspec.json.decode(b'"%b"' % value, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0
    return len(decoded.encode()) if b"\\" in value else len(value)

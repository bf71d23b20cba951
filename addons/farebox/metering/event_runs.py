"""Counts many like events of one read at once, as a fast stream has them: hundreds in a row, with text of any length.

The bytes around their values are replaced by marks that no JSON contains. What is left is searched with a pattern that
depends on the kinds of values alone: to compile one for the bytes of each stream would take longer than it saves.
"""

import re
from collections.abc import Sequence
from functools import cache

from .event_template import Template, length_of

# So many like events in a row are counted one by one first, and more of them each time that few others have followed.
_PATIENCE = 4
_FEW = 8
_FIRST_WINDOW = 8 << 10
_WINDOW = 64 << 10
_MARKS = bytes(range(8))
_TEXT = rb'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})++'
_NUMBER = rb"(?:0|[1-9][0-9]{0,16}+)"

# Where events end, how many have content, and how many bytes.
_Run = tuple[int, int, int]


class EventRuns:
    """Counts runs of the events of one stream."""

    def __init__(self) -> None:
        self._latest: Template | None = None
        self._in_a_row = 0
        self._patience = _PATIENCE
        self._window = _FIRST_WINDOW

    def after(self, template: Template, chunk: bytes, place: int) -> _Run | None:
        """Return what like events follow one of `template` that ends at `place`, as KnownEvents.skim; None if none."""
        self._in_a_row = self._in_a_row + 1 if template is self._latest else 1
        self._latest = template
        if self._in_a_row < self._patience or len(chunk) - place < _FIRST_WINDOW:
            return None
        window = chunk[place : place + self._window]
        end, number, size = _run(template, window)
        if number < _FEW:
            self._in_a_row, self._window = 0, _FIRST_WINDOW
            self._patience *= 2
        else:
            self._window = _WINDOW
        return place + end, number * template.skimmed.has_content, size if template.skimmed.has_content else 0


def _run(template: Template, window: bytes) -> _Run:
    """Return where a run of events ends that begins with `window`, how many they are, and their bytes of content."""
    form, steps = template.form, template.steps
    nothing = (0, 0, 0)
    if form is None or len(steps) >= len(_MARKS) or sum(step.is_counted for step in steps) > 1:
        return nothing
    around = [form.before + template.start, *(step.behind for step in steps[:-1]), steps[-1].behind + form.behind]
    if any(mark in window for mark in _MARKS[: len(around)]):
        return nothing
    marked = window
    for mark, literal in enumerate(around):
        marked = marked.replace(literal, _MARKS[mark : mark + 1])
    separators = form.separators.pattern if form.separators is not None else b""
    is_counted = any(step.is_counted for step in steps)
    event, run = _patterns(tuple((step.is_text, step.is_counted) for step in steps), separators)
    found = run.match(marked)
    if found is None or not _is_text(found[0]):
        return nothing
    size = _size(event.findall(found[0])) if is_counted else 0
    if size is None:
        return nothing
    number = found[0].count(_MARKS[:1])
    end = found.end() + number * sum(len(literal) - 1 for literal in around)
    return end, number, number * template.skimmed.size + size


@cache
def _patterns(steps: Sequence[tuple[bool, bool]], separators: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Return the patterns of one marked event, whose group is what counts, and of many."""
    event = run = _MARKS[:1]
    for number, (is_text, is_counted) in enumerate(steps, start=1):
        value, mark = _TEXT if is_text else _NUMBER, _MARKS[number : number + 1]
        event += (b"(%b)" if is_counted else b"%b") % value + mark
        run += value + mark
    return re.compile(event), re.compile(b"(?:%b%b%b)++" % (separators, run, separators))


def _size(values: Sequence[bytes]) -> int | None:
    """Return the bytes of UTF-8 in strings of JSON text; None if they are no such values."""
    text = b"".join(values)
    return (length_of(text) or None) if b"\\" in text else len(text)


def _is_text(run: bytes) -> bool:
    if run.isascii():
        return True
    try:
        run.decode()
    except UnicodeDecodeError:
        return False
    return True

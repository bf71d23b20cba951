"""Remove usage that only we asked for from a stream of events; all other bytes stay unchanged."""

import re
from enum import Enum, auto
from typing import Any

import msgspec

# A usage event has some hundred bytes; longer events pass.
LIMIT = 16 << 10
_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_CHOICES = re.compile(rb'"choices"\s*:\s*\[\s*')
# LiteLLM's usage chunk has one choice, which says nothing (recorded from 1.108.7).
_EMPTY_CHOICE, _EMPTY = b'{"index":0,"delta":{}}', [{"index": 0, "delta": {}}]
_DATA, _END = b"data:", b"\n\n"
_OTHER_FIELDS = (b"event:", b"id:", b"retry:")


class _Chunk(msgspec.Struct):
    usage: dict[str, Any] | None = None
    choices: list[Any] | None = None
    # Members that give an event another meaning, also in other APIs.
    delta: Any = None
    error: Any = None
    type: Any = None


class _Passing(Enum):
    """What passes through unread."""

    NOTHING = auto()
    LINE = auto()
    EVENT = auto()


class UsageStripper:
    """Filters the chunks of a stream; `held` are the bytes that are still undecided.

    These are the bytes of the current event while it can still be a usage event: one with usage and without choices,
    whose data is on one line. Comments within a usage event are passed on.
    """

    def __init__(self) -> None:
        self._event = bytearray()
        self._comments = bytearray()
        self._line = bytearray()
        self._is_usage = False
        self._ends_in_comment = False
        self._passing = _Passing.NOTHING
        self._at_line_start = True
        self._after_return = False
        self._has_dropped = False

    @property
    def held(self) -> bytes:
        return bytes(self._event + self._line)

    def feed(self, chunk: bytes) -> bytes:
        """Return the bytes to send to the client now."""
        # Most events come whole and have no usage: they need no look at their lines.
        last = chunk.rfind(_END)
        if last < 0 or b"\r" in chunk:
            return self._feed(chunk)
        begun, ended = 0 if self._is_between else chunk.find(_END) + len(_END), last + len(_END)
        out = self._feed(chunk[:begun])
        return out + self._whole(chunk[begun:ended]) + self._feed(chunk[ended:])

    def _whole(self, events: bytes) -> bytes:
        """Return what passes of whole events."""
        if not self._is_between:
            return self._feed(events)
        if _is_without_usage(events):
            self._has_dropped = self._has_dropped and not events
            return events
        parts = [event + _END for event in events.removesuffix(_END).split(_END)]
        return b"".join([part if _is_without_usage(part) else self._feed(part) for part in parts])

    def _feed(self, chunk: bytes) -> bytes:
        out = b""
        if self._after_return and chunk:
            self._after_return = False
            if chunk.startswith(b"\n"):
                out, chunk = self._line_feed(), chunk[1:]
        if chunk:
            self._after_return = chunk.endswith(b"\r")
        return out + b"".join(map(self._take, _LINES.findall(chunk)))

    @property
    def _is_between(self) -> bool:
        """Whether no part of an event has arrived."""
        return not (self._event or self._line or self._after_return) and self._passing is _Passing.NOTHING

    def pause(self) -> bytes:
        """Return the held bytes that must not wait because nothing more may arrive: an undecided event passes."""
        if self._is_usage or _is_usage_data(self._line) or not self.held:
            return b""
        return self._pass_event()

    def _line_feed(self) -> bytes:
        """Treat a line feed like the carriage return before it, which was in an earlier chunk."""
        if self._event:
            self._event += b"\n"
            if self._ends_in_comment:
                self._comments += b"\n"
        return b"" if self._event or self._has_dropped else b"\n"

    def _take(self, piece: bytes) -> bytes:
        """Read a line or the beginning of one; return the bytes that pass."""
        is_whole = piece.endswith((b"\r", b"\n"))
        self._has_dropped = False
        if self._passing is _Passing.NOTHING:
            self._line += piece
            return self._take_line() if is_whole else self._take_part()
        is_blank = is_whole and self._at_line_start and not piece.strip(b"\r\n")
        self._at_line_start = is_whole
        if is_blank or (is_whole and self._passing is _Passing.LINE):
            self._passing = _Passing.NOTHING
        return piece

    def _take_part(self) -> bytes:
        if self._line.startswith(b":") and not self._event:
            self._passing, self._at_line_start = _Passing.LINE, False
            return self._release()
        return b"" if self._may_be_usage() else self._pass_event()

    def _take_line(self) -> bytes:
        line = self._line.rstrip(b"\r\n")
        if not line:
            return self._end_event()
        if line.startswith(b":"):
            if not self._event:
                return self._release()
            self._comments += self._line
        elif not self._is_usage and _is_usage_data(line):
            self._is_usage = True
        elif not line.startswith(_OTHER_FIELDS):
            return self._pass_event()
        self._ends_in_comment = line.startswith(b":")
        self._event += self._line
        self._line.clear()
        return b"" if len(self._event) <= LIMIT else self._pass_event()

    def _end_event(self) -> bytes:
        comments, is_usage = bytes(self._comments), self._is_usage
        event = self._release()
        self._has_dropped = is_usage
        return comments if is_usage else event

    def _pass_event(self) -> bytes:
        self._passing = _Passing.EVENT
        event = self._release()
        self._at_line_start = event.endswith((b"\r", b"\n"))
        return event

    def _release(self) -> bytes:
        held = self.held
        self._is_usage = False
        for part in (self._event, self._comments, self._line):
            part.clear()
        return held

    def _may_be_usage(self) -> bool:
        """Return whether the incomplete line may still belong to a usage event."""
        line = bytes(self._line)
        if len(line) + len(self._event) > LIMIT:
            return False
        if not line.startswith(_DATA):
            fields = (b":", _DATA, *_OTHER_FIELDS)
            return any(field.startswith(line) or line.startswith(field) for field in fields)
        value = line.removeprefix(_DATA).lstrip()
        return not self._is_usage and (not value or value.startswith(b"{")) and not _has_choice(value)


def _is_without_usage(chunk: bytes) -> bool:
    """Return whether no event of `chunk` can have usage; its name may be written with escapes."""
    return b"\\u" not in chunk and chunk.count(b"usage") == chunk.count(b'"usage":null')


def _is_usage_data(line: bytes | bytearray) -> bool:
    """Return whether `line` is the data of an event that contains usage and nothing else."""
    if not line.startswith(_DATA) or _has_choice(line):
        return False
    try:
        chunk = msgspec.json.decode(line.removeprefix(_DATA), type=_Chunk)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    is_silent = not chunk.choices or chunk.choices == _EMPTY
    return bool(chunk.usage) and is_silent and chunk.delta is chunk.error is chunk.type is None


def _has_choice(line: bytes | bytearray) -> bool:
    """Return whether the line, which may be incomplete, has a choice other than LiteLLM's empty one."""
    found = _CHOICES.search(line)
    rest = bytes(line[found.end() :]) if found else b""
    return bool(rest) and not rest.startswith((b"]", _EMPTY_CHOICE)) and not _EMPTY_CHOICE.startswith(rest)

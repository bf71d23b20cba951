"""The amount of text in a request or response: numbers to estimate tokens from, never the text."""

import re
from typing import Any

import msgspec

from .pieces import Pieces, whole

# Beyond this many values, the rest is estimated by proportion.
_VALUES = 20_000
# Beyond this many strings of encoded JSON, each about two microseconds, the rest is estimated by proportion.
_STRINGS = 4_000
# How many values or strings are read at once: half a millisecond.
_AT_ONCE = 500
# How much of an encoded string is searched for escapes; the rest is assumed to have as many.
_ESCAPES_SAMPLE = 64 << 10
# The members that contain the model's output, tool calls included; the rest of a document is structure.
CONTENT = frozenset(
    """content text delta reasoning reasoning_content thinking refusal response completion generation outputText
    generated_text arguments partial_json tool_plan transcript code""".split()
)
# The members that contain the arguments of a tool call as an object.
_CALLS = frozenset({"input", "args", "arguments"})
_TEXTS = (str, dict, list)
_LONG = 256
_BACKSLASH = 0x5C
_BASE64 = re.compile(r"(?:data:[\w.+-]{1,100}/[\w.+-]{1,100};base64,)?[A-Za-z0-9+/_-]{200}")
# The same in JSON text, where a slash may be escaped.
_BASE64_TEXT = re.compile(rb"(?:data:[\w.+-]{1,100}\\?/[\w.+-]{1,100};base64,)?(?:[A-Za-z0-9+/_-]|\\/){200}")


class TextSize(msgspec.Struct, frozen=True, omit_defaults=True):
    """`prompt_bytes`: text of a request's values and names, without base64 media, which `media` counts.

    `answer_bytes`: text of a response's documents with content. None if not all of the text was available.
    `answer_kinds`: what the response has besides (answer_kinds).
    """

    prompt_bytes: int | None = None
    media: int = 0
    answer_bytes: int | None = None
    answer_kinds: tuple[str, ...] = ()


class Shortened(str):
    """The first part of a long text, which has `whole_bytes`."""

    __slots__ = ("whole_bytes",)
    whole_bytes: int

    @classmethod
    def of(cls, start: str, whole_bytes: int) -> "Shortened":
        """Return a text of `whole_bytes` that begins with `start`."""
        text = cls(start)
        text.whole_bytes = whole_bytes
        return text


def content_bytes(document: Any) -> int:
    """Return the bytes of the model's output in a `document` of its response."""
    text = seen = 0
    stack = [(False, document)]
    while stack and seen < _VALUES:
        is_content, value = stack.pop()
        seen += 1
        if isinstance(value, str):
            text += bytes_of(value) if is_content else 0
        elif isinstance(value, dict):
            for name, inner in value.items():
                if name in _CALLS and isinstance(inner, dict):
                    text += measure(inner)[0]
                elif isinstance(inner, _TEXTS):
                    stack.append((name in CONTENT, inner))
        elif isinstance(value, list):
            stack.extend([(is_content, inner) for inner in value])
    return text


def measure(document: Any) -> tuple[int, int]:
    """Return the bytes of text in a JSON `document`, and the number of its strings that are media."""
    return whole(measuring(document))


def measuring(document: Any) -> Pieces[tuple[int, int]]:
    """Do what `measure` does in pieces."""
    text = media = seen = 0
    stack = [document]
    while stack:
        value = stack.pop()
        seen += 1
        if not seen % _AT_ONCE:
            yield
        if isinstance(value, str):
            if len(value) > _LONG and _BASE64.match(value):
                media += 1
            else:
                text += bytes_of(value)
        elif isinstance(value, dict):
            text += sum(map(len, value))
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        if seen == _VALUES and stack:
            return text * (seen + len(stack)) // seen, media
    return text, media


def measure_raw(body: bytes) -> tuple[int, int]:
    """Return the same for encoded JSON, without decoding it; exact if no string has an escape."""
    return whole(measuring_raw(body))


def measuring_raw(body: bytes) -> Pieces[tuple[int, int]]:
    """Do what `measure_raw` does in pieces."""
    text = media = place = steps = 0
    paused = _AT_ONCE
    while (start := body.find(b'"', place) + 1) and steps < _STRINGS:
        if steps >= paused:
            paused = steps + _AT_ONCE
            yield
        place, steps = _string_end(body, start, steps)
        if place - start > _LONG and _BASE64_TEXT.match(body, start):
            media += 1
        else:
            text += _decoded_bytes(body, start, place)
        place += 1
    return (text * len(body) // place if start else text), media


def _string_end(body: bytes, start: int, steps: int) -> tuple[int, int]:
    """Return the end of the string that starts at `start`, and `steps` plus the quotes and backslashes visited."""
    end = start - 1
    while steps < _STRINGS:
        steps += 1
        end = body.find(b'"', end + 1)
        if end < 0:
            return len(body), steps
        before = end
        while before > start and body[before - 1] == _BACKSLASH:
            before -= 1
            steps += 1
        if (end - before) % 2 == 0:
            break
    return end, steps


def _decoded_bytes(body: bytes, start: int, end: int) -> int:
    """Return the UTF-8 bytes of a string of JSON text: an escape is one byte, a \\u escape about three."""
    sample = min(end, start + _ESCAPES_SAMPLE)
    spare = body.count(b"\\", start, sample)
    if spare:
        spare += 3 * body.count(b"\\u", start, sample) - body.count(b"\\\\", start, sample)
    return end - start - (spare * (end - start) // (sample - start) if spare else 0)


def bytes_of(text: str) -> int:
    """Return the bytes of `text` in UTF-8."""
    if type(text) is Shortened:
        return text.whole_bytes
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))

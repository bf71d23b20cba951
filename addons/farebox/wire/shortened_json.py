"""A large JSON document without its bulk, made as its bytes arrive, so that no step takes long.

Nearly all bytes of a large answer are a few long texts, images in base64, or lists of numbers. Each piece of these is
checked, measured and dropped.
"""

import re
import secrets
from typing import Any

from ..errors import WireError
from ..records.text_size import Shortened, bytes_of
from .document import BYTE_ORDER_MARK, decode

# Longer strings are shortened, to as many bytes.
LONG = 16 << 10
_SMALL = 32 << 10
_LONG_GAP = 2 << 10
_MANY_NUMBERS = 1 << 10
_LONGEST_NUMBER = 4 << 10
# Short strings, and little between them.
_SHORT = re.compile(
    rb'(?:[^"]{0,%d}+"(?:[^"\\]{0,%d}+"|(?:[^"\\]|\\.){0,%d}+"))*+' % (_LONG_GAP, LONG, LONG), re.DOTALL
)
_NUMBERS = re.compile(rb"[\d\s,.eE+-]*+")
_LIST_OF_NUMBERS = re.compile(rb"\[(?=[\d\s,.eE+-]{%d})" % _MANY_NUMBERS)
# Whole characters and escapes: the second half of a pair of surrogates belongs to the first.
_TEXT = re.compile(
    rb'(?:[^"\\]++|\\[^u]|\\u(?![dD][89abAB])[^"\\]{4}'
    rb'|\\u[^"\\]{4}(?:\\u[dD][c-fC-F][^"\\]{2}|(?=[^\\]|\\[^u]|\\u[^"\\]{4})))*+',
    re.DOTALL,
)
_LONGEST_ESCAPE = 12
# What no JSON contains.
_INVALID = b"\0"


class ShortenedJson:
    """Takes a document piece by piece; `value` is what it contains, with the first part of its long strings only.

    A list of many numbers has one number left.
    """

    def __init__(self) -> None:
        self._kept = bytearray()
        self._rest = bytearray()
        self._step = self._outside
        self._strings: list[Shortened] = []
        self._is_large = False
        self._name = ""
        self._start = ""
        self._size = 0
        self._has_numbers = False

    @property
    def size(self) -> int:
        """The bytes that are kept."""
        return len(self._kept) + len(self._rest)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing but blanks."""
        return not (self._kept or self._strings or self._rest.strip())

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._rest += piece
        if self._is_large:
            self._shorten()

    def shorten(self) -> None:
        """Drop the bulk from now on, if the document is large: a small one is decoded as fast as it is searched."""
        if not self._is_large and len(self._rest) > _SMALL:
            self._is_large = True
            # A string of the document can't have the value that stands for a long one.
            self._name = secrets.token_hex(16)
            self._shorten()

    def _shorten(self) -> None:
        while self._step():
            pass

    def value(self) -> Any:
        """Return the document; WireError if what has arrived is none."""
        found = decode(bytes(self._kept + self._rest).removeprefix(BYTE_ORDER_MARK))
        return self._with_strings(found) if self._strings else found

    def _keep(self, end: int) -> None:
        self._kept += self._rest[:end]
        del self._rest[:end]

    def _outside(self) -> bool:
        """Keep what is short, and stop at a long string or a list of many numbers; tell whether there is one."""
        short = _SHORT.match(self._rest)
        self._keep(short.end() if short else 0)
        quote = self._rest.find(b'"')
        end = len(self._rest) if quote < 0 else quote
        if end > _LONG_GAP:
            return self._in_gap(end)
        if quote < 0 or len(self._rest) - quote <= LONG + 1:
            return False
        self._keep(quote)
        del self._rest[:1]
        self._start, self._size, self._step = "", 0, self._in_string
        return True

    def _in_gap(self, end: int) -> bool:
        found = _LIST_OF_NUMBERS.search(self._rest, 0, end)
        if found is not None:
            self._keep(found.end())
            self._has_numbers, self._step = False, self._in_numbers
            return True
        is_open = end == len(self._rest)
        # A list may have begun.
        self._keep(end - _MANY_NUMBERS if is_open else end)
        return not is_open

    def _in_string(self) -> bool:
        end = _text_end(self._rest)
        is_ended = self._rest.startswith(b'"', end)
        is_open = len(self._rest) - end < _LONGEST_ESCAPE and not is_ended
        # A character may be cut.
        end = _before_cut(self._rest, end) if end == len(self._rest) else end
        try:
            text = decode(b'"%b"' % bytes(self._rest[:end]))
        except WireError:
            text, is_open, is_ended = "", False, False
        self._start = self._start or text[:LONG]
        self._size += bytes_of(text)
        del self._rest[:end]
        if is_open:
            return False
        if is_ended:
            del self._rest[:1]
            self._kept += b'"%b%d"' % (self._name.encode(), len(self._strings))
            self._strings.append(Shortened.of(self._start, self._size))
        else:
            self._kept += _INVALID
        self._step = self._outside
        return True

    def _in_numbers(self) -> bool:
        found = _NUMBERS.match(self._rest)
        end = found.end() if found else 0
        is_open = end == len(self._rest)
        if self._rest.startswith(b"-I", end - 1):
            # Python's servers send -Infinity.
            end -= 1
        elif is_open:
            # A number may be cut.
            end = self._rest.rfind(b",") + 1
            is_open = len(self._rest) - end < _LONGEST_NUMBER
        numbers = bytes(self._rest[:end]).strip()
        if not _are_numbers(numbers):
            self._kept += _INVALID
        self._has_numbers = self._has_numbers or bool(numbers)
        del self._rest[:end]
        if is_open:
            return False
        if self._has_numbers:
            self._kept += b"0" if numbers and not numbers.endswith(b",") else b"0,"
        self._step = self._outside
        return True

    def _with_strings(self, document: Any) -> Any:
        names = {f"{self._name}{number}": string for number, string in enumerate(self._strings)}
        holder = [document]
        stack: list[Any] = [holder]
        while stack and names:
            value = stack.pop()
            for place, inner in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(inner, str):
                    if inner in names:
                        value[place] = names.pop(inner)
                elif isinstance(inner, dict | list):
                    stack.append(inner)
        return holder[0]


def _are_numbers(numbers: bytes) -> bool:
    """Tell whether `numbers` are numbers with commas between them, perhaps one behind them, or nothing at all."""
    try:
        return not numbers or bool(decode(b"[%b]" % numbers.removesuffix(b",")))
    except WireError:
        return False


def _text_end(text: bytearray) -> int:
    """Return the end of a string, or of the characters of it that are whole."""
    quote = text.find(b'"')
    end = len(text) if quote < 0 else quote
    # A search for one byte takes a tenth of the time of a pattern.
    if text.find(b"\\", 0, end) < 0:
        return end
    found = _TEXT.match(text)
    return found.end() if found else 0


def _before_cut(text: bytearray, end: int) -> int:
    """Return where the last character of `text` begins if it has several bytes, and may lack some; else `end`."""
    for place in range(end - 1, max(end - 5, -1), -1):
        if text[place] < 0x80:
            break
        if text[place] >= 0xC0:
            return place
    return end

"""The format of a segment: a mark with the format's version, then frames of length, CRC and message."""

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from zlib import crc32

_NAME = b"FAREBOX"
VERSION = 1
MARK = _NAME + bytes([VERSION])
MESSAGE_LIMIT = 1 << 20
_HEAD = struct.Struct("<II")


class Frame(NamedTuple):
    """One message and the offset behind it; `skipped` bytes before it belong to no frame."""

    message: bytes
    end: int
    skipped: int = 0


def frame(message: bytes) -> bytes:
    """Return `message` as it is written to a segment."""
    if not 0 < len(message) <= MESSAGE_LIMIT:
        raise ValueError(f"a message of {len(message)} bytes: it must have from 1 to {MESSAGE_LIMIT}")
    return _HEAD.pack(len(message), crc32(message)) + message


def frames(data: bytes) -> Iterator[Frame]:
    """Yield the frames in `data`, which starts at a frame, and skip damaged bytes.

    Stops at an incomplete frame: its writer may still be writing it, or has died.
    """
    offset, skipped = 0, 0
    while offset + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, offset)
        end = offset + _HEAD.size + length
        if 0 < length <= MESSAGE_LIMIT:
            if end > len(data) and not _frame_follows(data, offset + 1):
                return
            message = data[offset + _HEAD.size : end]
            if len(message) == length and crc32(message) == checksum:
                yield Frame(message, end, skipped)
                offset, skipped = end, 0
                continue
        offset, skipped = offset + 1, skipped + 1


def count(data: bytes) -> int:
    """Return how many frames `data` has, by their lengths alone."""
    number, offset = 0, 0
    while offset + _HEAD.size <= len(data):
        length, _ = _HEAD.unpack_from(data, offset)
        offset += _HEAD.size + length
        number += offset <= len(data)
    return number


def _frame_follows(data: bytes, start: int) -> bool:
    """Tell whether an intact frame begins behind `start`: then the frame there is damaged, not incomplete."""
    for offset in range(start, len(data) - _HEAD.size):
        length, checksum = _HEAD.unpack_from(data, offset)
        end = offset + _HEAD.size + length
        if 0 < length <= MESSAGE_LIMIT and end <= len(data) and crc32(data[offset + _HEAD.size : end]) == checksum:
            return True
    return False


class Format(NamedTuple):
    """How segments of one version are read."""

    frames: Callable[[bytes], Iterator[Frame]]
    count: Callable[[bytes], int]


# Every version that was ever written stays: a newer farebox reads the spools that an older one left.
FORMATS: Mapping[int, Format] = {VERSION: Format(frames, count)}


def version_of(mark: bytes) -> int | None:
    """Return the version of the segment that begins with `mark`, or None if it is not a segment."""
    return mark[-1] if len(mark) == len(MARK) and mark.startswith(_NAME) else None

"""The files of dead letters: segments in the spool's format, which `farebox requeue` takes while a recorder appends.

Whoever changes a segment holds its lock and checks that the file still has its name. Names are never used twice, also
across data folders: the dead letters of a run are moved to those of its data folder.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ..spool.frames import FORMATS, MARK, frame, version_of

SEGMENT_LIMIT = 8 << 20
SEGMENTS_LIMIT = 32
_SEGMENTS = "records-*.seg"
# Earlier versions wrote a file for each message.
_SINGLES = "*.msgpack"


class Content(NamedTuple):
    """What a file of dead letters holds; `damaged` bytes are no messages."""

    messages: list[bytes]
    damaged: int = 0


def digest(message: bytes) -> bytes:
    """Return what identifies a message."""
    return hashlib.sha256(message).digest()[:16]


def segments(folder: Path) -> list[Path]:
    """Return the segments of dead letters in `folder`, oldest first."""
    return sorted(folder.glob(_SEGMENTS))


def files(folder: Path) -> list[Path]:
    """Return all files of dead letters in `folder`, also those of earlier versions; damaged spool segments are none."""
    return [*segments(folder), *sorted(folder.glob(_SINGLES))]


def content(path: Path) -> Content:
    """Return what the file `path` holds. OSError."""
    data = path.read_bytes()
    if path.suffix != ".seg":
        return Content([data])
    version = version_of(data[: len(MARK)])
    if version is None or version not in FORMATS:
        return Content([], len(data))
    body = data[len(MARK) :]
    messages, end, skipped = [], 0, 0
    for found in FORMATS[version].frames(body):
        messages.append(found.message)
        end, skipped = found.end, skipped + found.skipped
    return Content(messages, skipped + len(body) - end)


def count(folder: Path) -> int:
    """Return the number of dead letters in `folder`; a file that holds none that can be read counts as one."""
    kept = set(files(folder))
    return sum(_count(path) if path in kept else 1 for path in folder.glob("*"))


def _count(path: Path) -> int:
    try:
        return max(1, len(content(path).messages))
    except OSError:
        return 1


@contextmanager
def locked(path: Path) -> Iterator[int | None]:
    """Hold the lock of file `path` and yield its descriptor, or None if the file is gone. OSError."""
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file if _is_at(path, file) else None
    finally:
        os.close(file)


class SegmentWriter:
    """Appends messages to segments in `folder`: up to `limit` of them, each of about SEGMENT_LIMIT bytes."""

    def __init__(self, folder: Path, *, limit: int = SEGMENTS_LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._path: Path | None = None

    def append(self, message: bytes) -> Path:
        """Write `message` and return the file that has it. OSError: it is not written."""
        data = frame(message)
        if self._path is not None:
            with locked(self._path) as file:
                if file is not None and os.fstat(file).st_size < SEGMENT_LIMIT:
                    _write(file, data)
                    return self._path
        self._path = self._new()
        with locked(self._path) as file:
            if file is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            _write(file, data)
        return self._path

    def _new(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        existing = segments(self._folder)
        if len(existing) >= self._limit:
            raise OSError(errno.EDQUOT, f"{len(existing)} segments of dead letters are there")
        number = 1 + max((int(part) for path in existing if (part := path.stem.split("-")[1]).isdecimal()), default=0)
        path = self._folder / f"records-{number:04d}-{secrets.token_hex(4)}.seg"
        with contextlib.closing(os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb", 0)) as new:
            if new.write(MARK) != len(MARK):
                path.unlink()
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return path


def _write(file: int, data: bytes) -> None:
    """Append `data` whole or not at all."""
    size = os.fstat(file).st_size
    try:
        if os.write(file, data) == len(data):
            return
    except OSError:
        os.ftruncate(file, size)
        raise
    os.ftruncate(file, size)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False

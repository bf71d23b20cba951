"""The worker's end of the spool."""

import fcntl
import logging
import os
import time
from collections import deque
from pathlib import Path

from .frames import MARK, MESSAGE_LIMIT, frame

logger = logging.getLogger(__name__)

SEGMENT_LIMIT = 8 << 20
KEPT_LIMIT = 16 << 20
SLOW_SECONDS = 0.05
_SLOW_IN_A_ROW = 2
_PAUSE_SECONDS = 1.0


class SpoolWriter:
    """Appends messages to this worker's segments; what cannot be written is kept in memory and tried again.

    `append` neither raises nor, after two slow writes in a row, waits for the disk again until a pause is over. Beyond
    KEPT_LIMIT bytes in memory the oldest messages are dropped and counted in `dropped`.
    """

    def __init__(self, root: Path, name: str) -> None:
        self.name = name
        self.dropped = 0
        self._folder = root / name
        self._segment = 0
        self._file: int | None = None
        self._size = 0
        self._kept: deque[bytes] = deque()
        self._kept_bytes = 0
        self._slow = 0
        self._not_before = 0.0
        self._lock = self._claim(root)

    @property
    def kept(self) -> int:
        """How many messages wait in memory."""
        return len(self._kept)

    def append(self, message: bytes) -> bool:
        """Write `message`; tell whether it is in the file, else it is kept in memory. One too large is dropped."""
        if not 0 < len(message) <= MESSAGE_LIMIT:
            self.dropped += 1
            logger.error("a call of %s bytes is dropped: no spool takes it", len(message))
            return False
        self._kept.append(message)
        self._kept_bytes += len(message)
        self.flush()
        while self._kept_bytes > KEPT_LIMIT:
            self._kept_bytes -= len(self._kept.popleft())
            self.dropped += 1
        return not self._kept

    def flush(self, *, now: bool = False) -> None:
        """Write what is kept in memory, if the pause after a failure is over or `now` is given."""
        while self._kept and (now or time.monotonic() >= self._not_before):
            if not self._write(frame(self._kept[0])):
                return
            self._kept_bytes -= len(self._kept.popleft())

    def close(self) -> None:
        """Write what is left and give the folder up: its reader may take it away."""
        self.flush(now=True)
        self.dropped += len(self._kept)
        self._kept.clear()
        self._close_file()
        os.close(self._lock)

    def _claim(self, root: Path) -> int:
        """Make the folder, locked before anyone can see it under its name."""
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        making = root / f".{self.name}"
        making.mkdir(mode=0o700)
        lock = os.open(making / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        making.rename(self._folder)
        return lock

    def _write(self, data: bytes) -> bool:
        started = time.monotonic()
        try:
            file = self._open()
            written = os.write(file, data)
            if written < len(data):
                os.ftruncate(file, self._size)
                raise OSError(f"only {written} of {len(data)} bytes could be written")  # noqa: TRY301 - as write would
        except OSError as error:
            self._not_before = time.monotonic() + _PAUSE_SECONDS
            self._close_file()
            logger.error("spool %s cannot be written, calls are kept in memory: %s", self._folder, error)
            return False
        self._size += written
        self._mind_the_time(time.monotonic() - started)
        return True

    def _open(self) -> int:
        if self._file is not None and self._size >= SEGMENT_LIMIT:
            self._close_file()
        if self._file is None:
            self._segment += 1
            path = self._folder / f"{self._segment:08d}.seg"
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
            self._size = os.write(self._file, MARK)
        return self._file

    def _mind_the_time(self, seconds: float) -> None:
        self._slow = self._slow + 1 if seconds > SLOW_SECONDS else 0
        if self._slow >= _SLOW_IN_A_ROW:
            self._not_before = time.monotonic() + _PAUSE_SECONDS
            logger.warning("spool %s is slow, calls are kept in memory for a moment", self._folder)

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

"""The worker's end of the spool."""

import errno
import logging
import os
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from ..config import bytesize
from ..config.spool_limits import Limits
from .bound import Bound
from .folder import WorkerFolder
from .frames import MESSAGE_LIMIT, frame

logger = logging.getLogger(__name__)

_BATCH_BYTES = 256 << 10
SLOW_SECONDS = 0.05
_SLOW_IN_A_ROW = 2
_PAUSE_SECONDS = 1.0
_QUIET_SECONDS = 60.0
# No system has a negative error number.
_AT_BOUND = -1
_FIXES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "free some space there"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), "make it writable"),
}
_DEFAULTS = Limits()


class SpoolWriter:
    """Appends messages to this worker's segments; those that cannot be written wait in memory for another try.

    `append` never raises and, after two slow writes in a row, doesn't wait for the disk until a pause is over. Messages
    on the disk stay; if those in memory exceed `limits.memory` bytes, the oldest are dropped and counted.
    """

    def __init__(self, root: Path, name: str, limits: Limits = _DEFAULTS) -> None:
        self.name = name
        self.dropped = 0
        self._root = root
        self._limits = limits
        self._folder = WorkerFolder(root, name, syncs=limits.syncs)
        self._bound = Bound(root, limits.disk, limits.workers)
        self._kept: deque[bytes] = deque()
        self._kept_bytes = 0
        self._slow = 0
        self._not_before = 0.0
        self._problem: str | None = None
        self._quiet_until: dict[str, float] = {}
        self._lost = 0
        try:
            self._folder.claim()
        except OSError as error:
            # The first call tries again: traffic doesn't wait for it.
            self._report(self._describe(error))

    @property
    def kept(self) -> int:
        """How many messages wait in memory."""
        return len(self._kept)

    def append(self, message: bytes) -> bool:
        """Write `message`; tell whether it is in the file, else it waits in memory. One of a wrong size is dropped."""
        if not 0 < len(message) <= MESSAGE_LIMIT:
            self.dropped += 1
            logger.error("a call is dropped: it has %s bytes, the spool accepts 1 to %s", len(message), MESSAGE_LIMIT)
            return False
        self._kept.append(message)
        self._kept_bytes += len(message)
        self.flush()
        self._shed()
        return not self._kept

    def flush(self, *, now: bool = False) -> None:
        """Write the messages that wait in memory, if the pause after a failure is over or `now` is given.

        Traffic waits meanwhile, so without `now` a long queue is written in parts, one at each call.
        """
        started = time.monotonic()
        while self._kept and (now or time.monotonic() >= self._not_before):
            if not self._write() or (not now and time.monotonic() - started > SLOW_SECONDS):
                return

    def close(self) -> None:
        """Write what is left and release the folder: its reader may remove it."""
        self.flush(now=True)
        if self._kept:
            logger.error("%s calls are lost as this worker ends: %s", len(self._kept), self._problem)
        self.dropped += len(self._kept)
        self._kept.clear()
        self._folder.release()

    def _write(self) -> bool:
        """Write one batch of the messages in memory; tell whether all of it is written."""
        frames = list(self._next_batch())
        started = time.monotonic()
        whole = 0
        try:
            whole = self._put(frames, started)
            if whole < len(frames):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # noqa: TRY301 - as the next write would raise
        except OSError as error:
            self._fail(error)
        else:
            self._check_speed(time.monotonic() - started)
        for _ in range(whole):
            self._kept_bytes -= len(self._kept.popleft())
        return whole == len(frames)

    def _next_batch(self) -> Iterator[bytes]:
        size = 0
        for message in self._kept:
            yield frame(message)
            size += len(message)
            if size >= _BATCH_BYTES:
                return

    def _put(self, frames: list[bytes], now: float) -> int:
        size = sum(map(len, frames))
        if not self._bound.takes(size, now):
            raise OSError(_AT_BOUND, "")
        if self._folder.size >= self._limits.segment:
            self._folder.end_segment()
        whole = self._folder.append(frames)
        self._bound.wrote(size)
        return whole

    def _fail(self, error: OSError) -> None:
        self._not_before = time.monotonic() + _PAUSE_SECONDS
        self._report(self._describe(error))

    def _describe(self, error: OSError) -> str:
        """Return the problem, its place and the fix."""
        if error.errno == _AT_BOUND:
            limit = bytesize.text(self._limits.disk)
            return f"spool {self._root} has reached spool.limit, {limit}: bring the ledger back, or raise spool.limit"
        fix = _FIXES.get(error.errno or 0, "check that disk")
        return f"spool {self._folder.path} cannot be written ({error.strerror}): {fix}"

    def _report(self, problem: str) -> None:
        """Log a problem once until it is over, and at most once a minute if it comes and goes."""
        now = time.monotonic()
        if problem != self._problem and now >= self._quiet_until.get(problem, now):
            self._quiet_until[problem] = now + _QUIET_SECONDS
            memory = bytesize.text(self._limits.memory)
            logger.warning("%s; calls wait in memory, up to spool.memory, %s", problem, memory)
        self._problem = problem

    def _shed(self) -> None:
        """Drop the oldest messages while those in memory exceed the limit."""
        before = self.dropped
        while self._kept_bytes > self._limits.memory:
            self._kept_bytes -= len(self._kept.popleft())
            self.dropped += 1
        if self.dropped > before and not self._lost:
            logger.error("calls are lost, and counted in farebox_records_dropped_total: %s", self._problem)
        self._lost += self.dropped - before

    def _check_speed(self, seconds: float) -> None:
        self._slow = self._slow + 1 if seconds > SLOW_SECONDS else 0
        if self._slow >= _SLOW_IN_A_ROW:
            self._not_before = time.monotonic() + _PAUSE_SECONDS
            self._report(f"spool {self._folder.path} is slow: check that disk")
        elif self._problem and not self._slow:
            if self._lost:
                logger.warning("spool %s can be written again; %s calls were lost", self._folder.path, self._lost)
            self._problem, self._lost, self._not_before = None, 0, 0.0

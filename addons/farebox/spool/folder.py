"""A worker's folder in the spool: its lock and its segments, flushed to the disk if that is asked for."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from ..home import lockfile
from ..home.atomic import sync_folder
from .frames import MARK

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class WorkerFolder:
    """The folder of worker `name` below `root`, made and locked when it is first needed.

    With `syncs`, data and file names are on the disk when a method returns. Every method can raise OSError; an
    incomplete frame is cut off again.
    """

    def __init__(self, root: Path, name: str, *, syncs: bool) -> None:
        self.path = root / name
        self._root = root
        self._syncs = syncs
        self._lock: int | None = None
        self._segment = 0
        self._file: int | None = None
        self.size = 0

    def claim(self) -> None:
        """Make the folder, unless that is done; it is locked before it can be seen under its name."""
        if self._lock is not None:
            return
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        making = self._root / f".{self.path.name}"
        making.mkdir(mode=0o700, exist_ok=True)
        lock = lockfile.take(making / "lock", flags=os.O_CREAT | os.O_RDWR, waits=True)
        try:
            making.rename(self.path)
        except OSError:
            os.close(lock)
            raise
        self._lock = lock
        if self._syncs:
            sync_folder(self._root)
            sync_folder(self._root.parent)

    def append(self, frames: Sequence[bytes]) -> int:
        """Write `frames` to the open segment; return how many of them the disk had room for."""
        file = self._open()
        try:
            written = os.write(file, b"".join(frames))
            if self._syncs:
                _flush(file)
        except OSError as error:
            self._undo(error)
            raise
        whole, size = _whole(frames, written)
        self.size += size
        if size < written:
            self._cut()
        return whole

    def end_segment(self) -> None:
        """Close the open segment, if there is one: the next append starts another."""
        if self._file is not None:
            os.close(self._file)
            self._file, self.size = None, 0

    def release(self) -> None:
        """Release the folder: its reader may remove it."""
        self.end_segment()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _open(self) -> int:
        if self._file is None:
            self.claim()
            # A new number at each try: a file that could be neither written nor removed doesn't block the next one.
            self._segment += 1
            path = self.path / f"{self._segment:08d}.seg"
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
            file = os.open(path, flags, 0o600)
            try:
                self._begin(file)
            except OSError:
                # There is a try every second: a full disk must not end up with a file for each.
                os.close(file)
                path.unlink()
                raise
            self._file, self.size = file, len(MARK)
        return self._file

    def _begin(self, file: int) -> None:
        if os.write(file, MARK) < len(MARK):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self._syncs:
            _flush(file)
            sync_folder(self.path)

    def _undo(self, error: OSError) -> None:
        """Undo a failed write; continue in the same segment only if the disk was merely full."""
        self._cut()
        if error.errno not in _NO_ROOM:
            self.end_segment()

    def _cut(self) -> None:
        if self._file is not None:
            try:
                os.ftruncate(self._file, self.size)
            except OSError:
                self.end_segment()


def _whole(frames: Sequence[bytes], written: int) -> tuple[int, int]:
    """Return how many of `frames` the first `written` bytes contain completely, and the size of those."""
    number = size = 0
    for frame in frames:
        if size + len(frame) > written:
            break
        number, size = number + 1, size + len(frame)
    return number, size


def _flush(file: int) -> None:
    # The data and the file's size must survive a power cut, its times need not.
    getattr(os, "fdatasync", os.fsync)(file)

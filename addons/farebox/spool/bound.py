"""The limit on the disk space of all spools in a data folder."""

import os
from pathlib import Path

MEASURE_SECONDS = 1.0
NEAR_MEASURE_SECONDS = 0.05
_NEAR = 0.75
# All workers together write at most this fraction of the limit, a sixteenth, between two measurements.
_UNMEASURED = 16


class Bound:
    """A `limit` in bytes that all `workers` of a data folder share without talking to each other.

    Each measures the folder every MEASURE_SECONDS, near the limit every NEAR_MEASURE_SECONDS, and counts its own writes
    in between. It measures again before these exceed its share of a sixteenth of the limit, so together the workers
    exceed the limit by no more than that, or by one write each.
    """

    def __init__(self, root: Path, limit: int, workers: int = 1) -> None:
        self.limit = limit
        self._root = root
        self._share = limit // (_UNMEASURED * workers)
        self._used = 0
        self._unmeasured = 0
        self._measure_at = 0.0

    def takes(self, size: int, now: float) -> bool:
        """Tell whether `size` more bytes stay within the limit. OSError if the folder cannot be read."""
        if now >= self._measure_at or self._unmeasured + size > self._share:
            self._used, self._unmeasured = used(self._root), 0
            self._measure_at = now + (MEASURE_SECONDS if self._used < _NEAR * self.limit else NEAR_MEASURE_SECONDS)
        return self._used + size <= self.limit

    def wrote(self, size: int) -> None:
        """Count a write of `size` bytes."""
        self._used += size
        self._unmeasured += size


def used(root: Path) -> int:
    """Return the size in bytes of the segments of all spools below `root`."""
    return sum(_size(entry) for folder in _entries(root) if folder.is_dir() for entry in _entries(Path(folder.path)))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        # The recorder removes spools that it has read.
        return []


def _size(entry: os.DirEntry[str]) -> int:
    if not entry.name.endswith(".seg"):
        return 0
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0

"""How much disk the spools of a data folder may take."""

import os
from pathlib import Path

LOOK_SECONDS = 1.0
NEAR_LOOK_SECONDS = 0.05
_NEAR = 0.75
# All workers together write no more of the limit than this part of it unseen.
_UNSEEN = 16


class Bound:
    """A `limit` in bytes that all `workers` of a data folder share, without telling each other.

    Each looks at what is there now and then, near the limit every NEAR_LOOK_SECONDS, and counts its own writes in
    between. It looks again before these exceed its share of a sixteenth of the limit, so together they are beyond the
    limit by no more than that, or by a write each.
    """

    def __init__(self, root: Path, limit: int, workers: int = 1) -> None:
        self.limit = limit
        self._root = root
        self._share = limit // (_UNSEEN * workers)
        self._used = 0
        self._unseen = 0
        self._look_at = 0.0

    def takes(self, size: int, now: float) -> bool:
        """Tell whether `size` more bytes stay within the limit. OSError where the folder cannot be read."""
        if now >= self._look_at or self._unseen + size > self._share:
            self._used, self._unseen = used(self._root), 0
            self._look_at = now + (LOOK_SECONDS if self._used < _NEAR * self.limit else NEAR_LOOK_SECONDS)
        return self._used + size <= self.limit

    def wrote(self, size: int) -> None:
        """Count what was written since the last look."""
        self._used += size
        self._unseen += size


def used(root: Path) -> int:
    """Return how many bytes the segments of all spools below `root` have."""
    return sum(_size(entry) for folder in _entries(root) if folder.is_dir() for entry in _entries(Path(folder.path)))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        # The recorder takes away what is read.
        return []


def _size(entry: os.DirEntry[str]) -> int:
    if not entry.name.endswith(".seg"):
        return 0
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0

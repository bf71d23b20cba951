"""Tells whether a spool with nothing to read is unchanged, without listing its folders."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from .segments import is_unlocked

# A file system's clock can be too coarse to show that a file was added right after a look.
_BELIEVED_SECONDS = 1.0

# When a folder was changed last; for a worker's also the size of its last segment, and whether the worker is gone.
_Signs = list[tuple[object, ...]]


class Quiet:
    """Compares what can be seen of the spools below `root` with what was there before a look that found nothing."""

    def __init__(self, root: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._clock = clock
        self._ends: Mapping[Path, Path | None] = {}
        self._now: _Signs | None = None
        self._quiet: _Signs | None = None
        self._until = 0.0

    def is_sure(self) -> bool:
        """Tell whether a look can be spared; if not, `looked` must follow with what the look has found."""
        self._now = self._signs()
        return self._now is not None and self._now == self._quiet and self._clock() < self._until

    def looked(self, ends: Mapping[Path, Path | None], *, found: bool) -> None:
        """Note a look: each worker's folder with its last segment, and whether it `found` anything to read."""
        # The signs are those of the files that were known before the look.
        self._quiet = None if found or ends != self._ends else self._now
        self._until = self._clock() + _BELIEVED_SECONDS
        self._ends = ends

    def _signs(self) -> _Signs | None:
        try:
            return [(self._root.stat().st_mtime_ns,), *(_signs_of(*one) for one in self._ends.items())]
        except OSError:
            return None


def _signs_of(folder: Path, end: Path | None) -> tuple[object, ...]:
    size = end.stat().st_size if end else None
    return folder.stat().st_mtime_ns, size, is_unlocked(folder / "lock")

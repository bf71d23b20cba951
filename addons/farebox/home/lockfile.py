"""Locks on files: the kernel releases them however their process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A process id and its line end have fewer characters.
_HOLDER_LIMIT = 32


def take(path: Path, *, flags: int = os.O_RDWR, shared: bool = False, waits: bool = False) -> int:
    """Return a descriptor that holds a lock on the file `path` until it is closed.

    `flags` are those of os.open(). BlockingIOError if another holds the lock and `waits` is false; other OSErrors if
    the file cannot be opened or locked, ELOOP if it is a symbolic link.
    """
    handle = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if waits else fcntl.LOCK_NB))
    except BaseException:
        os.close(handle)
        raise
    return handle


@contextmanager
def held(path: Path, *, flags: int = os.O_RDWR, shared: bool = False, waits: bool = False) -> Iterator[int]:
    """Hold a lock on the file `path` for as long as the block runs; arguments and errors are those of `take`."""
    handle = take(path, flags=flags, shared=shared, waits=waits)
    try:
        yield handle
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Tell whether another holds a lock on the file `path`; a file that cannot be opened counts as held."""
    try:
        os.close(take(path))
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def holder(path: Path) -> str:
    """Return what the holder of a lock wrote into its file, by convention its process id; empty if nothing."""
    try:
        with path.open("rb", buffering=0) as file:
            return (file.read(_HOLDER_LIMIT) or b"").decode("ascii", "replace")
    except OSError:
        return ""

"""The data folder: one holder at a time, and the names of the files that several packages use."""

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import FareboxError
from . import lockfile
from .ownership import refuse_shared

# mitmproxy reads the first, and names both.
CA_KEY = "mitmproxy-ca.pem"
CERTIFICATE = "mitmproxy-ca-cert.pem"
BUNDLE = "ca-bundle.pem"
ESTIMATES = "estimates.json"
PRICES = "prices"
SPOOL = "spool"
PATIENCE_SECONDS = 15.0
_RETRY_SECONDS = 0.1


class InUseError(FareboxError):
    """Another process, `holder`, holds the folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        self.holder = holder or "?"
        super().__init__(
            f"data folder {folder} is in use by process {self.holder}: stop that farebox, or set FAREBOX_HOME to "
            "another folder"
        )


@contextmanager
def claim(folder: Path, role: str, *, waits: bool = True) -> Iterator[None]:
    """Hold `folder` for `role` as long as the block runs; InUseError if another process does.

    FareboxError if the folder can't be written, or if others can write it. With `waits`, a holder whose process is
    gone is waited for, as the processes that it started are still finishing.
    """
    path = folder / f"{role}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        refuse_shared(folder)
        if (folder / SPOOL).is_symlink():
            refuse_shared(folder / SPOOL)
        lock = _take(path, waits=waits)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FareboxError(f"{path} is a symbolic link, which farebox doesn't write through: rm {path}") from error
        raise FareboxError(f"data folder {folder} cannot be written ({error.strerror}): set FAREBOX_HOME") from error
    try:
        with contextlib.suppress(OSError), path.open("r+b", buffering=0) as file:
            # In this order, in place: a full disk accepts that too.
            file.write(str(os.getpid()).encode())
            file.truncate()
        yield
    finally:
        os.close(lock)


def holder(folder: Path, role: str) -> int | None:
    """Return the process that holds `folder` for `role`, or None if no process does."""
    path = folder / f"{role}.lock"
    try:
        os.close(lockfile.take(path, flags=os.O_RDONLY, shared=True))
    except BlockingIOError:
        pid = lockfile.holder(path)
        return int(pid) if pid.isdigit() else None
    except OSError:
        return None
    return None


def _take(path: Path, *, waits: bool) -> int:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            # Not for writing: on a disk that became read-only, an existing file can still be locked: traffic goes on.
            return lockfile.take(path, flags=os.O_CREAT | os.O_RDONLY)
        except BlockingIOError as error:
            holder = lockfile.holder(path)
            if not waits or _lives(holder) or time.monotonic() > give_up:
                raise InUseError(path.parent, holder) from error
            time.sleep(_RETRY_SECONDS)


def _lives(holder: str) -> bool:
    try:
        os.kill(int(holder), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True

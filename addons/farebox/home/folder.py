"""The data folder: one holder at a time, and the names of what several parts of farebox read in it."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import FareboxError

CERTIFICATE = "mitmproxy-ca-cert.pem"
BUNDLE = "ca-bundle.pem"
ESTIMATES = "estimates.json"
PRICES = "prices"
PATIENCE_SECONDS = 15.0


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
    """Hold `folder` for `role` as long as the block runs; InUseError where another does, FareboxError where nobody can.

    With `waits`, a holder whose process is gone is waited for: what it started is still finishing.
    """
    path = folder / f"{role}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Not for writing: on a disk that went read-only, what is there is locked all the same, and traffic goes on.
        lock = os.open(path, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FareboxError(f"data folder {folder} cannot be written ({error.strerror}): set FAREBOX_HOME") from error
    try:
        _take(lock, path, waits=waits)
        with contextlib.suppress(OSError), path.open("r+b", buffering=0) as file:
            # In this order: written over in place, which a full disk takes too.
            file.write(str(os.getpid()).encode())
            file.truncate()
        yield
    finally:
        os.close(lock)


def holder(folder: Path, role: str) -> int | None:
    """Return the process that holds `folder` for `role`, or None where nobody does."""
    try:
        lock = os.open(folder / f"{role}.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        pid = os.pread(lock, 32, 0)
        return int(pid) if pid.isdigit() else None
    else:
        return None
    finally:
        os.close(lock)


def _take(lock: int, path: Path, *, waits: bool) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(lock, 32, 0).decode("ascii", "replace")
            if not waits or _lives(holder) or time.monotonic() > give_up:
                raise InUseError(path.parent, holder) from error
            time.sleep(0.1)
        else:
            return


def _lives(holder: str) -> bool:
    try:
        os.kill(int(holder), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True

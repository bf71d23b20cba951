"""The files of the spool, as the recorder reads, removes and (where damaged) dead-letters them."""

import contextlib
import errno
import filecmp
import itertools
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..home import lockfile
from ..home.atomic import replacing
from .frames import MARK, Format, version_of

# What another try does not mend: the disk's, the file's or its owner's fault.
_UNREADABLE = frozenset({errno.EIO, errno.EISDIR, errno.EACCES, errno.EPERM})


class LeftAloneError(Exception):
    """A segment cannot be read now, or only by a newer farebox: it stays where it is, with what follows it."""


class DamagedError(Exception):
    """A file is no segment, or cannot be read whoever tries."""


class Tail(NamedTuple):
    """What a segment holds from some offset on, and how to read it."""

    data: bytes
    format: Format


def segments(folder: Path) -> list[tuple[int, Path]]:
    """Return the number and the path of every segment in `folder`, in order."""
    return sorted((int(path.stem), path) for path in folder.glob("*.seg") if path.stem.isdecimal())


def tail(path: Path, start: int, limit: int, formats: Mapping[int, Format]) -> Tail | None:
    """Return up to `limit` bytes of a segment from `start` on; None where it has not begun yet.

    LeftAloneError, DamagedError.
    """
    try:
        with path.open("rb") as file:
            mark = file.read(len(MARK))
            if len(mark) < len(MARK):
                return None
            version = version_of(mark)
            if version is None:
                raise DamagedError("it is no segment of a spool")
            if version not in formats:
                raise LeftAloneError(f"it is of format {version}, which a newer farebox wrote: start that one")
            file.seek(start)
            return Tail(file.read(limit), formats[version])
    except OSError as error:
        if error.errno in _UNREADABLE:
            raise DamagedError(f"it cannot be read ({error.strerror})") from error
        raise LeftAloneError(f"it cannot be read now ({error.strerror})") from error


def dead_lettered(path: Path, dead_letters: Path) -> Path | None:
    """Keep the segment `path` in the folder `dead-letter` too; return where, or None where it is there already.

    Another of its name stays. OSError where that cannot be.
    """
    kept = dead_letters / f"{path.parent.name}-{path.name}"
    for number in itertools.count(2):
        if not kept.exists():
            break
        if _is_same(path, kept):
            return None
        kept = dead_letters / f"{path.parent.name}-{path.stem}.{number}{path.suffix}"
    dead_letters.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.link(path, kept)
    except OSError:
        # Folders have no second name, and on some file systems files have none either.
        if path.is_file() and os.access(path, os.R_OK):
            with replacing(kept) as part:
                shutil.copyfile(path, part)
        else:
            path.rename(kept)
    return kept


def _is_same(path: Path, kept: Path) -> bool:
    """Tell whether `kept` is the file `path`, or a copy of it; what cannot be read is none."""
    try:
        return path.samefile(kept) or filecmp.cmp(path, kept, shallow=False)
    except OSError:
        return False


def take_away(folder: Path, dead_letters: Path) -> bool:
    """Remove a spool that is read whole; tell whether it is gone. What is not ours in it is dead-lettered with it."""
    with contextlib.suppress(OSError):
        for _, path in segments(folder):
            path.unlink()
        (folder / "lock").unlink(missing_ok=True)
        if any(folder.iterdir()):
            dead_letters.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.rename(dead_letters / folder.name)
        else:
            folder.rmdir()
    return not folder.exists()


def is_unlocked(lock: Path) -> bool:
    """Tell whether the worker that held `lock` is gone."""
    return not lockfile.is_held(lock)

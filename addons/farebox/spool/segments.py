"""The files of the spool, as the recorder reads, removes or (if they are damaged) dead-letters them."""

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

_SUFFIX = ".seg"
# Errors that another try doesn't mend: the disk, the file or its owner is at fault.
_UNREADABLE = frozenset({errno.EIO, errno.EISDIR, errno.EACCES, errno.EPERM})


class LeftAloneError(Exception):
    """A segment cannot be read now, or only by a newer farebox: it stays, and so do the segments after it."""


class DamagedError(Exception):
    """A file is not a segment, or can never be read."""


class Tail(NamedTuple):
    """The bytes of a segment from an offset on, and how to read them."""

    data: bytes
    format: Format


def segments(folder: Path) -> list[tuple[int, Path]]:
    """Return the number and the path of every segment in `folder`, in order."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a Path for each name takes most of an idle recorder's time
    except OSError:
        return []
    stems = (name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))
    return sorted((int(stem), folder / f"{stem}{_SUFFIX}") for stem in stems if stem.isdecimal())


def tail(path: Path, start: int, limit: int, formats: Mapping[int, Format]) -> Tail | None:
    """Return up to `limit` bytes of a segment from `start` on, or None if its mark is incomplete.

    LeftAloneError, DamagedError.
    """
    try:
        with path.open("rb") as file:
            mark = file.read(len(MARK))
            if len(mark) < len(MARK):
                return None
            version = version_of(mark)
            if version is None:
                raise DamagedError("it is not a spool segment")
            if version not in formats:
                raise LeftAloneError(f"it has format {version}, of a newer farebox: start that version")
            file.seek(start)
            return Tail(file.read(limit), formats[version])
    except OSError as error:
        if error.errno in _UNREADABLE:
            raise DamagedError(f"it cannot be read ({error.strerror})") from error
        raise LeftAloneError(f"it cannot be read now ({error.strerror})") from error


def dead_lettered(path: Path, dead_letters: Path) -> Path | None:
    """Keep the segment `path` in the folder `dead_letters` too; return where, or None if it is there already.

    Another file of its name there stays. OSError if it cannot be kept.
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
        # Folders cannot be linked, and on some file systems files cannot either.
        if path.is_file() and os.access(path, os.R_OK):
            with replacing(kept) as part:
                shutil.copyfile(path, part)
        else:
            path.rename(kept)
    return kept


def _is_same(path: Path, kept: Path) -> bool:
    """Tell whether `kept` is the file `path` or a copy of it; a file that cannot be read is not."""
    try:
        return path.samefile(kept) or filecmp.cmp(path, kept, shallow=False)
    except OSError:
        return False


def remove(folder: Path, dead_letters: Path) -> bool:
    """Remove a spool that is read completely; tell whether it is gone. Files of others in it are dead-lettered."""
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

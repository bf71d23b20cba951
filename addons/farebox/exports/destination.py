"""The destination of an export: standard output, or a file that is written atomically."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from ..errors import SettingsError
from ..home import atomic

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def destination(path: Path | None) -> Iterator[BinaryIO]:
    """Open the file to write; it gets its name when it is complete, and replaces an earlier file only then.

    SettingsError if the file cannot be written.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    # Anything but a regular file, such as /dev/stdout or a named pipe, cannot be replaced.
    is_special = path.exists() and not path.is_file()
    try:
        with nullcontext(path) if is_special else atomic.replacing(path) as part, part.open("wb") as file:
            yield file
    except OSError as error:
        fix = "free some space there, or name" if error.errno in _FULL else "name"
        raise SettingsError(f"output: {path} cannot be written ({error.strerror}): {fix} another file") from error
